"""CCC, Pearson's correlation and RMSE from sums, beside other implementations."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from sarangi.statistics.agreement import METRICS as AGREEMENT
from sarangi.statistics.agreement import interval, interval_of_difference, mean_agreement, sums_of
from sarangi.statistics.intervals import Errors
from sarangi.statistics.significance import sign_flip

RATINGS = st.lists(st.tuples(st.integers(4, 20), st.integers(-20, 40)), min_size=3, max_size=40)


def plainly(x, y):
    """The metrics as their definitions have them, from all pairs."""
    ccc = 2 * np.mean((x - x.mean()) * (y - y.mean()))
    ccc /= np.var(x) + np.var(y) + (x.mean() - y.mean()) ** 2
    return {"ccc": ccc, "pearson": stats.pearsonr(x, y)[0], "rmse": np.sqrt(np.mean((x - y) ** 2))}


@settings(max_examples=60, deadline=None, derandomize=True)
@given(RATINGS, st.sampled_from([0.0, 3.0, -50.0]), st.integers(0, 5))
def test_sums_over_groups_give_what_the_definitions_give_whatever_the_origin(pairs, origin, seed):
    y, x = (np.array(values) / 4 for values in zip(*pairs, strict=True))
    each = sums_of(x, y, origin)
    groups = np.random.default_rng(seed).integers(3, size=len(x))
    total = sum(each[groups == group].sum(0) for group in range(3))
    found = {name: float(metric(total)) for name, metric in AGREEMENT.items()}
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        assert found["ccc"] == 0
        assert np.isnan(found["pearson"])
    else:
        assert found == pytest.approx(plainly(x, y), abs=1e-9)
        assert abs(found["ccc"]) <= abs(found["pearson"]) + 1e-9
    assert found["rmse"] == pytest.approx(np.sqrt(np.mean((x - y) ** 2)), abs=1e-7)


def test_ccc_has_one_over_n_as_lin_has_it():
    x, y = np.array([1.0, 2.0, 4.0]), np.array([2.0, 3.0, 3.0])
    # by hand: s_xy = 4/9, s_x² = 14/9, s_y² = 2/9, means 7/3 and 8/3
    assert float(AGREEMENT["ccc"](sums_of(x, y, 0.0).sum(0))) == pytest.approx(8 / 17)


def test_a_constant_prediction_has_ccc_0_no_correlation_and_an_error():
    y = np.array([1.1, 2.3, 4.7, 3.3])
    found = {name: float(m(sums_of(np.full(4, 2.7), y, 3.0).sum(0))) for name, m in AGREEMENT.items()}
    assert found["ccc"] == 0
    assert np.isnan(found["pearson"])
    assert found["rmse"] > 0
    # nothing is tested
    assert all(np.isnan(float(metric(np.zeros(6)))) for metric in AGREEMENT.values())


def test_a_mean_over_folds_is_no_pooled_value():
    rating = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    predicted = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]) % 3
    sums = sums_of(predicted, rating, 3.0)
    folds = np.stack([sums[:3].sum(0), sums[3:].sum(0)])
    of_folds = mean_agreement(folds, np.ones((2, 1), dtype=bool))
    pooled = mean_agreement(folds.sum(0, keepdims=True), np.ones((1, 1), dtype=bool))
    assert float(of_folds["ccc"]) != pytest.approx(float(pooled["ccc"]), abs=0.05)
    # a fold that tests nothing is left out
    held = np.array([[True], [False]])
    assert float(mean_agreement(folds, held)["ccc"]) == pytest.approx(float(AGREEMENT["ccc"](folds[0])))


def test_intervals_stay_where_the_values_can_be():
    wide = Errors(0.5, np.nan, 1, 0.5, 4.0)
    for metric, value in (("ccc", 0.9), ("pearson", -0.8), ("rmse", 0.2)):
        low, high = interval(metric, value, wide, 0.95)
        assert low < value < high
        assert (low > 0) if metric == "rmse" else (low > -1 and high < 1)
    assert interval_of_difference("ccc", 1.5, wide, 0.95)[1] == 2.0
    assert interval_of_difference("rmse", 1.5, wide, 0.95)[1] > 2.0


def test_two_systems_that_are_alike_have_p_1_and_apart_ones_the_smallest():
    draw = np.random.default_rng(1)
    rating = draw.normal(3, 1, (6, 10))
    good, bad = rating + draw.normal(0, 0.1, rating.shape), draw.normal(3, 1, rating.shape)
    first, second = (sums_of(x.ravel(), rating.ravel(), 3.0).reshape(1, 6, 10, 6).sum(2) for x in (good, bad))
    held = np.ones((1, 1), dtype=bool)
    apart = sign_flip(first, second, 100, 1, score=mean_agreement, held=held)
    # all 2^5 swaps of six groups are tried
    assert apart["ccc"] == (1 / 32, 1 / 32)
    assert sign_flip(first, first, 100, 1, score=mean_agreement, held=held)["ccc"] == (1.0, 1.0)
