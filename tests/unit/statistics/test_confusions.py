"""Metrics from confusion matrices, compared with scikit-learn's."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, brier_score_loss, f1_score, precision_score, recall_score
from support.drawn_groups import FOUR_EMOTIONS, VALUES, made, reference
from support.small_manifests import EMOTIONS

from sarangi.scoring.answers import tally
from sarangi.statistics import calibration, confusions, metrics

pairs = st.lists(st.tuples(st.sampled_from(EMOTIONS), st.sampled_from(EMOTIONS)), min_size=1, max_size=60)


@given(pairs)
@settings(deadline=None)
def test_metrics_agree_with_scikit_learn_over_the_classes_that_are_there(clips):
    true, predicted = map(list, zip(*clips, strict=True))
    counts = confusions.confusion(true, predicted, EMOTIONS)
    there = sorted(set(true))
    macro = {"average": "macro", "labels": there, "zero_division": 0}
    assert confusions.uar(counts) == pytest.approx(recall_score(true, predicted, **macro))
    assert confusions.uf1(counts) == pytest.approx(f1_score(true, predicted, **macro))
    weighted = f1_score(true, predicted, average="weighted", labels=there, zero_division=0)
    assert confusions.wf1(counts) == pytest.approx(weighted)
    assert confusions.accuracy(counts) == pytest.approx(accuracy_score(true, predicted))


def test_an_absent_class_is_never_a_recall_of_zero():
    counts = confusions.confusion(["angry", "angry", "happy"], ["angry", "angry", "sad"], EMOTIONS)
    assert confusions.uar(counts) == 0.5
    assert np.isnan(confusions.recalls(counts)[2])


def everything(confusions):
    """Every metric of confusions of shape (..., K, K) over all classes of EMOTIONS."""
    held = np.ones((1, 3), dtype=bool)
    each = metrics.mean_of_each_class(confusions[..., None, :, :], EMOTIONS)
    return metrics.mean_metrics(confusions[..., None, :, :], held) | each


def test_chance_is_the_mean_of_guessing():
    true = ["angry"] * 300 + ["happy"] * 60 + ["sad"] * 40
    draw = np.random.default_rng(0)
    counts = confusions.confusion(true, true, EMOTIONS)
    expected = everything(confusions.uniform_guessing(counts))
    drawn = [confusions.confusion(true, draw.choice(EMOTIONS, 400), EMOTIONS) for _ in range(2000)]
    for name, values in everything(np.array(drawn)).items():
        assert expected[name] == pytest.approx(values.mean(), abs=0.01), name


@given(st.integers(0, 10_000), st.integers(1, 40))
@settings(deadline=None, max_examples=25)
def test_every_metric_is_scikit_learns(seed, clips):
    table = made(clips=clips, groups=3, seed=seed, sure=True)
    confusions, calibrations = tally(table, ["seed"], FOUR_EMOTIONS)
    held = confusions.sum((1, 3)) > 0
    found = metrics.mean_metrics(confusions.sum(1), held)
    for metric, value in reference(table).items():
        assert found[metric] == pytest.approx(value), metric
        assert VALUES[metric](confusions.sum((0, 1))) == pytest.approx(value), metric
    each = metrics.mean_of_each_class(confusions.sum(1), FOUR_EMOTIONS)
    options = {"labels": FOUR_EMOTIONS, "average": None, "zero_division": np.nan}
    precision = precision_score(table["emotion"], table["predicted"], **options)
    f1 = f1_score(table["emotion"], table["predicted"], **options | {"zero_division": 0})
    for place, emotion in enumerate(FOUR_EMOTIONS):
        there = emotion in set(table["emotion"])
        assert each[f"precision_{emotion}"] == pytest.approx(
            precision[place] if there else np.nan, nan_ok=True
        )
        assert each[f"f1_{emotion}"] == pytest.approx(f1[place] if there else np.nan, nan_ok=True)
    p = table[[f"p_{e}" for e in FOUR_EMOTIONS]].to_numpy()
    brier = brier_score_loss(table["emotion"], p, labels=FOUR_EMOTIONS, scale_by_half=False)
    assert calibration.brier_score(calibrations.sum((0, 1))) == pytest.approx(brier)
    right = (table["emotion"] == table["predicted"]).to_numpy()
    bins = np.digitize(p.max(1), np.arange(1, 15) / 15, right=True)
    error = sum(
        abs(p.max(1)[bins == b].mean() - right[bins == b].mean()) * (bins == b).mean() for b in set(bins)
    )
    assert calibration.calibration_error(calibrations.sum((0, 1))) == pytest.approx(error)


counted = st.lists(st.integers(0, 9), min_size=16, max_size=16).map(lambda c: np.array(c).reshape(4, 4))


@given(counted)
@settings(deadline=None)
def test_bounds_and_a_class_without_utterances(confusion):
    value = confusions.uar(confusion)
    wider = np.pad(confusion, (0, 1))
    for metric, score in VALUES.items():
        if confusion.sum() == 0:
            assert np.isnan(score(confusion))
        else:
            perfect = float(score(confusions.without_errors(confusion)))
            assert -1e-12 <= score(confusion) <= perfect + 1e-12
            if metric != "uar_absent_as_zero":
                assert perfect == pytest.approx(1)
                assert score(wider) == score(confusion)
    if confusion.sum():
        averaged = confusions.uar_true_or_predicted(confusion)
        assert confusions.uar_absent_as_zero(confusion) <= averaged <= value
        held = (confusion.sum(1) > 0).sum()
        assert confusions.uar_absent_as_zero(confusion) == pytest.approx(value * held / 4)


FOUR = ("angry", "happy", "neutral", "sad")
PUBLISHED_RUNS = {
    # by test: clips by true and predicted emotion of the published confusions, and the UAR that was printed
    "Urdu, SM2": ({("angry", "angry"): 26, ("angry", "happy"): 2}, 0.4642857142857143),
    "Urdu, SM3": (
        {("angry", "sad"): 2, ("happy", "sad"): 2, ("neutral", "happy"): 1, ("neutral", "sad"): 7}, 0.0,
    ),
    "Urdu, SM4": (
        {("angry", "angry"): 6, ("angry", "happy"): 40, ("angry", "sad"): 2}, 0.041666666666666664,
    ),
    "Punjabi to Urdu, SM2": ({("angry", "angry"): 28}, 1.0),
    "Punjabi to Urdu, SM3": (
        {("angry", "happy"): 2, ("happy", "happy"): 2, ("neutral", "angry"): 1, ("neutral", "happy"): 6,
         ("neutral", "neutral"): 1},
        0.375,
    ),
    "Punjabi to Urdu, SM4": (
        {("angry", "angry"): 30, ("angry", "happy"): 15, ("angry", "neutral"): 3}, 0.20833333333333334,
    ),
    "Urdu to Punjabi, SM4 held out": (
        {("angry", "angry"): 91, ("angry", "happy"): 4, ("happy", "angry"): 100, ("happy", "happy"): 2,
         ("neutral", "angry"): 643, ("neutral", "happy"): 6, ("neutral", "sad"): 21, ("sad", "angry"): 93,
         ("sad", "neutral"): 2},
        0.24437564499484005,
    ),
}  # fmt: skip


@pytest.mark.parametrize("run", PUBLISHED_RUNS)
def test_the_published_study_counts_classes_that_are_true_or_predicted(run):
    counted, printed = PUBLISHED_RUNS[run]
    true, predicted = zip(*(pair for pair, n in counted.items() for _ in range(n)), strict=True)
    found = confusions.uar_true_or_predicted(confusions.confusion(true, predicted, FOUR))
    assert found == pytest.approx(printed, rel=1e-15)
