"""The baselines."""

from support.classical_corpus import one_thread_of_blas  # noqa: F401  (fixtures)
from support.places import MADE_BY_TEST, to
from support.small_manifests import LOSO, RANDOM, made_manifest

from sarangi.base import store
from sarangi.base.manifest_rows import MANIFEST
from sarangi.models.baselines import baseline
from sarangi.splits.protocols import protocol


def test_baselines_do_what_they_say_and_each_draws_for_itself(tmp_path):
    manifest = made_manifest(tmp_path / "m.parquet")
    rows = store.read(manifest)
    rows["emotion"] = ["happy" if speaker == "S0" else "sad" for speaker in rows["speaker"]]
    store.write(manifest, rows, MANIFEST, MADE_BY_TEST)
    protocols = {"random": tmp_path / "random.parquet", "loso": tmp_path / "loso.parquet"}
    for name, split in (("random", RANDOM), ("loso", LOSO)):
        protocol(manifest, name, split, to(protocols[name]))
    experiments = {
        f"{name}_{kind}{again}": {"protocol": name, "kind": kind}
        for name in protocols
        for kind in ("constant", "uniform", "speaker_only")
        for again in ("", "_again")
    }
    output = {name: tmp_path / f"o_{name}.parquet" for name in experiments}
    baseline(manifest, protocols, experiments, 1, {name: to(path) for name, path in output.items()})
    found = {name: store.read(path) for name, path in output.items()}
    assert set(found["random_constant"]["predicted"]) == {"sad"}
    assert set(found["random_uniform"]["predicted"]) == {"happy", "sad"}
    known = found["random_speaker_only"]
    assert known["predicted"].equals(known["emotion"])
    assert set(found["loso_speaker_only"]["predicted"]) == {"sad"}
    for name, entry in experiments.items():
        alone = tmp_path / "alone.parquet"
        of_it = {entry["protocol"]: protocols[entry["protocol"]]}
        baseline(manifest, of_it, {"alone": entry}, 1, {"alone": to(alone)})
        assert alone.read_bytes() == output[name].read_bytes()
