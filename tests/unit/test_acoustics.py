"""Acoustic features: openSMILE's own names and values at either rate, or what a corpus publishes."""

import io
import os
from pathlib import Path

import numpy as np
import opensmile
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import soundfile
import torch
import yaml
from conftest import BROKEN, MADE_BY_TEST, ROOT, add_module, example, float_wav, real, to
from scipy.io import savemat
from sklearn.metrics import recall_score
from sklearn.model_selection import LeaveOneGroupOut, StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from torchaudio.transforms import MFCC

from sarangi.audio.decoding import sound_in
from sarangi.audio.flac import encode
from sarangi.audio.resampling import AUDIO, resample, to_mono_16k
from sarangi.base import store
from sarangi.base.errors import SarangiError
from sarangi.corpora.manifest import manifest
from sarangi.features import extraction, extractors
from sarangi.features import rows as rows_of_features
from sarangi.features.extraction import features
from sarangi.features.extractors.opensmile import extractor
from sarangi.features.published import published_features
from sarangi.features.recordings import recording_features
from sarangi.features.registry import load
from sarangi.study import references
from sarangi.study.checking import check
from sarangi.study.entries import extraction_of
from sarangi.study.loaded import loaded
from sarangi.synthetic.film import filmed

pytestmark = pytest.mark.filterwarnings("ignore:Segment too short")

CONFIGURATIONS = Path(opensmile.__file__).parent / "core/config/is09-13"
SETS = {
    "eGeMAPSv02": (opensmile.FeatureSet.eGeMAPSv02, 88, "F0semitoneFrom27.5Hz_sma3nz_amean"),
    "ComParE_2016": (opensmile.FeatureSet.ComParE_2016, 6373, "audspec_lengthL1norm_sma_range"),
    "IS09": (CONFIGURATIONS / "IS09_emotion.conf", 384, "pcm_RMSenergy_sma_max"),
    "IS10": (CONFIGURATIONS / "IS10_paraling_compat.conf", 1582, "pcm_loudness_sma_maxPos"),
}
"""What a user gives the package, how many features that has, and the first; IS09 and IS10 by their files."""


def peer(feature_set):
    """The opensmile package as a user calls it."""
    given = SETS[feature_set][0]
    level = opensmile.FeatureLevel.Functionals
    return (
        opensmile.Smile(given, level)
        if isinstance(given, opensmile.FeatureSet)
        else opensmile.Smile(str(given), level.value)
    )


def spoken(seconds, rate=16_000, seed=0):
    """Something like a voice, int16: a gliding pitch with overtones, and pauses."""
    draw = np.random.default_rng(seed)
    time = np.arange(round(seconds * rate)) / rate
    phase = 2 * np.pi * np.cumsum(150 + 60 * np.sin(3 * time + seed)) / rate
    waves = sum(np.sin(n * phase) / n for n in range(1, 12)) * (np.sin(9 * time) > -0.6)
    return np.rint(8_000 * waves + draw.normal(0, 60, len(time))).astype(np.int16)


def wav(signal, rate=16_000):
    file = io.BytesIO()
    soundfile.write(file, signal, rate, format="WAV", subtype="PCM_16")
    return file.getvalue()


def made_audio(path, signals):
    """A shard of audio; None is an utterance that failed before."""
    with store.Writer(path, AUDIO, MADE_BY_TEST) as writer:
        for number, signal in enumerate(signals):
            row = {"utterance_id": f"made/{number:02}.wav", "status": "failed", "reason": "broken"}
            if signal is not None:
                row |= {"status": "ok", "reason": None, "audio": {"bytes": encode(signal), "path": "x"}}
            writer.add(row)
    return path


def lay(folder, recordings):
    """A corpus of (name, bytes) in a folder, and its manifest beside it."""
    for name, data in recordings.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def listed(folder, corpus, path):
    manifest(folder, corpus, 1, to(path))
    return path


def values(path):
    """Identifiers, and the matrix of a table of features."""
    table = store.read(path).set_index("utterance_id")
    return table, table.drop(columns=["status", "reason"])


@pytest.mark.parametrize("feature_set", SETS)
def test_a_set_is_opensmiles_own_at_both_rates(feature_set, tmp_path):
    _, count, first = SETS[feature_set]
    smile = peer(feature_set)
    assert extractor(feature_set).names == smile.feature_names
    assert (len(set(smile.feature_names)), smile.feature_names[0]) == (count, first)

    signals = [spoken(0.7, seed=n) for n in range(3)]
    audio = made_audio(tmp_path / "audio.parquet", signals)
    features(audio, extractor(feature_set), to(tmp_path / "16k.parquet"), workers=2)
    table, found = values(tmp_path / "16k.parquet")
    assert set(table["status"]) == {"ok"}
    for signal, row in zip(signals, found.to_numpy(), strict=True):
        expected = smile.process_signal(signal / np.float32(32768), 16_000)
        assert list(found.columns) == list(expected.columns)
        assert np.array_equal(row, expected.to_numpy()[0])

    rates = (44_100, 22_050)
    recordings = {
        f"Sad/SM{n}_F1_S0{n}.wav": wav(spoken(0.7, rate, n), rate) for n, rate in enumerate(rates, 1)
    }
    corpus = lay(tmp_path / "corpus", recordings)
    rows = listed(corpus, "urdu_latif", tmp_path / "manifest.parquet")
    recording_features(corpus, rows, 0, extractor(feature_set), to(tmp_path / "own.parquet"), workers=2)
    table, found = values(tmp_path / "own.parquet")
    assert set(table["status"]) == {"ok"}
    for name in recordings:
        expected = smile.process_file(corpus / name)
        assert np.array_equal(found.loc[f"urdu_latif/{name}"], expected.to_numpy()[0])


def test_the_workers_change_no_byte_and_a_clip_that_fails_stays_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(rows_of_features, "AHEAD", 4)
    monkeypatch.setattr(rows_of_features, "ROW_GROUP", 5)
    signals = [spoken(0.1 + 0.9 * (n % 3 == 0), seed=n) for n in range(14)]
    signals[3], signals[8] = None, signals[0][:50]
    audio = made_audio(tmp_path / "audio.parquet", signals)
    for workers in (1, 2):
        features(audio, extractor("IS09"), to(tmp_path / f"{workers}.parquet"), workers)
    assert (tmp_path / "1.parquet").read_bytes() == (tmp_path / "2.parquet").read_bytes()
    assert pq.ParquetFile(tmp_path / "1.parquet").num_row_groups == 3
    table, found = values(tmp_path / "1.parquet")
    assert list(table.index) == [f"made/{n:02}.wav" for n in range(14)]
    bad = table[table["status"] != "ok"]
    assert dict(bad["reason"]) == {
        "made/03.wav": "broken", "made/08.wav": "too short for openSMILE (0.003 s)",
    }  # fmt: skip
    assert found.loc[bad.index].isna().all(axis=None)
    good = found.drop(index=bad.index)
    assert good.notna().all(axis=None)
    smile = peer("IS09")
    for name, row in good.iterrows():
        signal = signals[int(name[5:7])] / np.float32(32768)
        assert np.array_equal(row, smile(signal, 16_000).reshape(-1))


def test_reading_a_shard_keeps_one_row_group_in_memory(tmp_path):
    noise = np.random.default_rng(0).bytes(2**16)
    with store.Writer(tmp_path / "audio.parquet", AUDIO, MADE_BY_TEST, row_group=8) as writer:
        for number in range(160):
            row = {"utterance_id": f"made/{number:03}.wav", "status": "ok", "reason": None}
            writer.add(row | {"audio": {"bytes": noise, "path": "x"}})
    before = pa.total_allocated_bytes()
    held = [pa.total_allocated_bytes() - before for _ in store.rows(tmp_path / "audio.parquet")]
    assert len(held) == 160
    assert max(held) < 4 * 8 * 2**16


def test_an_error_in_a_worker_ends_the_work(tmp_path, monkeypatch):
    monkeypatch.setattr(extraction, "decode", lambda flac: 1 / 0)
    audio = made_audio(tmp_path / "audio.parquet", [spoken(0.1)] * 60)
    with pytest.raises(ZeroDivisionError):
        features(audio, extractor("IS09"), to(tmp_path / "f.parquet"), workers=2)


@pytest.mark.parametrize("feature_set", SETS)
@pytest.mark.parametrize("level", [0, 0.5])
def test_a_constant_clip_has_finite_features_or_a_reason(feature_set, level):
    found, problem = extractor(feature_set).extract(np.full(16_000, level, dtype=np.float32), 16_000)
    assert problem or np.isfinite(found).all()
    found, problem = extractor(feature_set).extract(np.zeros(0, dtype=np.float32), 16_000)
    assert problem == "too short for openSMILE (0.000 s)"


def test_a_set_that_opensmile_does_not_have_is_refused():
    for name in ("Prosody", "IS08"):
        with pytest.raises(SarangiError, match=f"no feature set {name}; it has ComParE_2016,.* IS09"):
            load("opensmile", {"feature_set": name})
    with pytest.raises(SarangiError, match=r"opensmile: .*'level'; it takes feature_set"):
        load("opensmile", {"feature_set": "IS09", "level": 1})


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


def test_published_prosody_is_numbered_and_a_wrong_count_fails(tmp_path):
    def matlab(values):
        file = io.BytesIO()
        savemat(file, {"Feats": np.asarray(values, dtype=float)[None]})
        return file.getvalue()

    place = "Feats - Sindhi/Prosody funcs/Matfiles/{}.mat"
    vectors = {"Anger_0001": range(35), "Neutral_0002": range(34), "Sadness_0003": [np.inf] * 35}
    corpus = lay(tmp_path / "c", {place.format(name): matlab(found) for name, found in vectors.items()})
    rows = listed(corpus, "urdu_sindhi", tmp_path / "m.parquet")
    published_features(corpus, "urdu_sindhi", rows, 0, "Prosody", to(tmp_path / "f.parquet"))
    table, found = values(tmp_path / "f.parquet")
    assert list(found.columns) == [f"prosody_{n:02}" for n in range(1, 36)]
    assert found.loc["urdu_sindhi/Sindhi/Anger_0001"].tolist() == list(range(35))
    assert dict(table["reason"].dropna()) == {
        "urdu_sindhi/Sindhi/Neutral_0002": "34 values; Prosody has 35",
        "urdu_sindhi/Sindhi/Sadness_0003": "35 of 35 values are NaN or infinite, first prosody_01",
    }


@pytest.mark.parametrize("feature_set", SETS)
def test_real_clips_have_opensmiles_values_at_both_rates(feature_set, tmp_path):
    files = sorted(real("urdu_latif").rglob("*.wav"))[::100]
    corpus = lay(tmp_path / "corpus", {f"{f.parent.name}/{f.name}": f.read_bytes() for f in files})
    rows = listed(corpus, "urdu_latif", tmp_path / "m.parquet")
    recording_features(corpus, rows, 0, extractor(feature_set), to(tmp_path / "own.parquet"), workers=2)
    resample(corpus, rows, 0, to(tmp_path / "audio.parquet"), to(tmp_path / "levels.parquet"))
    features(tmp_path / "audio.parquet", extractor(feature_set), to(tmp_path / "16k.parquet"), workers=2)
    own, at_16k = (values(tmp_path / f"{name}.parquet")[1] for name in ("own", "16k"))
    smile = peer(feature_set)
    for file in files:
        name = f"urdu_latif/{file.parent.name}/{file.name}"
        assert np.array_equal(own.loc[name], smile.process_file(file).to_numpy()[0])
        signal = to_mono_16k(file.read_bytes()).signal / np.float32(32768)
        assert np.array_equal(at_16k.loc[name], smile(signal, 16_000).reshape(-1))


def test_a_feature_set_of_another_extractor_is_one_module_and_one_entry(tmp_path, monkeypatch, study):
    said = example("A feature set")
    added = add_module(extractors, "mfcc", said["python"][0], tmp_path / "added", monkeypatch)
    monkeypatch.setattr(references, "EXTRACTORS", ("mfcc", "opensmile"))
    entries = yaml.safe_load(said["yaml"][0])
    for kind, entry in entries.items():
        study[kind] |= entry
    study["experiments"][0]["models"].append("mfcc_svm")
    assert "ravdess_random5_mfcc_svm" in checked(study).experiments
    chosen = extraction_of(entries["feature_sets"]["mfcc"])
    assert loaded(checked(study), {"feature_set": "mfcc"}, {})[2] == ("sarangi.features.registry", (added,))
    audio = made_audio(tmp_path / "audio.parquet", [spoken(0.7), None, spoken(0.02), spoken(0.7, seed=1)])
    features(audio, load(*chosen), to(tmp_path / "f.parquet"), workers=2)
    table, found = values(tmp_path / "f.parquet")
    assert list(table["reason"].dropna()) == ["broken", "too short for a frame (0.020 s)"]
    assert list(table["status"]) == ["ok", "failed", "failed", "ok"]
    assert list(found.columns[[0, 19, 20, 39]]) == [
        "mfcc_01_mean", "mfcc_20_mean", "mfcc_01_deviation", "mfcc_20_deviation",
    ]  # fmt: skip
    signal = torch.from_numpy(spoken(0.7) / np.float32(32768))
    assert np.allclose(found.iloc[0, :20], MFCC(16_000, 20)(signal).mean(1), atol=1e-4)
    with pytest.raises(SarangiError, match=r"mfcc: .*'order'; it takes coefficients"):
        load("mfcc", {"order": 2})
    study["feature_sets"]["mfcc"]["extractor"] = "mfc"
    with pytest.raises(SarangiError, match=r"feature_sets\.mfcc\.extractor.*no extractor 'mfc'; .*mfcc"):
        checked(study)


def checked(study):
    return check(study, ROOT / "workflow/schemas/config.schema.yaml", [], probe=False)


SEEN = {
    "16k": {"IS09": (0.884, 0.427), "IS10": (0.919, 0.530), "eGeMAPSv02": (0.905, 0.550)},
    "own": {
        "IS09": (0.884, 0.410), "IS10": (0.920, 0.535), "eGeMAPSv02": (0.905, 0.640),
        "ComParE_2016": (0.867, 0.480),
    },
}  # fmt: skip
"""UAR on URDU seen independently: random 5-fold, leave-one-speaker-out; but for IS09 at 16 kHz.

There the independent run left speakers out with 0.383, and five resamplers here gave 0.42 to 0.43.
"""


@pytest.mark.skipif(
    os.environ.get("SARANGI_REAL") != "1",
    reason="takes minutes: 400 real clips, seven extractions; set SARANGI_REAL=1 to run it",
)
def test_real_urdu_gives_the_uar_that_was_seen_independently(tmp_path):
    corpus = real("urdu_latif")
    path = listed(corpus, "urdu_latif", tmp_path / "m.parquet")
    resample(corpus, path, 0, to(tmp_path / "audio.parquet"), to(tmp_path / "levels.parquet"))
    rows = store.read(path).set_index("utterance_id")
    found = {}
    for rate, sets in SEEN.items():
        for name in sets:
            output = tmp_path / f"{rate}_{name}.parquet"
            if rate == "own":
                recording_features(corpus, path, 0, extractor(name), to(output), workers=2)
            else:
                features(tmp_path / "audio.parquet", extractor(name), to(output), workers=2)
            table, matrix = values(output)
            assert (len(table), set(table["status"])) == (400, {"ok"})
            found[rate, name] = uars(matrix.to_numpy(float), rows.loc[matrix.index])
            print(f"{rate:>4} {name:12} random {found[rate, name][0]:.3f} loso {found[rate, name][1]:.3f}")
    for (rate, name), (random, loso) in found.items():
        # another order of the clips makes other folds: over four seeds ComParE has 0.855 to 0.890
        assert random == pytest.approx(SEEN[rate][name][0], abs=0.03)
        assert loso == pytest.approx(SEEN[rate][name][1], abs=0.03)


def uars(matrix: np.ndarray, rows: pd.DataFrame) -> tuple[float, float]:
    """UAR of a support vector machine: mean over random folds, and pooled over groups left out."""
    model = make_pipeline(StandardScaler(), SVC(C=10, gamma="scale", class_weight="balanced"))
    emotion = rows["emotion"].to_numpy(str)
    random = []
    for train, test in StratifiedKFold(5, shuffle=True, random_state=42).split(matrix, emotion):
        predicted = model.fit(matrix[train], emotion[train]).predict(matrix[test])
        random.append(recall_score(emotion[test], predicted, average="macro"))
    pooled = cross_val_predict(model, matrix, emotion, groups=rows["group"], cv=LeaveOneGroupOut())
    return float(np.mean(random)), recall_score(emotion, pooled, average="macro")
