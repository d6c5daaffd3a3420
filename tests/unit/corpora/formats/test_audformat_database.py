"""audformat databases: written by the package, and as they may be broken; nothing of them is run."""

import pickle

import pandas as pd
import pytest
from support.published_forms import CLIPS, as_audformat, database

from sarangi.base.errors import SarangiError
from sarangi.corpora.formats.audformat_database import read

audformat = pytest.importorskip("audformat")


def rows(folder, **columns):
    return list(read(folder / "db.yaml", folder, columns))


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_database_says_what_its_tables_and_schemes_say(tmp_path, kind):
    as_audformat(tmp_path / "d", kind)
    found = sorted((dict(row.cells) for row in rows(tmp_path / "d")), key=lambda cells: cells["file"])
    assert found == CLIPS
    assert list(read(tmp_path / "d", tmp_path / "d", {})) == rows(tmp_path / "d")  # the folder is as good
    for file in (tmp_path / "d").glob("db.*"):
        file.rename(file.with_name(file.name.replace("db.", "other.")))
    assert len(list(read(tmp_path / "d", tmp_path / "d", {}))) == len(CLIPS)


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_segmented_table_has_start_and_end_and_a_table_of_files_holds_for_all(tmp_path, kind):
    made = database()
    for name in list(made.tables):
        made.drop_tables(name)
    made.schemes["arousal"] = audformat.Scheme("float")
    made["segments"] = audformat.Table(
        audformat.segmented_index(
            ["a.wav", "a.wav", "b.wav"], ["0s", "1.25s", "0s"], ["1.25s", pd.NaT, pd.NaT]
        )
    )
    for column, values in (("emotion", ["sad", "angry", "sad"]), ("arousal", [0.5, 0.25, None])):
        made["segments"][column] = audformat.Column(scheme_id=column)
        made["segments"][column].set(values)
    made["files"] = audformat.Table(audformat.filewise_index(["a.wav", "b.wav"]))
    made["files"]["speaker"] = audformat.Column(scheme_id="speaker")
    made["files"]["speaker"].set(["S0", "S1"])
    made.save(str(tmp_path), storage_format=kind)
    found = rows(tmp_path)
    assert [row.problem for row in found] == [None] * 3
    places = [tuple(row.cells.get(name) for name in ("file", "start", "end")) for row in found]
    assert places == [
        ("a.wav", "0.000000000", "1.250000000"),
        ("a.wav", "1.250000000", ""),
        ("b.wav", None, None),
    ]
    assert [row.cells["speaker"] for row in found] == ["S0", "S0", "S1"]
    assert [row.cells["gender"] for row in found] == ["female", "female", "male"]
    assert float(found[0].cells["table_arousal"]) == 0.5


def test_the_language_of_a_database_is_that_of_its_rows(tmp_path):
    made = database()
    made.languages = ["urd"]
    made.schemes["speaker"].replace_labels({"S0": {"language": "deu"}, "S1": {"gender": "male"}})
    made.save(str(tmp_path), storage_format="csv")
    assert {(row.cells["speaker"], row.cells["language"]) for row in rows(tmp_path)} == {
        ("S0", "de"),
        ("S1", "ur"),
    }


def test_speakers_may_be_described_in_a_misc_table(tmp_path):
    made = database()
    made.schemes["age"] = audformat.Scheme("int")
    made["people"] = audformat.MiscTable(pd.Index(["S0", "S1"], name="speaker", dtype="string"))
    made["people"]["age"] = audformat.Column(scheme_id="age")
    made["people"]["age"].set([31, 45])
    made.schemes["speaker"].replace_labels("people")
    made.save(str(tmp_path), storage_format="csv")
    assert {(row.cells["speaker"], row.cells["age"]) for row in rows(tmp_path)} == {
        ("S0", "31"),
        ("S1", "45"),
    }


def test_values_that_a_scheme_does_not_allow_fail_and_are_not_lost(tmp_path):
    as_audformat(tmp_path)
    table = tmp_path / "db.emotion.train.csv"
    text = (
        table.read_text().replace("c0.wav,angry", "c0.wav,furious").replace("c1.wav,sad,S0", "c1.wav,sad,S9")
    )
    table.write_text(f"{text},sad,S0\n")
    found = {row.where.rpartition(":")[2]: row.problem for row in rows(tmp_path) if "train" in row.where}
    assert "emotion 'furious' is not a label of scheme emotion" in found["2"]
    assert "speaker 'S9' is not a label of scheme speaker" in found["3"]
    assert found[str(len(text.splitlines()) + 1)] == "no file"
    assert [problem for problem in found.values() if problem is None]


def test_tables_that_disagree_are_a_row_that_fails(tmp_path):
    as_audformat(tmp_path)
    table = tmp_path / "db.emotion.test.csv"
    table.write_text(f"{table.read_text()}c0.wav,sad,S0\n")
    (problem,) = [row.problem for row in rows(tmp_path) if row.cells["file"] == "c0.wav"]
    assert "has it in part train, too" in problem
    assert "says emotion 'angry', and not 'sad'" in problem


class Runs:
    """A pickle of it writes a file when it is read."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (open, (str(self.path), "w"))


def test_a_pickle_is_never_read(tmp_path):
    as_audformat(tmp_path / "d")
    ran = tmp_path / "ran"
    for table in ("emotion.train", "emotion.test", "files"):
        (tmp_path / "d" / f"db.{table}.pkl").write_bytes(pickle.dumps(Runs(ran)))
    assert len(rows(tmp_path / "d")) == len(CLIPS)  # the CSV lies there as well
    (tmp_path / "d/db.emotion.test.csv").unlink()
    with pytest.raises(SarangiError, match=r"db.emotion.test.pkl: a pickle, which can run any program"):
        rows(tmp_path / "d")
    assert not ran.exists()


BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 10)}]\n" for n in range(8)
)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("name: made", "name: !!python/object/apply:os.system ['touch ran']", "expected the header"),
        ("name: made", BOMB, "200000 values"),
        ("name: made", "", "KeyError"),
        ("labels: [angry, sad]", "dtype: complex", "appears twice"),
        ("scheme_id: emotion", "scheme_id: feelings", "feelings"),
        ("split_id: train", "split_id: nowhere", "nowhere"),
        ("dtype: str", "dtype: complex", "complex"),
    ],
)
def test_a_broken_header_is_named(tmp_path, monkeypatch, old, new, words):
    monkeypatch.chdir(tmp_path)
    as_audformat(tmp_path / "d")
    header = tmp_path / "d/db.yaml"
    text = header.read_text()
    assert old in text
    header.write_text(text.replace(old, new))
    with pytest.raises(SarangiError, match=words):
        rows(tmp_path / "d")
    assert not (tmp_path / "ran").exists()


def test_tables_and_columns_that_are_missing_are_named(tmp_path):
    as_audformat(tmp_path)
    with pytest.raises(
        SarangiError, match=r"no table has a column mood \(emotion\); found emotion.test/emotion"
    ):
        rows(tmp_path, emotion="mood")
    assert len(rows(tmp_path, emotion="emotion.test/emotion")) == 2
    (tmp_path / "db.files.csv").write_text("file\nc0.wav\n")
    with pytest.raises(SarangiError, match="no column text, which the header lists"):
        rows(tmp_path)
    (tmp_path / "db.files.csv").unlink()
    with pytest.raises(
        SarangiError, match=r"its table files is neither in db.files.csv nor in db.files.parquet"
    ):
        rows(tmp_path)
