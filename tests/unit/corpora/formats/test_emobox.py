"""EmoBox: its published folds, and lines as they may be broken."""

import json

import pytest
from support.places import real
from support.published_forms import as_emobox

from sarangi.base.errors import SarangiError
from sarangi.corpora.formats.emobox import read


def lines(path, *entries):
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(f"{entry if isinstance(entry, str) else json.dumps(entry)}\n" for entry in entries)
    path.write_text(text, encoding="utf-8")
    return path


def problems(table, audio, **columns):
    return {row.where: row.problem for row in read(table, audio, columns)}


def test_each_recording_is_one_row_of_several_folds(tmp_path):
    a, b = ({"key": key, "wav": f"{key}.wav", "emo": "Sad"} for key in "ab")
    for fold, (train, test) in {"fold_1": (a, b), "fold_2": (b, a)}.items():
        lines(tmp_path / f"f/{fold}/x_train_{fold}.jsonl", train)
        lines(tmp_path / f"f/{fold}/x_test_{fold}.jsonl", test)
    (tmp_path / "w").mkdir()
    found = list(read(tmp_path / "f", tmp_path / "w", {}))
    assert [(row.cells["file"], row.cells["table_fold"]) for row in found] == [
        ("b.wav", "fold_1"),
        ("a.wav", "fold_2"),
    ]
    assert all("part" not in row.cells and row.problem is None for row in found)


def test_odd_lines_are_rows_that_fail(tmp_path):
    a = {"key": "a", "wav": "a.wav", "emo": "Sad"}
    table = lines(
        tmp_path / "x.jsonl", a, "{", "[1]", a, {"key": "c", "wav": "c.wav", "emo": "Sad"},
        {"key": "c", "wav": "c.wav", "emo": "Happy"}, {"key": "d"},
    )  # fmt: skip
    found = problems(table, tmp_path)
    assert "lists it once more" in found["x.jsonl:1"]
    assert "not JSON" in found["x.jsonl:2"]
    assert "expected an object" in found["x.jsonl:3"]
    assert "another emotion" in found["x.jsonl:5"]
    assert len(found) == 5


def test_a_recording_in_two_parts_of_a_fold_fails(tmp_path):
    a = {"key": "a", "wav": "a.wav", "emo": "Sad"}
    for part in ("train", "test"):
        lines(tmp_path / f"f/fold_1/x_{part}_fold_1.jsonl", a)
    (tmp_path / "w").mkdir()
    (problem,) = problems(tmp_path / "f", tmp_path / "w").values()
    assert problem == "fold_1 has it in test and train"


def test_of_several_recordings_of_a_name_the_path_decides(tmp_path):
    for name in ("w/S1/a.wav", "w/S2/a.wav", "w/b/b.wav", "w/c/b.wav"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    table = lines(
        tmp_path / "x.jsonl",
        {"key": "a", "wav": "downloads/all/S2/A.wav", "emo": "Sad"},
        {"key": "b", "wav": "downloads/b.wav", "emo": "Sad"},
    )
    first, second = read(table, tmp_path / "w", {})
    assert (first.cells["file"], first.problem) == ("S2/a.wav", None)
    assert "fits b/b.wav, c/b.wav" in second.problem


def test_what_is_missing_is_named(tmp_path):
    with pytest.raises(SarangiError, match="not folds of EmoBox"):
        list(read(tmp_path, tmp_path, {}))
    table = as_emobox(tmp_path / "e")["table"]
    with pytest.raises(SarangiError, match=r"no object has who \(speaker\)"):
        list(read(table, tmp_path, {"speaker": "who"}))


def test_emotions_have_the_names_of_the_label_map_beside_the_folds(tmp_path):
    (tmp_path / "fold_1").mkdir()
    lines(
        tmp_path / "fold_1/x_test_fold_1.jsonl",
        {"key": "a", "wav": "a.wav", "emo": "F"},
        {"key": "b", "wav": "b.wav", "emo": "odd"},
    )
    (tmp_path / "w").mkdir()
    names = tmp_path / "label_map.json"
    names.write_text('{"F": "Fear"}')
    assert [row.cells["emotion"] for row in read(tmp_path, tmp_path / "w", {})] == ["Fear", "odd"]
    for odd in ("[]", '{"F": 1}', "{"):
        names.write_text(odd)
        with pytest.raises(SarangiError, match=r"label_map\.json: expected a JSON object of labels"):
            list(read(tmp_path, tmp_path / "w", {}))


def test_the_published_folds_name_the_whole_of_urdu():
    folds, corpus = real("emobox") / "urdu", real("urdu_latif")
    found = list(read(folds, corpus, {}))
    assert [row.problem for row in found if row.problem] == []
    assert len({row.cells["file"] for row in found}) == len(found) == 400
    assert all((corpus / row.cells["file"]).is_file() for row in found)
    assert {row.cells["part"] for row in found} == {"train", "test"}
    assert {row.cells["emotion"] for row in found} == {"Angry", "Happy", "Neutral", "Sad"}
