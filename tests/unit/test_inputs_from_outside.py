"""Every rule that reads what no rule makes has the digest of its content as a parameter."""

import os
import shutil

import pytest
import yaml
from support.places import ROOT
from support.recordings import sound, zipped
from support.studies import absent, write_study

from sarangi.reproduce.plan import plan
from sarangi.runtime import provenance
from sarangi.runtime.inventory import hashed

TARGETS = ["all", "app", "paper/arxiv", "results_bundle", "workflow_crate"]
FOLDS = "folds/urdu_latif"


def planned(folder):
    """All outputs, and by its first one each job: its inputs, digests of what is from outside, provenance."""
    with plan(TARGETS, folder) as found:
        made = {output for job in found.jobs for output in job.outputs}
        return made, {
            job.outputs[0]: (job.inputs, dict(job.job.params).get("inventory", {}), job.described)
            for job in found.jobs
        }


@pytest.fixture(scope="module")
def outside(tmp_path_factory):
    """A study that takes each kind of thing from outside, and its plan."""
    folder = tmp_path_factory.mktemp("outside")
    study = yaml.safe_load((ROOT / "demo/config.yaml").read_text())
    for name in ("urdu_latif", "ravdess", "meld", "iitkgp_sehsc"):
        study["corpora"][name] = absent()
    study["protocols"]["theirs"] = {
        "title": "theirs",
        "kind": "emobox",
        "folder": FOLDS,
        "folds": 2,
        "leaks": True,
    }
    study["experiments"] += [
        {"corpora": ["urdu_latif"], "protocols": ["theirs"], "models": ["egemaps_svm", "audio_tiny"]}
    ]
    write_study(study, folder)
    (folder / "weights").unlink()
    shutil.copytree(ROOT / "demo/weights", folder / "weights")
    for name in ("urdu_latif/Angry/SM1_F1_A01.wav", "iitkgp_sehsc/x.wav"):
        (folder / "resources/corpora" / name).parent.mkdir(parents=True)
        (folder / "resources/corpora" / name).write_bytes(sound())
    (folder / "resources/corpora/iitkgp_sehsc/iitkgp_sehsc.csv").write_text("file,speaker\n")
    (folder / FOLDS / "fold_1").mkdir(parents=True)
    (folder / FOLDS / "fold_1/urdu_train.jsonl").write_text("{}\n")
    zipped(folder / "resources/corpora/ravdess.zip", [("Actor_01/03-01-01-01-01-01-01.wav", sound())])
    (folder / "resources/corpora/meld.tar.gz").write_bytes(b"an archive")
    # what somebody put where a rule would write it, which so has no provenance
    (folder / "resources/made").mkdir()
    (folder / "resources/made/shemo.zip").write_bytes(b"another archive")
    (folder / "costs.yaml").write_bytes((ROOT / "demo/costs.yaml").read_bytes())
    return folder, *planned(folder)


def test_what_no_rule_makes_is_a_parameter_of_every_job_that_reads_it(outside):
    folder, made, jobs = outside
    assert len(jobs) > 100
    for output, (inputs, inventory, _) in jobs.items():
        own = {name for name in inputs if name not in made or name == "resources/made/shemo.zip"}
        assert set(inventory) == own, output
        for name, digest in inventory.items():
            path = folder / provenance.located(name)
            assert len(digest) == 64
            assert path.is_dir() or digest == hashed(path).digest
    known = {name for _, inventory, _ in jobs.values() for name in inventory}
    assert known > {
        "resources/corpora/urdu_latif", "resources/corpora/ravdess.zip", "resources/corpora/meld.tar.gz",
        "resources/corpora/iitkgp_sehsc", "resources/made/shemo.zip", FOLDS,
        "weights/tiny_whisper.safetensors",
        "weights/tiny_roberta/model.safetensors", "weights/tiny_wav2vec2/model.safetensors", "costs.yaml",
        "project:paper/main.tex", "project:paper/references.bib",
    }  # fmt: skip


def test_an_older_file_of_the_same_size_changes_the_parameters_of_what_reads_it_and_of_nothing_else(outside):
    folder, _, before = outside
    changed = {
        "resources/corpora/urdu_latif": "Angry/SM1_F1_A01.wav",
        "resources/corpora/ravdess.zip": "",
        "resources/corpora/meld.tar.gz": "",
        "resources/corpora/iitkgp_sehsc": "iitkgp_sehsc.csv",
        "resources/made/shemo.zip": "",
        FOLDS: "fold_1/urdu_train.jsonl",
        "weights/tiny_whisper.safetensors": "",
        "weights/tiny_roberta/model.safetensors": "",
        "costs.yaml": "",
    }
    for name, below in changed.items():
        path = folder / name / below if below else folder / name
        data = bytearray(path.read_bytes())
        data[-1] ^= 1
        other = path.with_name(f".{path.name}")
        other.write_bytes(data)
        os.utime(other, (1_000_000_000, 1_000_000_000))
        shutil.copy2(other, path)  # cp -p
    _, after = planned(folder)
    assert after.keys() == before.keys()
    read = 0
    for output, (inputs, _, described) in before.items():
        reads = bool(changed.keys() & set(inputs))
        read += reads
        assert (after[output][2]["parameters"] != described["parameters"]) == reads, output
    assert 10 < read < len(before) / 2
