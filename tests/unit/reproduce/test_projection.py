"""What fine-tuning will take: timed on small networks, multiplied by what the configuration asks for."""

import json
import math
import shutil

import pytest
import yaml
from support.places import MADE_BY_TEST, ROOT
from support.small_manifests import made_manifest

import sarangi.__main__ as command_line
from sarangi.base import layout, store
from sarangi.base.manifest_rows import MANIFEST
from sarangi.models.published_shapes import SHAPES
from sarangi.models.timing import Timed
from sarangi.reproduce import projection
from sarangi.reproduce.projection import measure, processor_share, projected, shapes, table
from sarangi.splits.protocols import split, splittable
from sarangi.study.opened import opened
from sarangi.study.workloads import COUNTED, Clips, planned, tuned

ONE = Timed(
    batch_s=2.0, update_s=1.0, heard_s=0.5, memory=10**9, parameters=9, trained=9, steps=1, processor_s=1.0,
    batch_bytes=1, decodings=1.0, epochs=1.0,
    launches=None, busy_s=None, once_s=0.25, micro_batch=2, precision="fp32",
)  # fmt: skip


@pytest.fixture
def study(tmp_path, monkeypatch):
    """The demo's configuration with a manifest of RAVDESS alone, and an encoder that is nowhere."""
    config = yaml.safe_load((ROOT / "demo/config.yaml").read_text(encoding="utf-8"))
    config["encoders"]["tiny_hubert"]["source"] = {"hub": "somebody/hubert", "revision": "0" * 40}
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(config))
    for name in ("claims.yaml", "errata.yaml"):
        if (ROOT / name).exists() and name in str(config["published"].values()):
            shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "weights").symlink_to(ROOT / "demo/weights")
    monkeypatch.chdir(tmp_path)
    manifest = tmp_path / layout.manifest("ravdess")
    manifest.parent.mkdir(parents=True)
    made_manifest(manifest, speakers=9, clips=9)
    store.write(manifest, store.read(manifest).assign(duration_s=1.2), MANIFEST, MADE_BY_TEST)
    return tmp_path


def test_a_plan_times_each_network_once_and_writes_nothing(study, capsys):
    names = ["ravdess_grouped3_fusion_tiny", "ravdess_grouped3_probe_tiny", "urdu_latif_grouped3_audio_tiny"]
    before = sorted(study.rglob("*"))
    wanted = [word for name in names for word in ("--experiment", name)]
    assert command_line.main(["costs", "--plan", "--json", *wanted]) == 0
    assert sorted(study.rglob("*")) == before
    printed = capsys.readouterr()
    assert "3 fine-tuned experiments with 18 runs. 2 shapes of networks are timed on CPU" in printed.err
    document = json.loads(printed.out)
    fusion, probe, unknown = document["experiments"]
    assert fusion["step_s"] > probe["step_s"] > 0
    assert fusion["memory_gb"] > 0
    assert fusion["hours"] > 0
    assert document["hours_at_most"] == pytest.approx(fusion["hours"] + probe["hours"])
    assert document["unknown"] == [names[2]]
    assert unknown["hours"] is unknown["steps"] is None
    assert "make its manifest first: results/corpora/urdu_latif/manifest.parquet" in unknown["why"]


def test_hours_are_those_of_every_epoch_fold_and_seed(study):
    """Against the folds as the protocol splits them."""
    with opened(study) as opened_study:
        (experiment,) = tuned(opened_study, ["ravdess_grouped3_audio_tiny"])
        plan = planned(opened_study, experiment)
        settings = opened_study.config["protocols"]["grouped3"]
        recipe = opened_study.model(experiment)["finetuning"]
    assert plan.counted == COUNTED
    counts = split(splittable(layout.manifest("ravdess"), settings), "grouped3", settings)
    epochs = seconds = 0
    for _, fold in counts.groupby("fold"):
        parts = fold["part"].value_counts()
        batches = math.ceil(parts["train"] / recipe["batch"])
        epochs += recipe["max_epochs"] * batches
        seconds += recipe["max_epochs"] * (3 * batches + 0.5 * parts["validation"]) + 0.5 * parts["test"]
        seconds += 0.25 * sum(parts[part] for part in ("train", "validation", "test"))  # once for all epochs
    seeds = len(recipe["seeds"])
    (row,) = projected([plan], {plan.workload.key: ONE})
    assert (row.runs, row.steps, row.step_s) == (3 * seeds, seeds * epochs, 3.0)
    assert row.hours == pytest.approx(seeds * seconds / 3600)
    # 1 of 3 s of a step on a processor: the machine was busy
    assert processor_share([ONE, "not timed"]) == pytest.approx(1 / 3)
    assert any("for 33 %. On a machine at rest" in line for line in table([row], 1 / 3))
    assert not any("OTHER WORK" in line for line in table([row]))


def test_what_nobody_knows_is_no_number(study, capsys, monkeypatch):
    with opened(study) as opened_study:
        name = "ravdess_speakers_9_12_audio_tiny_hubert"
        plan = [planned(opened_study, e) for e in tuned(opened_study, [name])]
    (row,) = projected(plan, {})
    assert "the shape of tiny_hubert: its config.json is not here" in row.why
    lines = list(table([row]))
    assert lines[1].endswith("no published shape is known")
    assert f"The total lacks 1 of 1 experiments ({row.runs} runs): unknown." in lines
    assert command_line.main(["costs", "--plan", "--experiment", "ravdess_loso_egemaps_svm"]) == 1
    assert "'ravdess_loso_egemaps_svm' is not fine-tuned; expected" in capsys.readouterr().err
    for odd in (["--json"], ["--plan", "--energy", "3"]):
        assert command_line.main(["costs", *odd]) == 1
    with opened(study) as opened_study:
        audio = planned(opened_study, tuned(opened_study, ["ravdess_grouped3_audio_tiny"])[0])
    monkeypatch.setattr(projection, "_free_bytes", lambda: 1000)
    why = measure(audio.workload, 1)
    assert why.startswith("needs more than 0.0 GB of memory")
    assert projected([audio], {audio.workload.key: why})[0].hours is None


def test_the_whole_study_is_planned_from_what_is_published():
    """Every shape is known; equal ones are shared by experiments."""
    with opened(ROOT) as study:
        plan = [planned(study, e) for e in tuned(study)]
        runs = sum(len(study.runs(each.experiment)) for each in plan)
    assert [each.unknown for each in plan if each.unknown] == []
    assert sum(each.runs for each in plan) == runs > 455
    assert 20 < len(shapes(plan)) < len(plan) / 1.5
    by_name = {each.experiment.name: each.folds for each in plan}
    assert by_name["ravdess_speakers_21_24_audio"] == (Clips(1080, 120, 240),)
    assert by_name["meld_publisher_text"] == (Clips(9989, 1109, 2610),)
    assert by_name["punjabi_rasa_publisher_320_audio_xlsr"][0][:2] == (320, 40)
    assert {encoder["source"]["hub"] for encoder in study.config["encoders"].values()} <= set(SHAPES)
