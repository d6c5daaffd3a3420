"""Acoustic features: openSMILE's own names and values at either rate, or what a corpus publishes."""

import os

import numpy as np
import pandas as pd
import pytest
import torch
import yaml
from sklearn.metrics import recall_score
from sklearn.model_selection import LeaveOneGroupOut, StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from support.acoustics import SETS, lay, listed, made_audio, peer, spoken, values, wav
from support.examples import add_module, example
from support.places import ROOT, real, to
from torchaudio.transforms import MFCC

from sarangi.audio.resampling import resample, to_mono_16k
from sarangi.base import store
from sarangi.base.errors import SarangiError
from sarangi.features import extractors
from sarangi.features.extraction import features
from sarangi.features.extractors.opensmile import extractor
from sarangi.features.recordings import recording_features
from sarangi.features.registry import load
from sarangi.study import references
from sarangi.study.checking import check
from sarangi.study.entries import extraction_of
from sarangi.study.loaded import loaded

pytestmark = pytest.mark.filterwarnings("ignore:Segment too short")


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


@pytest.mark.parametrize("feature_set", SETS)
@pytest.mark.parametrize("level", [0, 0.5])
def test_a_constant_clip_has_finite_features_or_a_reason(feature_set, level):
    found, problem = extractor(feature_set).extract(np.full(16_000, level, dtype=np.float32), 16_000)
    assert problem or np.isfinite(found).all()
    found, problem = extractor(feature_set).extract(np.zeros(0, dtype=np.float32), 16_000)
    assert problem == "too short for openSMILE (0.000 s)"


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
    assert ("sarangi.features.registry", (added,)) in loaded(checked(study), {"feature_set": "mfcc"}, {})
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
