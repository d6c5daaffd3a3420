"""What a feature set is computed on: recordings, checked as for 16 kHz, at their native sample rate."""

import io

import numpy as np
import pytest
import soundfile
from support.acoustics import lay, listed, peer, spoken, values, wav
from support.places import to
from support.recordings import BROKEN, float_wav

from sarangi.audio.decoding import sound_in
from sarangi.audio.resampling import resample
from sarangi.base import store
from sarangi.features.extractors.opensmile import extractor
from sarangi.features.recordings import recording_features
from sarangi.synthetic.film import filmed

pytestmark = pytest.mark.filterwarnings("ignore:Segment too short")


def test_recordings_are_checked_as_for_16_khz_and_noted(tmp_path):
    stereo = np.stack([spoken(0.5, 22_050), np.zeros(11_025, np.int16)], axis=1)
    loud = np.clip(spoken(0.5).astype(np.float32) / 4_000, -3, 3)
    corpus = lay(
        tmp_path / "corpus",
        {f"Sad/SM{n}_F1_S0{n}.wav": data for n, (data, _) in enumerate(BROKEN.values(), 1)}
        | {"Angry/SM1_F1_A01.wav": wav(stereo, 22_050), "Angry/SM1_F2_A02.wav": float_wav(loud)},
    )
    rows = listed(corpus, "urdu_latif", tmp_path / "m.parquet")
    recording_features(corpus, rows, 0, extractor("IS09"), to(tmp_path / "f.parquet"), workers=2)
    resample(corpus, rows, 0, to(tmp_path / "audio.parquet"), to(tmp_path / "levels.parquet"))
    table, found = values(tmp_path / "f.parquet")
    at_16k = store.read(tmp_path / "audio.parquet", ["utterance_id", "status", "reason"])
    at_16k = at_16k.set_index("utterance_id")
    bad = table["status"] == "failed"
    assert bad.sum() == len(BROKEN)
    assert table.loc[bad, ["status", "reason"]].equals(at_16k[bad])
    assert table.loc["urdu_latif/Angry/SM1_F1_A01.wav", "reason"] == "mixed down from 2 channels"
    beyond = np.count_nonzero((loud < -1) | (loud >= 1))
    assert table.loc["urdu_latif/Angry/SM1_F2_A02.wav", "reason"] == f"{beyond} samples clipped"
    smile = peer("IS09")
    mean = stereo.astype(np.float32).mean(axis=1) / 32768
    for name, signal, rate in (
        ("SM1_F1_A01", mean, 22_050), ("SM1_F2_A02", np.clip(loud, -1, 32767.5 / 32768), 16_000),
    ):  # fmt: skip
        expected = smile(signal.astype(np.float32), rate).reshape(-1)
        assert np.array_equal(found.loc[f"urdu_latif/Angry/{name}.wav"], expected)


def test_a_video_is_heard_at_its_own_rate(tmp_path):
    columns = "Sr No.,Utterance,Speaker,Emotion,Sentiment,Dialogue_ID,Utterance_ID,Season,Episode"
    table = f"{columns},StartTime,EndTime\n1,Hey,Ross,joy,positive,0,0,1,1,0,1\n"
    clip = filmed(wav(spoken(0.6, 44_100), 44_100))
    corpus = lay(
        tmp_path / "meld",
        {
            "train_sent_emo.csv": table.encode(),
            "train_splits/dia0_utt0.mp4": clip,
        },
    )
    rows = listed(corpus, "meld", tmp_path / "m.parquet")
    recording_features(corpus, rows, 0, extractor("IS09"), to(tmp_path / "f.parquet"))
    table, found = values(tmp_path / "f.parquet")
    assert list(table["status"]) == ["ok"]
    signal, rate = soundfile.read(io.BytesIO(sound_in(clip, "x.mp4")), dtype="float32")
    assert rate == 44_100
    assert np.array_equal(found.iloc[0], peer("IS09")(signal, rate).reshape(-1))
