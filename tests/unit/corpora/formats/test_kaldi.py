"""Data folders of Kaldi, whole and broken: no command is run, and nothing is lost."""

import pytest
from support.published_forms import CLIPS, as_kaldi

from sarangi.base.errors import SarangiError
from sarangi.corpora.formats.kaldi import read


def folder(tmp_path, **files):
    for name, text in files.items():
        (tmp_path / name.replace("_", ".")).write_text(text, encoding="utf-8")
    return tmp_path


def rows(data, **columns):
    return {row.where.partition("/")[2]: row for row in read(data, data, columns)}


def test_a_data_folder_says_what_its_files_say(tmp_path):
    made = as_kaldi(tmp_path / "k")
    found = list(read(made["table"], made["audio"], made["columns"]))
    assert [row.problem for row in found] == [None] * len(CLIPS)
    assert [dict(row.cells) for row in found] == CLIPS


def test_segments_have_recording_start_and_end(tmp_path):
    data = folder(
        tmp_path,
        wav_scp="long all.wav\n",
        segments="u1 long 0.00 1.25\nu2 long 1.25 -1\nu3 long 2 3 1\nu4 short 0 1\nu5 long 1\n",
        utt2emo="u1 sad\nu2 angry\nu3 sad\nu4 sad\nu5 sad\n",
    )
    found = rows(data)
    assert found["segments:1"].cells == {"file": "all.wav", "start": "0.00", "end": "1.25", "emotion": "sad"}
    assert (found["segments:2"].cells["start"], found["segments:2"].cells["end"]) == ("1.25", "")
    assert found["segments:1"].problem is None
    assert found["segments:2"].problem is None
    assert "channel 1" in found["segments:3"].problem
    assert "'short' is not in wav.scp" in found["segments:4"].problem
    assert "expected <utterance> <recording> <start> <end>" in found["segments:5"].problem


def test_a_command_is_never_run_and_an_archive_not_read(tmp_path):
    ran = tmp_path / "ran"
    data = folder(
        tmp_path,
        wav_scp=f"a touch {ran} |\nb cat x.wav |\nc wavs.ark:1234\nd -\ne\nf C:\\data\\x.wav\n",
        utt2emo="a sad\nb sad\nc sad\nd sad\ne sad\nf sad\n",
    )
    found = rows(data)
    for line, words in enumerate(("never run", "never run", "archive of Kaldi", "no file", "no file"), 1):
        row = found[f"wav.scp:{line}"]
        assert words in row.problem
        assert row.cells["file"] == ""
    assert found["wav.scp:6"].problem is None
    assert not ran.exists()


def test_dangling_and_duplicate_ids_are_rows_that_fail(tmp_path):
    data = folder(
        tmp_path,
        wav_scp="a a.wav\nb b.wav\nb c.wav\n",
        utt2emo="a sad\nb sad\nlost angry\na happy\n",
        utt2spk="a S1\nb S2\nlost S3\n",
        spk2gender="S1 f\n",
    )
    found = rows(data)
    assert found["wav.scp:1"].problem == "its id is in utt2emo 2 times, in lines 1, 4"
    assert "lines 2, 3" in found["wav.scp:2"].problem
    assert "'lost' is not in wav.scp" in found["utt2spk:3"].problem
    assert found["utt2spk:3"].cells["emotion"] == "angry"
    assert len(found) == 3


def test_utterances_as_speakers_are_no_speakers(tmp_path):
    data = folder(tmp_path, wav_scp="a a.wav\nb b.wav\n", utt2emo="a sad\nb sad\n", utt2spk="a a\nb b\n")
    assert all("speaker" not in row.cells for row in rows(data).values())


@pytest.mark.parametrize(
    ("files", "columns", "words"),
    [
        ({"utt2emo": "a sad\n"}, {}, "wav.scp"),
        ({"wav_scp": "a a.wav\n"}, {}, "no emotions; expected utt2emo"),
        ({"wav_scp": "a a.wav\n", "utt2emo": "a sad\n"}, {"speaker": "utt2who"}, "utt2who"),
    ],
)
def test_a_file_that_is_missing_is_named(tmp_path, files, columns, words):
    with pytest.raises(SarangiError, match=words):
        rows(folder(tmp_path, **files), **columns)
