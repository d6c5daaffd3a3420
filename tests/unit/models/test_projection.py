"""Directions of speakers projected out of features."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from support.classical_corpus import (
    Corpus,
    one_thread_of_blas,  # noqa: F401  (fixture)
)

from sarangi.base import store
from sarangi.models import projection
from sarangi.models.fold_matrices import OWN, FoldMatrices, Preparation
from sarangi.models.predictions import Parts
from sarangi.models.vectors import Vectors

LOGISTIC = {"kind": "logistic", "C": 1, "class_weight": "balanced", "max_iter": 500}
PROJECTED = (
    {"project_out": "speaker"},
    *({"project_out": kind, "seeds": [1, 2]} for kind in ("shuffled", "random")),
)
EMOTIONS = ["angry", "happy", "sad"]


def speaking(speakers=5, clips=18, width=60, seed=0):
    """Features in which speakers and emotions have directions of their own, and noise all others."""
    draw = np.random.default_rng(seed)
    who = np.repeat(np.arange(speakers), clips)
    how = np.tile(np.arange(clips) % len(EMOTIONS), speakers)
    basis = np.linalg.qr(draw.normal(size=(width, 7)))[0].T
    values = 6 * draw.normal(size=(speakers, 4))[who] @ basis[:4] + 6 * np.eye(3)[how] @ basis[4:]
    values += draw.normal(0, 0.3, (len(who), width))
    return values, pd.DataFrame({"speaker": [f"s{w}" for w in who], "emotion": [EMOTIONS[h] for h in how]})


def right(train, labels, test, truth):
    return np.mean(LogisticRegression(max_iter=500).fit(train, labels).predict(test) == truth)


def test_speakers_are_told_no_more_and_emotions_that_are_elsewhere_still_are():
    values, rows = speaking()
    held = np.arange(len(rows)) % 6 < 2
    scaler = StandardScaler(with_std=False).fit(values[~held])
    train, test = scaler.transform(values[~held]), scaler.transform(values[held])
    found = projection.speaker_directions(train, rows[~held])
    assert np.allclose(found @ found.T, np.eye(len(found)))
    assert 4 <= len(found) < 20
    by_chance = projection.random_directions(len(found), train.shape[1], 1)
    for directions, told in ((found[:0], 0.95), (by_chance, 0.9), (found, 0)):
        left, tested = (projection.without(each, directions) for each in (train, test))
        speakers = right(left, rows["speaker"][~held], tested, rows["speaker"][held])
        assert speakers > told
        assert right(left, rows["emotion"][~held], tested, rows["emotion"][held]) > 0.95
    assert speakers < 0.35  # chance is 0.2


def test_shuffled_speakers_have_each_emotion_as_often_and_as_many_directions():
    values, rows = speaking()
    rows.loc[3, "speaker"] = None
    found = projection.shuffled_directions(7, values, rows, 1)
    assert np.allclose(found @ found.T, np.eye(7))
    again, other = (projection.shuffled_directions(7, values, rows, seed) for seed in (1, 2))
    assert np.array_equal(found, again) and not np.allclose(found, other)


def test_a_speaker_is_not_told_by_how_often_an_emotion_occurs():
    # nothing in the features but the emotion, of which each speaker has all, but not alike
    draw = np.random.default_rng(0)
    how = np.concatenate([draw.choice(3, 60, p=np.roll([0.8, 0.1, 0.1], speaker)) for speaker in range(3)])
    rows = pd.DataFrame({"speaker": np.repeat(["a", "b", "c"], 60), "emotion": np.array(EMOTIONS)[how]})
    values = np.eye(3)[how] + draw.normal(0, 0.01, (180, 3))
    weights = projection.cell_weights(rows)
    cells = pd.Series(weights).groupby([rows["speaker"], rows["emotion"]]).sum()
    assert np.allclose(cells, 20) and weights.mean() == pytest.approx(1)
    # a probe of emotions, which is right of most clips
    said = np.array(["a", "b", "c"])[how]
    told = projection.told(rows["speaker"].to_numpy(str), said, weights)
    assert np.mean(said == rows["speaker"]) > 0.7 and told.accuracy == pytest.approx(told.chance)
    assert not told.above_chance
    assert len(projection.speaker_directions(values - values.mean(0), rows)) == 0


def corpus_of(folder, values, rows):
    return Corpus(folder, list(rows["emotion"]), values.astype(np.float32), list(rows["speaker"]))


def matrices_of(corpus, test):
    vectors = Vectors(corpus.files)
    (fold,) = Parts(vectors.rows, corpus.split([test]), vectors.present).folds()
    return FoldMatrices(fold, vectors, {})


def test_nothing_of_the_test_part_is_in_the_projection(tmp_path):
    values, rows = speaking()
    test = np.flatnonzero(rows["speaker"] == "s4")
    others, changed = values.copy(), rows.copy()
    others[test] = np.random.default_rng(5).normal(3, 9, (len(test), values.shape[1]))
    changed.loc[test, "emotion"] = "sad"
    one = matrices_of(corpus_of(tmp_path / "one", values, rows), test)
    two = matrices_of(corpus_of(tmp_path / "two", others, changed), test)
    train = np.setdiff1d(np.arange(len(rows)), test)
    scaler = StandardScaler().fit(values[train].astype(np.float32).astype(float))
    for entry in PROJECTED:
        wanted = Preparation("features", projected=entry["project_out"], seed=entry.get("seeds", [None])[0])
        inputs = one.inputs(wanted, OWN)
        assert inputs.tobytes() == two.inputs(wanted, OWN).tobytes()
        assert not np.allclose(inputs, one.inputs(Preparation("features"), OWN))
        # and what is tested loses the same directions
        scaled = [scaler.transform(values[part].astype(np.float32).astype(float)) for part in (train, test)]
        lost = np.linalg.svd(scaled[0] - inputs, full_matrices=False)
        directions = lost[2][lost[1] > 1e-6 * lost[1][0]]
        assert np.allclose(one.inputs(wanted, OWN, OWN), projection.without(scaled[1], directions), atol=1e-6)


def test_every_kind_is_predicted_with_its_own_directions(tmp_path):
    values, rows = speaking(4, 9, 24)
    corpus = corpus_of(tmp_path / "made", values, rows)
    rbf = {"kind": "svm_rbf", "C": 1, "gamma": "scale", "class_weight": None}
    settings = {"plain": rbf, "logistic": LOGISTIC | PROJECTED[0]}
    settings |= {entry["project_out"]: rbf | entry for entry in PROJECTED}
    other = corpus_of(tmp_path / "other", *speaking(4, 6, 24))
    tests = [np.flatnonzero(rows["speaker"] == "s0"), np.flatnonzero(rows["speaker"] == "s1")]
    together = corpus.run(settings, tests, 2, [other])
    for name, entry in settings.items():
        if name == "shuffled":
            for file, path in corpus.run({name: entry}, tests, 1, [other], output="alone").items():
                assert path.read_bytes() == together[file].read_bytes()
        table = store.read(together[name])
        assert table["seed"].nunique(dropna=False) == len(entry.get("seeds", [None]))
        assert (table["predicted"] == table["emotion"]).mean() > 0.9


def test_where_emotion_is_nested_in_the_speaker_there_is_a_reason_and_no_prediction(tmp_path):
    values, rows = speaking(6, 18, 20)
    rows["speaker"] = rows["speaker"] + rows["emotion"]
    rows.loc[0, "speaker"] = "s0happy"  # one of 18 has two
    corpus = corpus_of(tmp_path / "made", values, rows)
    settings = {entry["project_out"]: LOGISTIC | entry for entry in PROJECTED}
    found = corpus.run(settings | {"plain": LOGISTIC}, [np.arange(18)])
    found |= corpus.run(settings, output="alone")  # no error, though nothing at all is predicted
    for name, entry in settings.items():
        table = store.read(found[name])
        assert table["predicted"].isna().all() and set(table["status"]) == {"failed"}
        assert len(table) == 18 * len(entry.get("seeds", [None]))
        (reason,) = table["reason"].unique()
        assert reason.startswith("emotion is nested in the speaker: in the training part of fold 0 15 of 15")
    assert store.read(found["plain"])["predicted"].notna().all()
    nameless = corpus_of(tmp_path / "nameless", values, rows.assign(speaker=None))
    table = store.read(nameless.run({"e": LOGISTIC | PROJECTED[0]}, [np.arange(18)])["e"])
    assert set(table["reason"]) == {
        "the training part of fold 0 has 0 known speakers of several clips, and not two or more"
    }
