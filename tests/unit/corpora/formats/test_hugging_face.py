"""Folders of Hugging Face datasets, written by that library, and as they may be broken."""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support.published_forms import CLIPS, as_audiofolder, as_parquet, data_set, recorded
from support.recordings import sound

from sarangi.base.errors import SarangiError
from sarangi.corpora.formats.hugging_face import read
from sarangi.sources.source import Source

pytest.importorskip("datasets")

INSIDE = pa.struct([("bytes", pa.binary()), ("path", pa.string())])


def rows(folder, **columns):
    return list(read(folder, folder, columns))


def clips(found):
    assert [row.problem for row in found if row.problem] == []
    return sorted((dict(row.cells) for row in found), key=lambda cells: cells["file"])


def test_parquet_with_the_recordings_inside(tmp_path):
    as_parquet(tmp_path / "d")
    assert clips(rows(tmp_path / "d")) == CLIPS
    with Source(tmp_path / "d") as opened:
        for number, clip in enumerate(CLIPS):
            assert opened.read(clip["file"]) == sound(0.6, frequency=150 + 20 * number, seed=number)
    one = tmp_path / "d/data/test-00000-of-00001.parquet"
    assert clips(list(read(one, tmp_path / "d", {}))) == [clip for clip in CLIPS if clip["part"] == "test"]
    # the file alone, with its own folder taken away
    alone = tmp_path / "clips.parquet"
    alone.write_bytes(one.read_bytes())
    with Source(alone) as opened:
        assert opened.paths() == [clip["file"] for clip in CLIPS if clip["part"] == "test"]
    assert [row.cells["file"] for row in read(alone, alone, {})] == ["c3.wav", "c4.wav"]


def test_parquet_that_names_files(tmp_path):
    folder = recorded(tmp_path / "d")
    made = data_set(folder, "train")
    made.to_parquet(folder / "train.parquet")
    found = rows(folder)
    names = [clip["file"] for clip in CLIPS if clip["part"] == "train"]
    assert [row.cells["file"] for row in found] == [str(folder / name) for name in names]
    table = made.remove_columns("audio").to_pandas().assign(audio=names)  # as others write it: plain paths
    table.to_parquet(folder / "train.parquet")
    found = rows(folder, file="audio")
    assert [row.cells["file"] for row in found] == names
    assert {row.cells["part"] for row in found} == {"train"}


@pytest.mark.parametrize("suffix", [".csv", ".jsonl"])
def test_audiofolder_with_metadata(tmp_path, suffix):
    as_audiofolder(tmp_path / "d", suffix)
    assert clips(rows(tmp_path / "d")) == CLIPS


def test_metadata_of_several_splits_and_folders_of_labels(tmp_path):
    for part, name in (("train", "a"), ("test", "b")):
        folder = tmp_path / "meta" / part
        folder.mkdir(parents=True)
        (folder / f"{name}.wav").write_bytes(sound())
        (folder / "metadata.csv").write_text(f"file_name,emotion\n{name}.wav,sad\n", encoding="utf-8")
        labelled = tmp_path / "labels" / part / "sad"
        labelled.mkdir(parents=True)
        (labelled / f"{name}.wav").write_bytes(sound())
    (tmp_path / "labels/train/c.wav").write_bytes(sound())
    found = [(row.where, row.cells["file"], row.cells["part"]) for row in rows(tmp_path / "meta")]
    assert found == [
        ("test/metadata.csv:2", "test/b.wav", "test"),
        ("train/metadata.csv:2", "train/a.wav", "train"),
    ]
    found = {row.cells["file"]: row for row in rows(tmp_path / "labels")}
    assert {file: row.cells["part"] for file, row in found.items()} == {
        "test/sad/b.wav": "test", "train/c.wav": "train", "train/sad/a.wav": "train",
    }  # fmt: skip
    assert found["test/sad/b.wav"].cells["emotion"] == "sad"
    assert "not in a folder named by its label" in found["train/c.wav"].problem


def parquet(path, names=("sad",), **columns):
    """Parquet with ClassLabels as its features say."""
    features = {"audio": {"_type": "Audio"}, "emotion": {"names": list(names), "_type": "ClassLabel"}}
    table = pa.table(columns)
    info = {"info": {"features": features}}
    pq.write_table(table.replace_schema_metadata({"huggingface": json.dumps(info)}), path, row_group_size=2)
    return path


def test_odd_rows_of_parquet_are_rows(tmp_path):
    inside = [
        {"bytes": sound(seed=1), "path": "a.wav"},
        {"bytes": sound(seed=2), "path": "a.wav"},  # its name is taken
        {"bytes": sound(seed=3), "path": None},
        {"bytes": None, "path": "other.wav"},
        {"bytes": None, "path": None},
        {"bytes": sound(seed=4), "path": "../../out/b.wav"},
    ]
    parquet(tmp_path / "x.parquet", audio=pa.array(inside, INSIDE), emotion=[0, 0, 0, 0, 0, 7])
    found = rows(tmp_path)
    assert [row.cells["file"] for row in found] == [
        "x.parquet/0000000/a.wav", "x.parquet/0000001/a.wav", "x.parquet/0000002.wav", "other.wav", "",
        "b.wav",
    ]  # fmt: skip
    assert "neither bytes nor a path" in found[4].problem
    assert "emotion 7 is not one of its 1 classes" in found[5].problem
    with Source(tmp_path) as opened:
        assert [opened.read(found[at].cells["file"]) for at in (0, 1, 2, 5)] == [
            sound(seed=seed) for seed in (1, 2, 3, 4)
        ]
        with pytest.raises(SarangiError, match="no file other"):
            opened.read("other.wav")


@pytest.mark.parametrize("names", [{"0": "sad"}, 7, None, "sad"])
def test_classes_that_are_no_list_are_said_of_each_row(tmp_path, names):
    inside = pa.array([{"bytes": sound(), "path": "a.wav"}], INSIDE)
    file = parquet(tmp_path / "x.parquet", audio=inside, emotion=[0])
    table = pq.read_table(file)
    stated = json.loads(table.schema.metadata[b"huggingface"])
    stated["info"]["features"]["emotion"]["names"] = names
    pq.write_table(table.replace_schema_metadata({"huggingface": json.dumps(stated)}), file)
    assert [row.problem for row in rows(tmp_path)] == ["emotion 0 is not one of its 0 classes"]


def test_what_cannot_be_read_is_named(tmp_path):
    with pytest.raises(SarangiError, match="expected Parquet with an Audio column"):
        rows(tmp_path)
    (tmp_path / "a.parquet").write_bytes(b"PAR1 and nothing more")
    with pytest.raises(SarangiError, match=r"a.parquet: not a Parquet file that can be read"):
        rows(tmp_path)
    pq.write_table(pa.table({"emotion": ["sad"]}), tmp_path / "a.parquet")
    with pytest.raises(SarangiError, match="no column of recordings"):
        rows(tmp_path)
    empty = pa.array([{"bytes": b"", "path": "a"}], INSIDE)
    pq.write_table(pa.table({"emotion": ["sad"], "near": empty, "far": empty}), tmp_path / "a.parquet")
    with pytest.raises(SarangiError, match="2 columns of recordings, near, far; state which"):
        rows(tmp_path)
    assert len(rows(tmp_path, file="far")) == 1
    with pytest.raises(SarangiError, match="no column 'mood' for emotion"):
        rows(tmp_path, file="far", emotion="mood")
    with pytest.raises(SarangiError, match="read below the folder of audio"):
        list(read(tmp_path, tmp_path / "elsewhere", {}))


def test_a_table_of_features_is_no_corpus(tmp_path):
    images = {"info": {"features": {"image": {"_type": "Image"}}}}
    table = pa.table({"image": pa.array([{"bytes": b"x", "path": "a.png"}], INSIDE), "emotion": ["sad"]})
    pq.write_table(table.replace_schema_metadata({"huggingface": json.dumps(images)}), tmp_path / "a.parquet")
    with Source(tmp_path) as opened:
        assert opened.paths() == ["a.parquet"]
    with pytest.raises(SarangiError, match="no column of recordings"):
        rows(tmp_path)
