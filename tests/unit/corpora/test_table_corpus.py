"""Bad tables and good ones: what a row becomes, and what is refused."""

import logging
import unicodedata

import pytest
from support.places import to
from support.recordings import sound, zipped
from support.small_corpora import laid

from sarangi.base import store
from sarangi.base.errors import SarangiError
from sarangi.corpora.table_corpus import table_manifest
from sarangi.corpora.table_settings import TableSettings

SHORT = [sound(0.1, seed=seed) for seed in range(8)]
NAMES = [f"s{speaker}/{clip}.wav" for speaker in (1, 2) for clip in range(3)]
PLAIN = TableSettings("delimited", {}, {}, [], "en", [])


def made(tmp_path, lines, files=None, **settings):
    """The manifest of a corpus of a table and recordings, by the path of each utterance."""
    files = dict(zip(NAMES, SHORT, strict=False)) if files is None else files
    audio = laid(tmp_path / "wavs", files)
    (tmp_path / "labels.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    output = tmp_path / "m.parquet"
    table_manifest(audio, tmp_path / "labels.csv", "my", PLAIN._replace(**settings), 3, to(output))
    found = store.read(output)
    assert found["utterance_id"].is_monotonic_increasing
    assert found["utterance_id"].is_unique
    return found.assign(path=found["utterance_id"].str.removeprefix("my/")).set_index("path")


def table_of(*rows, header="file,emotion,speaker"):
    return [header, *rows]


WHOLE = table_of(*(f"{name},{('anger', 'sad')[n % 2]},{name[:2]}" for n, name in enumerate(NAMES)))


def test_each_row_is_an_utterance_and_each_recording_without_one_is_skipped(tmp_path):
    files = dict(zip([*NAMES, "extra/x.flac"], SHORT, strict=False)) | {"notes.txt": b"x"}
    lines = [f"{line},near,{n}" for n, line in enumerate(WHOLE[1:])]
    found = made(tmp_path, [f"{WHOLE[0]},Mic,old=", *lines], files, skip=["SAD"], emotions={"Anger": "rage"})
    assert dict(found["status"].value_counts()) == {"ok": 3, "skipped": 4}
    assert set(found.loc[found["status"] == "ok", "emotion"]) == {"rage"}
    assert found.loc["extra/x.flac", "reason"] == "no row of the table names it"
    one = found.loc["s1/0.wav"]
    assert (one["label"], one["speaker"], one["group"], one["language"]) == ("anger", "s1", "s1", "en")
    assert (one["table_mic"], one["table_old"], one["table_mic"]) == ("near", "0", "near")
    assert not found.astype(str).apply(lambda column: column.str.contains(str(tmp_path))).any(axis=None)


def test_an_archive_and_names_in_another_unicode_form_are_found(tmp_path):
    name = "é/ہنسی.wav"
    archive = zipped(
        tmp_path / "a.zip", [(unicodedata.normalize("NFD", name), SHORT[0]), ("b.wav", SHORT[1])]
    )
    (tmp_path / "t.csv").write_text(f"file,emotion,speaker\n{name},خوشی,a\nb.wav,very happy,b\n")
    table_manifest(archive, tmp_path / "t.csv", "my", PLAIN, 1, to(tmp_path / "m.parquet"))
    found = store.read(tmp_path / "m.parquet")
    assert list(found["status"]) == ["ok", "ok"]
    assert set(found["emotion"]) == {"خوشی", "very_happy"}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("s1/9.wav,sad,s1", "there is no such file"),
        ("9/0.wav,sad,s2", "there is s1/0.wav: paths begin at the folder of audio"),
        ("../labels.csv,sad,s1", "leads out of the corpus"),
        ("/etc/passwd,sad,s1", "leads out of the corpus"),
        (",sad,s1", "no file"),
        ("s1/2.wav,?,s1", "no emotion, found '?'"),
        ("s1/2.wav,😀,s1", "has no letter or digit"),
        ("s1/2.wav,sad,unknown", "no speaker, and other rows have one"),
        ('"=HYPERLINK(""x"")",sad,s1', "the file is a formula"),
        ("s1/2.wav,=A1,s1", "the emotion is a formula"),
        ('"s1/2.wav\nx",sad,s1', "continues on the next line"),
        ("s1/2.wav,sad,s1,4", "4 cells, and the header has 3"),
        ("file,emotion,speaker", "the header is repeated here"),
    ],
)
def test_a_row_that_cannot_be_used_fails_alone_with_its_line(tmp_path, row, reason):
    found = made(tmp_path, [*WHOLE[:3], row, *WHOLE[4:]])
    assert list(found.loc[found["status"] == "failed", "reason"].str.contains("labels.csv:[45]: ")) == [True]
    assert reason in found.loc[found["status"] == "failed", "reason"].iloc[0]
    assert (found["status"] == "ok").sum() == 5


def test_an_unknown_part_fails_and_others_have_their_names(tmp_path):
    parts = ("train", "Dev", "test", "", "eval2", "TRAINING")
    lines = [f"{line},{part}" for line, part in zip(WHOLE[1:], parts, strict=True)]
    found = made(tmp_path, [f"{WHOLE[0]},part", *lines])
    assert list(found["part"].fillna("")) == ["train", "validation", "test", "", "eval2", "train"]
    assert (
        "part 'eval2' is unknown; expected one of train, validation, test" in found.loc["s2/1.wav", "reason"]
    )


def test_half_of_the_files_missing_is_counted_and_all_of_them_is_refused(tmp_path, caplog):
    half = dict(zip(NAMES[:3], SHORT, strict=False))
    with caplog.at_level(logging.ERROR, "sarangi"):
        found = made(tmp_path / "half", WHOLE, half)
    assert dict(found["status"].value_counts()) == {"ok": 3, "failed": 3}
    assert "3 of 6 failed: 3 a line of the table that names no recording" in caplog.text
    with pytest.raises(SarangiError) as error:
        made(tmp_path / "none", WHOLE, {"other/x.wav": SHORT[0]})
    text = str(error.value)
    assert "no utterance of my among 1 files (6 a line of the table that names no recording" in text
    assert "the first is s1/0.wav: labels.csv:2: path 's1/0.wav': there is no such file" in text
    assert "Correct `audio`, `columns` or the table" in text
    assert not (tmp_path / "none/m.parquet").exists()


def test_two_rows_of_one_file_are_one_if_they_agree_and_fail_if_they_do_not(tmp_path):
    found = made(tmp_path, [*WHOLE, WHOLE[1], WHOLE[2].replace("sad", "fear")])
    assert len(found) == 6
    assert found.loc["s1/0.wav", ["status", "reason"]].tolist() == [
        "ok", "repeated in the same words, in labels.csv:8"
    ]  # fmt: skip
    assert found.loc["s1/1.wav", "status"] == "failed"
    words = "2 entries claim it (s1/1.wav), and differ in emotion, label (labels.csv:3, labels.csv:9)"
    assert words in found.loc["s1/1.wav", "reason"]


def test_without_speakers_the_recording_is_the_group(tmp_path):
    lines = [line.rpartition(",")[0] for line in WHOLE]
    found = made(tmp_path, lines)
    assert (found["group"] == found["utterance_id"]).all()
    assert found["speaker"].isna().all()
    lines = [line + ("" if n else ",start,end") for n, line in enumerate(lines)]
    found = made(tmp_path, [*lines[:3], "s2/0.wav,sad,0.00,0.05", "s2/0.wav,anger,0.05,"])
    assert found.loc["s2/0.wav#00000.050-end", "group"] == "my/s2/0.wav"
    assert found.loc["s2/0.wav#00000.050-end", ["start", "end", "duration_s"]].tolist() == pytest.approx(
        [0.05, 0.1, 0.05]
    )


def test_a_speaker_in_two_spellings_is_refused(tmp_path):
    with pytest.raises(
        SarangiError, match=r"speaker 's1' \(labels.csv:2\) and 'S1' \(labels.csv:7\) seem to be one"
    ):
        made(tmp_path, [*WHOLE[:-1], WHOLE[-1].replace(",s2", ",S1")])


@pytest.mark.parametrize(
    ("rows", "status", "reason"),
    [
        (["0,0.05", "0.03,0.08"], ["ok", "ok"], "overlaps labels.csv:2 of the same speaker by 0.02 s"),
        (["0,0.05", "0.05,0.2"], ["ok", "failed"], "0.05 to 0.2 s, is not in the file, which has 0.100 s"),
        (["0,0.05", "0.08,0.06"], ["ok", "failed"], "end 0.06 is not after start 0.08"),
        (["0,0.05", "x,0.06"], ["ok", "failed"], "start 'x' is not a number of seconds"),
    ],
)
def test_segments_are_checked_and_overlaps_noted(tmp_path, rows, status, reason):
    lines = [f"a.wav,{('sad', 'anger')[n]},s1,{row}" for n, row in enumerate(rows)]
    found = made(tmp_path, table_of(*lines, header="file,emotion,speaker,start,end"), {"a.wav": SHORT[0]})
    found = found.sort_values("label", ascending=False)
    assert list(found["status"]) == status
    assert reason in found["reason"].iloc[1]
    assert found["shard"].nunique() == 1


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"columns": {"emotion": "emotoin"}}, "no column 'emotoin' for emotion; did you mean emotion?"),
        ({"slices": ["table_mike"]}, "no column 'mike' for `slices`; did you mean mic?"),
    ],
)
def test_a_column_that_is_not_there_is_named_with_the_nearest(tmp_path, settings, message):
    with pytest.raises(SarangiError) as error:
        made(tmp_path, [f"{line},mic" for line in WHOLE], **settings)
    assert message in str(error.value)


def test_rows_of_texts_are_a_corpus_without_recordings(tmp_path):
    lines = table_of(
        "1,sad,a,Oh no", "2,joy,b,", "3,sad,a,No", "3,sad,b,No", header="id,emotion,speaker,text"
    )
    settings = {"columns": {"file": "id"}, "words_alone": True}
    found = made(tmp_path, lines, {"1": SHORT[0], "x.wav": SHORT[1]}, **settings)
    assert dict(found["status"]) == {"1": "ok", "2": "ok", "3": "failed", "x.wav": "skipped"}
    assert found.loc["1", ["text", "emotion", "group"]].tolist() == ["Oh no", "sad", "a"]
    # whatever lies there
    assert (
        set(found["no_sound"].dropna()) == {"the corpus holds words alone"} and found["sha256"].isna().all()
    )
    assert "2 entries claim it (3), and differ in speaker, group" in found.loc["3", "reason"]
    with pytest.raises(
        SarangiError, match="no column 'text', and the corpus holds words; state under `columns`"
    ):
        made(tmp_path, table_of("1,sad,a", header="id,emotion,speaker"), **settings)
