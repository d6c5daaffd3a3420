"""Segments of long recordings: the same samples as the clips that were cut, and each file read once."""

import io
from collections import Counter

import numpy as np
import pandas as pd
import pytest
import soundfile
from support.places import to
from support.recordings import sound

from sarangi.audio.opened import OpenedRecordings, Span
from sarangi.audio.resampling import resample
from sarangi.base import store
from sarangi.base.errors import RecordingError
from sarangi.base.manifest_rows import MANIFEST
from sarangi.corpora.unchanged import sha256_of
from sarangi.features.extractors.opensmile import extractor
from sarangi.features.recordings import recording_features
from sarangi.sources.source import Source

RATE = 44_100
LENGTHS = (0.9, 1.35, 0.7)


def clips(channels=2, rate=RATE):
    """Signals of different pitch, int16 of shape (samples, channels)."""
    made = []
    for number, seconds in enumerate(LENGTHS):
        data = sound(seconds, rate, channels, 180.0 + 60 * number, seed=number)
        made.append(soundfile.read(io.BytesIO(data), dtype="int16", always_2d=True)[0])
    return made


def written(path, signal, rate=RATE, subtype=None):
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, signal, rate, subtype=subtype)
    return sha256_of(path.read_bytes())


def manifest(path, rows):
    blank = dict.fromkeys(MANIFEST.names) | {"corpus": "c", "shard": 0, "status": "ok"}
    store.write(path, pd.DataFrame([blank | row for row in rows]), MANIFEST, {"rule": "test"})
    return path


def joined(tmp_path, suffix, signals, subtype=None):
    """A folder with one long file of clips and silence between, and the manifest of its segments."""
    gap, parts, at, rows = np.zeros((1_111, signals[0].shape[1]), np.int16), [], 0, []
    for number, signal in enumerate(signals):
        start = at + len(gap)
        at = start + len(signal)
        parts += [gap, signal]
        rows.append({"utterance_id": f"c/{number}", "start": start / RATE, "end": at / RATE})
    name = f"long/all{suffix}"
    sum_ = written(tmp_path / name, np.concatenate(parts), subtype=subtype)
    rows = [row | {"file": name, "sha256": sum_} for row in rows]
    return tmp_path / "long", manifest(
        tmp_path / "long.parquet", [row | {"file": f"all{suffix}"} for row in rows]
    )


def cut(tmp_path, signals, suffix=".wav"):
    """A folder with each clip as a file of its own, and its manifest."""
    rows = [
        {
            "utterance_id": f"c/{number}",
            "file": f"{number}{suffix}",
            "sha256": written(tmp_path / f"cut/{number}{suffix}", signal),
        }
        for number, signal in enumerate(signals)
    ]
    return tmp_path / "cut", manifest(tmp_path / "cut.parquet", rows)


def at_16k(corpus, rows, tmp_path):
    resample(corpus, rows, 0, to(tmp_path / "audio.parquet"), to(tmp_path / "levels.parquet"))
    audio = store.read(tmp_path / "audio.parquet")
    assert list(audio["status"]) == ["ok"] * len(audio), list(audio["reason"])
    return [entry["bytes"] for entry in audio["audio"]], store.read(tmp_path / "levels.parquet")


@pytest.mark.parametrize(("suffix", "subtype"), [(".wav", None), (".flac", None), (".aiff", None)])
def test_a_segment_is_the_clip_that_was_cut_to_the_last_digit(tmp_path, suffix, subtype):
    signals = clips()
    long, short = joined(tmp_path, suffix, signals, subtype), cut(tmp_path, signals)
    ours, levels = at_16k(*long, tmp_path)
    expected, expected_levels = at_16k(*short, tmp_path)
    assert ours == expected
    assert levels.equals(expected_levels)
    features = []
    for source, rows in (long, short):
        output = tmp_path / "f.parquet"
        recording_features(source, rows, 0, extractor("eGeMAPSv02"), to(output), workers=2)
        features.append(store.read(output))
    assert list(features[0]["status"]) == ["ok"] * len(signals)
    assert features[0].equals(features[1])


@pytest.mark.parametrize("suffix", [".mp3", ".ogg"])
def test_what_cannot_be_sought_to_the_sample_is_decoded_whole(tmp_path, suffix):
    corpus, rows = joined(tmp_path, suffix, clips(1))
    whole = soundfile.read(corpus / f"all{suffix}", dtype="float32")[0]
    segments = store.read(rows)
    with OpenedRecordings(corpus) as recordings:
        for row in reversed(segments.to_dict("records")):  # back and forth
            span = Span.of(row["start"], row["end"])
            found = recordings.mono(row["file"], row["sha256"], span).signal
            first = round(row["start"] * RATE)
            assert np.array_equal(found, whole[first : first + len(found)])
            assert len(found) == round(row["end"] * RATE) - first


def test_a_file_is_read_once_for_its_segments(tmp_path, monkeypatch):
    corpus, rows = joined(tmp_path, ".flac", clips(1))
    reads = Counter()
    own = Source.read

    def counted(self, path):
        reads[path] += 1
        return own(self, path)

    monkeypatch.setattr(Source, "read", counted)
    at_16k(corpus, rows, tmp_path)
    assert reads == {"all.flac": 1}


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        (0.5, 0.5, "not within the 0.9 s"),
        (0.6, 0.4, "not within"),
        (-0.1, 0.4, "not within"),
        (0.5, 1.0, "0.5 s to 1 s, is not within the 0.9 s of the recording; correct start and end"),
        (1.0, None, "1 s to the end"),
    ],
)
def test_a_segment_that_is_not_within_its_recording_fails(tmp_path, start, end, words):
    sum_ = written(tmp_path / "c/a.wav", clips(1)[0])
    with OpenedRecordings(tmp_path / "c") as recordings:
        with pytest.raises(RecordingError, match=words):
            recordings.mono("a.wav", sum_, Span(start, end))
        assert len(recordings.mono("a.wav", sum_, Span(0.5)).signal) == round(0.4 * RATE)


def test_all_segments_of_a_changed_or_damaged_recording_fail(tmp_path):
    sum_ = written(tmp_path / "c/a.flac", clips(1)[1])
    data = bytearray((tmp_path / "c/a.flac").read_bytes())
    with OpenedRecordings(tmp_path / "c") as recordings, pytest.raises(RecordingError, match="changed since"):
        recordings.mono("a.flac", "0" * 64, Span(0.1, 0.2))
    data[30] ^= 1  # of the checksum of its sound
    (tmp_path / "c/a.flac").write_bytes(data)
    with OpenedRecordings(tmp_path / "c") as recordings:
        for span in (Span(0.0, 0.1), Span(0.1, 0.2)):
            with pytest.raises(RecordingError, match="checksum"):
                recordings.mono("a.flac", sha256_of(bytes(data)), span)
        with pytest.raises(RecordingError, match="changed since"):
            recordings.mono("a.flac", sum_, Span())
