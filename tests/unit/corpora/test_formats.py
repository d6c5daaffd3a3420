"""The same clips in each published form are the same manifest, and segments the same as clips."""

import numpy as np
import pytest
import soundfile
from support.places import real, to
from support.published_forms import CLIPS, FORMS, as_csv

from sarangi.audio.resampling import resample
from sarangi.base import store
from sarangi.corpora.table_corpus import table_manifest
from sarangi.corpora.table_formats import FORMATS, guess
from sarangi.corpora.table_settings import TableSettings
from sarangi.features.extractors.opensmile import extractor
from sarangi.features.recordings import recording_features

pytest.importorskip("datasets")


def listed(form, path, shards=1):
    module = FORMATS[guess(form["table"])]
    settings = TableSettings(module, form.get("columns", {}), {}, (), "en", ())
    table_manifest(form["audio"], form["table"], "made", settings, shards, to(path))
    return store.read(path)


def test_each_form_is_the_same_manifest(tmp_path):
    expected = listed(as_csv(tmp_path / "csv"), tmp_path / "csv.parquet")
    assert list(expected["status"]) == ["ok"] * len(CLIPS)
    assert list(expected["utterance_id"]) == [f"made/{clip['file']}" for clip in CLIPS]
    for column in ("emotion", "speaker", "gender", "text", "part"):
        assert list(expected[column]) == [clip[column] for clip in CLIPS]
    # as the label is written is each form's own
    same = expected.drop(columns="label")
    for name, write in FORMS.items():
        found = listed(write(tmp_path / name), tmp_path / f"{name}.parquet")
        assert found[same.columns].equals(same), name


def sounds(source, rows, tmp_path):
    """16 kHz audio and eGeMAPS of a manifest, by the row's place."""
    resample(source, rows, 0, to(tmp_path / "audio.parquet"), to(tmp_path / "levels.parquet"))
    recording_features(source, rows, 0, extractor("eGeMAPSv02"), to(tmp_path / "f.parquet"), workers=2)
    audio, features = store.read(tmp_path / "audio.parquet"), store.read(tmp_path / "f.parquet")
    assert list(audio["status"]) == list(features["status"]) == ["ok"] * len(audio)
    return [entry["bytes"] for entry in audio["audio"]], features.drop(columns=["utterance_id", "reason"])


def test_segments_of_one_long_file_are_the_clips_that_were_cut(tmp_path):
    """Twelve clips of URDU, joined, by a table of start and end."""
    clips = sorted(real("urdu_latif").glob("*/*.wav"))[::33][:12]
    long, cut = tmp_path / "long", tmp_path / "cut"
    long.mkdir()
    cut.mkdir()
    signals = [soundfile.read(clip, dtype="int16") for clip in clips]
    rate = signals[0][1]
    assert {other for _, other in signals} == {rate}
    at, lines, names = 0, ["file,emotion,start,end"], ["file,emotion"]
    for number, (signal, _) in enumerate(signals):
        emotion = ("sad", "angry")[number % 2]
        end = "" if number == len(signals) - 1 else (at + len(signal)) / rate
        lines.append(f"all.wav,{emotion},{at / rate},{end}")
        soundfile.write(cut / f"{number:02}.wav", signal, rate)
        names.append(f"{number:02}.wav,{emotion}")
        at += len(signal)
    soundfile.write(long / "all.wav", np.concatenate([signal for signal, _ in signals]), rate)
    for folder, table in ((long, lines), (cut, names)):
        (folder / "labels.csv").write_text("\n".join(table), encoding="utf-8")
    segments = listed({"table": long / "labels.csv", "audio": long}, tmp_path / "long.parquet", shards=4)
    assert segments["start"].is_monotonic_increasing  # random folds depend on the order
    assert segments["shard"].nunique() == 1  # one job decodes the file
    assert segments["group"].nunique() == 1  # and no split parts it, where nobody knows the speakers
    assert segments["sha256"].nunique() == 1
    listed({"table": long / "labels.csv", "audio": long}, tmp_path / "long.parquet")
    listed({"table": cut / "labels.csv", "audio": cut}, tmp_path / "cut.parquet")
    ours, expected = (sounds(folder, tmp_path / f"{folder.name}.parquet", tmp_path) for folder in (long, cut))
    assert ours[0] == expected[0]
    assert ours[1].equals(expected[1])
