"""A benchmark's archive and folder: the same bytes, EmoBox's layout, nothing of a user, what is missing."""

import json
import subprocess

import pandas as pd
import pytest
from support.places import real, to
from support.small_bench import VALIDATING, small_bench, unpacked

from sarangi.base import store
from sarangi.base.errors import SarangiError
from sarangi.base.manifest_rows import MANIFEST
from sarangi.base.voices import voices_in
from sarangi.benchmark.archive import bench_archive
from sarangi.benchmark.data_sheet import data_sheet
from sarangi.benchmark.task_files import task_data, write_task
from sarangi.corpora.formats.emobox import read
from sarangi.paper.synthetic import SYNTHETIC
from sarangi.splits.protocols import GUESSED, split


def test_another_folder_gives_the_same_bytes_and_sums_that_hold(made, tmp_path):
    _, folder, before = made
    bench_archive(small_bench(tmp_path / "elsewhere"), to(tmp_path / "again.zip"), to(tmp_path / "hidden"))
    assert (tmp_path / "again.zip").read_bytes() == (before / "small.zip").read_bytes()
    checked = subprocess.run(["sha256sum", "-c", "--quiet", "SHA256SUMS"], cwd=folder, check=True)
    assert checked.returncode == 0
    listed = {line.split("  ")[1] for line in (folder / "SHA256SUMS").read_text().splitlines()}
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert listed == there - {"SHA256SUMS"}


def test_what_an_older_version_left_goes(made, tmp_path):
    _, _, before = made
    folder = tmp_path / "small"
    (folder / "tasks/gone").mkdir(parents=True)
    (folder / "tasks/gone/task.json").write_text("{}")
    unpacked(folder, before / "small.zip")
    assert not (folder / "tasks/gone").exists()


def test_the_folds_are_read_as_those_of_emobox(made, tmp_path):
    """By a protocol of published folds, and as a table of labels."""
    _, folder, before = made
    task = folder / "tasks/made_random3"
    manifest = store.read(before / "study/made.parquet")
    ours = split(manifest, "random3", VALIDATING)
    theirs = split(manifest, "theirs", {"kind": "emobox", "leaks": True}, task)
    columns = ["utterance_id", "fold", "part"]
    pd.testing.assert_frame_equal(
        theirs[columns].reset_index(drop=True), ours[columns].reset_index(drop=True), check_categorical=False
    )
    audio = tmp_path / "audio"
    audio.mkdir()
    usable = manifest[manifest["status"] == "ok"]
    for name in usable["utterance_id"]:
        (audio / name.removeprefix("made/")).touch()
    rows = list(read(task, audio, {}))
    emotions = dict(zip(usable["utterance_id"].str.removeprefix("made/"), usable["emotion"], strict=True))
    assert {row.cells["file"]: row.cells["emotion"] for row in rows} == emotions


def test_a_line_has_the_fields_of_the_published_ones(made):
    published = real("emobox") / "ravdess"
    line = json.loads(next(published.glob("fold_1/*_test_fold_1.jsonl")).open().readline())
    task = made[1] / "tasks/made_loso"
    ours = json.loads(next(task.glob("fold_1/*_test_fold_1.jsonl")).open().readline())
    assert list(ours) == list(line)
    assert [type(value) for value in ours.values()] == [type(value) for value in line.values()]
    assert ours["num_frame"] == 60000
    assert json.loads((task / "label_map.json").read_text()) == {"A": "angry", "H": "happy", "S": "sad"}


def test_no_words_and_no_place_of_the_users_are_in_it(made):
    _, folder, _ = made
    rows = store.read(folder / "tasks/made_loso/utterances.parquet")
    assert "text" not in rows
    assert set(rows["file"].str.count("/")) == {0}
    assert not [
        path
        for path in folder.rglob("*")
        if b"my own folder" in (path.read_bytes() if path.is_file() else b"")
    ]


def test_what_is_not_available_says_why(made):
    _, folder, _ = made
    about = json.loads((folder / "bench.json").read_text())
    assert about["synthetic"]
    assert [task["missing"] for task in about["tasks"]] == [None] * 3 + ["theirs: write to its authors"]
    sheet = (folder / "DATASHEET.md").read_text()
    assert sheet.startswith("# Small \\| bench, version 0.1: data sheet\n")
    assert SYNTHETIC in sheet
    assert "not available: theirs: write to its authors" in sheet
    assert "sentences in both training and test" in sheet
    assert sheet.index("## Known faults") < sheet.index("## Tasks")


def test_a_transfer_without_shared_emotions_is_no_task_and_none_at_all_is_an_error(made, tmp_path):
    bench = made[0]
    transfer = bench.tasks[1]
    labels = {"happy": "sad", "angry": "sad"}
    bench_archive(bench._replace(label_map=labels), to(tmp_path / "b.zip"), to(tmp_path / "hidden"))
    folder = unpacked(tmp_path / "b", tmp_path / "b.zip")
    missing = {
        task["name"]: task["missing"] for task in json.loads((folder / "bench.json").read_text())["tasks"]
    }
    assert "shares 1 emotions with the model" in missing["made_loso_to_other"]
    assert missing["made_loso"] is None
    with pytest.raises(SarangiError) as error:
        bench_archive(
            bench._replace(label_map=labels, tasks=(transfer,)),
            to(tmp_path / "c.zip"),
            to(tmp_path / "hidden"),
        )
    assert "no task is available" in str(error.value)


def test_pseudo_speakers_that_a_protocol_holds_apart_stay_with_its_folds(made, tmp_path):
    """And are the groups of what has no other, as where the pipeline scores it."""
    task = made[0].tasks[0]
    manifest = store.read(task.manifest)
    manifest["group"], manifest["sample_rate"] = manifest["utterance_id"], None
    store.write(tmp_path / "manifest.parquet", manifest, MANIFEST, {})
    folds = store.read(task.protocol_file)
    folds["pseudo_speaker"] = "voice " + (folds["utterance_id"].str[6].astype(int) // 3).astype(str)
    store.write(tmp_path / "folds.parquet", folds, GUESSED, {})
    files = {
        "manifest": str(tmp_path / "manifest.parquet"), "tested_manifest": str(tmp_path / "manifest.parquet"),
        "protocol_file": str(tmp_path / "folds.parquet"),
    }  # fmt: skip
    guessed = task._replace(baselines=(), **files)
    data = task_data(guessed, {})
    assert set(data.tested["group"]) == {"voice 0", "voice 1", "voice 2"}
    write_task(guessed, data, tmp_path / "task", {})
    assert voices_in(tmp_path / "task/folds.parquet").nunique() == 3
    assert not (tmp_path / "task/recordings.sha256").exists()  # features alone have none
    sheet = data_sheet(made[0]._replace(tasks=(guessed,)), {guessed.name: data})
    assert "what holds for these 3 groups, guessed where nobody names speakers" in sheet
