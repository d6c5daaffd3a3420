"""Rulers and verdicts by hand, by scipy's tests, and in simulated pairs of studies."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sarangi.base.verdicts import DIFFERS, REPRODUCED, SHIFTED, UNDECIDED
from sarangi.statistics.published_errors import PublishedError, error_from_units
from sarangi.statistics.replication import (
    Lack,
    Ruler,
    Runs,
    delta_of_difference,
    groups_that_decide,
    judge,
    kinds,
    minus,
    other_clips,
    p_values,
    prediction,
    reach,
    recomputed,
    runs,
    same_clips,
    seeds_that_decide,
)

OURS = [0.70, 0.71, 0.72, 0.69, 0.73]  # variance 0.00025
sizes = st.floats(-0.5, 0.5)
errors = st.floats(1e-3, 0.2)
deltas = st.floats(1e-3, 0.1)
degrees = st.one_of(st.floats(1, 60), st.just(math.inf))


def test_the_ruler_of_the_same_clips_by_hand():
    one = same_clips(runs(OURS), runs([0.73]))
    assert (one.se, one.df) == (pytest.approx(math.sqrt(0.00025 * (1 / 5 + 1))), 4)
    assert one.half_width == pytest.approx(2.1318 * one.se, rel=1e-4)
    mean_of_three = same_clips(runs(OURS), Runs(0.73, math.nan, 3, 0.0))
    assert (mean_of_three.se, mean_of_three.df) == (pytest.approx(math.sqrt(0.00025 * 8 / 15)), 4)
    two = same_clips(runs(OURS), runs([0.70, 0.74]))  # variance 0.0008, of one degree of freedom in five
    assert (two.se, two.df) == (pytest.approx(math.sqrt((4 * 0.00025 + 0.0008) / 5 * 7 / 10)), 5)
    assert same_clips(runs(OURS[:4]), runs([0.73])) is Lack.SEEDS
    assert same_clips(runs([0.7] * 5), runs([0.73])) is Lack.SPREAD


@given(
    ours=st.lists(st.floats(0, 1), min_size=5, max_size=9),
    published=st.lists(st.floats(0, 1), min_size=2, max_size=6),
    delta=deltas,
)
def test_seeds_on_both_sides_are_scipys_t_tests(ours, published, delta):
    ruler = same_clips(runs(ours), runs(published))
    if ruler is Lack.SPREAD or ruler.se < 1e-6:
        return
    said = judge(np.mean(ours) - np.mean(published), ruler, delta)
    assert said.p_shifted == pytest.approx(stats.ttest_ind(ours, published).pvalue, abs=1e-9)
    above, below = (
        stats.ttest_ind(np.add(ours, shift), published, alternative=side).pvalue
        for shift, side in ((delta, "greater"), (-delta, "less"))
    )
    if abs(max(above, below) - 0.05) > 1e-9:
        assert (said.kind == REPRODUCED) == (max(above, below) < 0.05)


def test_other_clips_of_groups_on_both_sides_are_welchs_test():
    draw = np.random.default_rng(3)
    ours, published = draw.normal(0.6, 0.1, 8), draw.normal(0.6, 0.2, 5)
    ruler = other_clips(None, None, ours.std(ddof=1) / math.sqrt(8), 8, error_from_units(published))
    theirs = stats.ttest_ind(ours, published, equal_var=False)
    assert ruler.df == pytest.approx(theirs.df)
    difference = ours.mean() - published.mean()
    assert judge(difference, ruler, 0.03).p_shifted == pytest.approx(theirs.pvalue)


def test_other_clips_by_hand():
    trained = runs(OURS)
    ruler = other_clips(trained, None, 0.03, 24, PublishedError(0.04, 9.0))
    parts = [(0.0009, 23), (0.00025 * (1 / 5 + 1), 4), (0.0016, 9)]
    assert ruler.se**2 == pytest.approx(sum(v for v, _ in parts))
    assert ruler.df == pytest.approx(sum(v for v, _ in parts) ** 2 / sum(v**2 / df for v, df in parts))
    # the chance of training is not added twice
    whole = other_clips(trained, None, 0.03, 24, PublishedError(0.04, 9.0, holds_training=True))
    assert whole.se**2 == pytest.approx(0.0009 + 0.00025 / 5 + 0.0016)
    # an error derived from ours errs with it: one variance of 23 degrees of freedom
    together = other_clips(None, None, 0.03, 24, PublishedError(0.04, from_ours=True))
    assert (together.se, together.df) == (pytest.approx(0.05), pytest.approx(23))
    assert other_clips(trained, None, 0.03, 24, None) is Lack.PUBLISHED_ERROR
    assert other_clips(trained, None, math.nan, 1, PublishedError(0.04)) is Lack.GROUPS
    assert other_clips(runs([0.7]), None, 0.03, 24, PublishedError(0.04)) is Lack.SEEDS
    assert other_clips(None, None, 0.0, 24, PublishedError(0.0)) is Lack.SPREAD


def test_the_four_verdicts_by_hand():
    ruler = Ruler(0.01**2, math.inf, 1, math.inf)  # a standard error of 0.01, known
    assert ruler.half_width == pytest.approx(0.016449, rel=1e-4)
    assert judge(0.0135, ruler, 0.03).kind == REPRODUCED
    assert judge(-0.0136, ruler, 0.03).kind == UNDECIDED
    assert judge(0.0197, ruler, 0.03).kind == SHIFTED
    assert judge(0.0464, ruler, 0.03).kind == SHIFTED
    assert judge(-0.0465, ruler, 0.03).kind == DIFFERS
    # a sure difference that does not matter is reproduced
    assert judge(0.0245, ruler._replace(run_variance=1e-6), 0.03).kind == REPRODUCED
    low, high = prediction(0.7, ruler)
    assert (low, high) == (pytest.approx(0.6804, abs=1e-5), pytest.approx(0.7196, abs=1e-5))
    with pytest.raises(ValueError, match="δ 0"):
        judge(0.1, ruler, 0)
    with pytest.raises(ValueError, match="nan"):
        judge(math.nan, ruler, 0.03)


@given(sizes, errors, degrees, deltas)
def test_differs_lies_outside_the_prediction_and_the_interval_outside_delta(d, se, df, delta):
    p_differs, p_shifted = p_values(d, se, df, delta)
    assert p_differs >= p_shifted - 1e-6  # SciPy's Student near 0 is off by more than 1e-9
    if p_differs <= 0.05:
        assert abs(d) - stats.t.ppf(0.95, df) * se >= delta - 1e-9
    kind = str(kinds(d, se, df, delta))
    assert kind == str(kinds(-d, se, df, delta))
    assert kind != REPRODUCED or p_differs > 0.5


@given(st.lists(st.floats(0, 0.6), min_size=2, max_size=2), errors, degrees, deltas)
def test_a_larger_difference_is_never_nearer_to_reproduced(two, se, df, delta):
    order = [REPRODUCED, UNDECIDED, SHIFTED, DIFFERS]
    near, far = (order.index(str(kinds(d, se, df, delta))) for d in sorted(two))
    assert near <= far


@given(st.floats(0.05, 0.95), errors, degrees, deltas)
def test_what_is_within_reach_is_what_some_score_of_ours_would_be_judged(published, se, df, delta):
    ruler = Ruler(se**2, df, 1, math.inf)
    outcomes = np.append(np.linspace(0, 1, 101), published) - published
    said = set(kinds(outcomes, se, df, delta))
    assert reach(published, ruler, delta) == (REPRODUCED in said, DIFFERS in said)


def test_the_seeds_and_groups_that_decide_are_the_fewest():
    trained = runs(OURS)
    one, five = (same_clips(trained, Runs(0.7, 0.00025, count, count - 1.0)) for count in (1, 5))
    assert seeds_that_decide(0.012, one._replace(run_variance=0.0001), 0.03) == 17
    halves = [stats.t.ppf(0.95, n - 1) * 0.01 * math.sqrt(1 + 1 / n) for n in (16, 17)]
    assert halves[0] > 0.03 - 0.012 > halves[1]
    # 1.645 × 0.0158 > 0.03 - 0.012: whatever our seeds, one published run is too noisy
    assert seeds_that_decide(0.012, one, 0.03) is None

    def decided(difference, count):
        pooled = Ruler(0.00025, count + 3, count, 5)
        return str(kinds(difference, pooled.se, pooled.df, 0.03)) == REPRODUCED

    for difference in (0.0135, 0.014, 0.0145, 0.015, 0.0155):
        needed = seeds_that_decide(difference, five, 0.03)
        assert needed > 5 and decided(difference, needed) and not decided(difference, needed - 1)
    assert seeds_that_decide(0.0, five._replace(run_variance=1e-6), 0.03) == 5
    assert seeds_that_decide(0.03, five, 0.03) is None
    groups = other_clips(None, None, 0.03, 10, PublishedError(0.001))
    count = groups_that_decide(0.0, groups, 0.03)
    errors = [math.hypot(0.03 * math.sqrt(10 / n), 0.001) for n in (count - 1, count)]
    assert count == 30
    assert errors[1] * stats.t.ppf(0.95, 29) <= 0.03 < errors[0] * stats.t.ppf(0.95, 28)
    assert groups_that_decide(0.0, five, 0.03) is None
    assert groups_that_decide(0.0, groups._replace(published_error=0.02), 0.03) is None


def test_recomputed_is_within_half_a_hundredth_and_a_difference_has_half_its_size():
    assert recomputed(0.5749, 0.5699) and not recomputed(0.57491, 0.5699)
    assert [delta_of_difference(d) for d in (0.069, -0.3)] == [0.0345, 0.05]
    with pytest.raises(ValueError, match="0 has no size"):
        delta_of_difference(0.0)


def test_the_difference_of_two_experiments_has_the_variances_of_both():
    one, two = Runs(0.7, 0.0002, 5, 4.0), Runs(0.6, 0.0006, 10, 9.0)
    apart = minus(one, two)
    assert (apart.mean, apart.seeds) == (pytest.approx(0.1), 5)
    assert apart.variance / 5 == pytest.approx(0.0002 / 5 + 0.0006 / 10)
    single = minus(runs([0.7]), runs([0.6]))
    assert single.seeds == 1 and math.isnan(single.variance)
    with pytest.raises(ValueError, match="no run"):
        runs([])


@pytest.mark.parametrize("published_seeds", [1, 2, 5])
@pytest.mark.parametrize("noise", [0.01, 0.03, 0.2])
def test_the_errors_of_the_verdicts_are_5_percent_at_most(published_seeds, noise):
    """Also where the standard error is many times δ, and one tail alone would err twice as often."""
    draw, count = np.random.default_rng(5), 20_000
    sides = []
    for seeds in (5, published_seeds):
        scores = draw.normal(0, noise, (count, seeds))
        variance = scores.var(1, ddof=1) if seeds > 1 else np.full(count, math.nan)
        sides.append(Runs(scores.mean(1), variance, seeds, seeds - 1.0))
    ours, published = sides
    ruler = same_clips(ours, published)
    se = np.sqrt(ruler.run_variance * (1 / 5 + 1 / published_seeds))
    difference = ours.mean - published.mean

    def shares(shift):
        said = kinds(difference + shift, se, ruler.run_df, 0.03)
        return {kind: (said == kind).mean() for kind in (REPRODUCED, DIFFERS)}

    slack = 3 * math.sqrt(0.05 * 0.95 / count)
    assert shares(0)[DIFFERS] <= 0.05 + slack
    for shift in (0.03, -0.03):
        assert max(shares(shift).values()) <= 0.05 + slack
    assert shares(0.06)[REPRODUCED] <= 0.01
    if noise == 0.01 and published_seeds == 5:
        assert shares(0)[REPRODUCED] > 0.9 and shares(0.12)[DIFFERS] > 0.99
