"""Pseudo-speakers against known ones."""

import numpy as np
import pandas as pd
import pytest
from support.places import to
from support.voices import clips, corpus

from sarangi.base import store
from sarangi.speakers import measures
from sarangi.speakers.pseudo_speakers import PSEUDO_SPEAKERS


def measured(tmp_path, voices, who, embeddings, named=True):
    """Measures of given pseudo-speakers, by measure and slice."""
    manifest, shards = corpus(tmp_path, embeddings, who, named=named)
    names = [f"made/{n:03}.wav" for n in range(len(who))]
    table = pd.DataFrame({"utterance_id": names, "status": "ok", "reason": None, "confidence": 0.5})
    table["pseudo_speaker"] = [f"voice_{v:04}" for v in voices]
    store.write(tmp_path / "p.parquet", table, PSEUDO_SPEAKERS, {})
    measures.speaker_measures(manifest, shards, tmp_path / "p.parquet", 1, to(tmp_path / "m.parquet"))
    return store.read(tmp_path / "m.parquet").set_index(["measure", "slice"])


EMBEDDINGS, WHO = clips(speakers=6, each=10, spread=0.2, seed=5)


def test_true_speakers_leak_nothing_and_merged_ones_neither_but_split_ones_do(tmp_path):
    true = measured(tmp_path, WHO, WHO, EMBEDDINGS)["value"]
    for measure, value in {"residual_leakage": 0, "purity": 1, "completeness": 1, "adjusted_rand": 1}.items():
        assert true[measure, "all"] == pytest.approx(value)
    merged = measured(tmp_path, np.where(WHO == 5, 4, WHO), WHO, EMBEDDINGS)["value"]
    assert merged["residual_leakage", "all"] == 0
    assert merged["completeness", "all"] == pytest.approx(1)
    assert merged["purity", "all"] == pytest.approx(50 / 59)  # the last clip has no embedding
    # two speakers are split, one of them by a single clip: all clips of both leak
    voices = WHO + 6 * ((WHO == 0) & (np.arange(60) % 10 < 5)) + 7 * (np.arange(60) == 10)
    split = measured(tmp_path, voices, WHO, EMBEDDINGS)
    assert split["value"]["residual_leakage", "all"] == pytest.approx(20 / 59)
    assert split["value"]["purity", "all"] == pytest.approx(1)
    assert split["value"]["completeness", "all"] < 0.98
    assert split["chance"]["residual_leakage", "all"] > 0.95
    angry = [n for n in range(59) if n % 3 == 0]
    leaking = np.mean([WHO[n] < 2 for n in angry])
    assert split["value"]["residual_leakage", "angry"] == pytest.approx(leaking)
    by_emotion = split["value"]["residual_leakage"].drop("all")
    weights = split["n"]["residual_leakage"].drop("all")
    assert np.average(by_emotion, weights=weights) == pytest.approx(split["value"]["residual_leakage", "all"])
    assert split["value"]["one_emotion", "all"] == 0
    assert sorted(by_emotion.index) == ["angry", "happy", "sad"]


def test_voices_at_random_are_at_chance(tmp_path):
    voices = np.random.default_rng(3).permutation(WHO)
    found = measured(tmp_path, voices, WHO, EMBEDDINGS)
    for measure in ("purity", "completeness", "adjusted_rand"):
        assert found["value"][measure, "all"] == pytest.approx(found["chance"][measure, "all"], abs=0.12)
    assert found["value"]["residual_leakage", "all"] > 0.95


def test_what_cannot_be_measured_says_why(tmp_path):
    one = measured(tmp_path, WHO * 0, WHO, EMBEDDINGS)
    assert np.isnan(one["value"]["residual_leakage", "all"])
    assert one["reason"]["residual_leakage", "all"].startswith("one pseudo-speaker, so that nothing trains")
    assert one["value"]["purity", "all"] == pytest.approx(10 / 59)
    nameless = measured(tmp_path, WHO, WHO, EMBEDDINGS, named=False)
    assert nameless["value"]["voices", "all"] == 6
    rest = nameless.drop(index=("voices", "all"))
    assert rest["value"].isna().all() and (rest["reason"] == measures.NO_SPEAKERS).all()
    assert len(rest) == 6
