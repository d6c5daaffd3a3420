"""Tests of differences, compared with scipy's."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.drawn_groups import FOUR_EMOTIONS, VALUES, made

from sarangi.scoring.answers import tally
from sarangi.statistics.significance import MOST_SWAPS, mcnemar, sign_flip, swaps_of_family


def test_the_sign_flip_test_is_scipys_and_says_how_small_p_can_be():
    from scipy import stats

    one, other = made(groups=8, right=0.7), made(groups=8, right=0.4)
    first, second = (tally(t, ["seed"], FOUR_EMOTIONS)[0] for t in (one, other))
    each = (first - second)[0].diagonal(axis1=1, axis2=2) / first[0].sum((0, 2))
    theirs = stats.permutation_test(
        (each.mean(1), np.zeros(8)), lambda x, y, axis: (x - y).sum(axis), permutation_type="samples",
        n_resamples=np.inf, vectorized=True,
    )  # fmt: skip
    found = sign_flip(first, second, 100, 1)
    apart = np.count_nonzero(np.abs(each.mean(1)) > 1e-12)
    assert apart >= 7
    assert found["uar"] == (pytest.approx(theirs.pvalue), 2 / 2**apart)
    four = sign_flip(first[:, :4], second[:, :4], 100, 1)
    assert four["accuracy"][0] >= four["accuracy"][1] >= 0.125
    assert sign_flip(first, first, 100, 1)["uar"] == (1, 1)


def test_drawn_flips_come_near_the_exact_test_and_never_reach_0():
    one, other = made(groups=16, right=0.55), made(groups=16, right=0.45)
    first, second = (tally(t, ["seed"], FOUR_EMOTIONS)[0] for t in (one, other))
    exact = sign_flip(first, second, 1, 1)
    from sarangi.statistics import significance as module

    before, module.EXACT = module.EXACT, 1
    try:
        drawn = sign_flip(first, second, 20_000, 1)
    finally:
        module.EXACT = before
    for metric in VALUES:
        assert drawn[metric][0] == pytest.approx(exact[metric][0], abs=0.015)
        assert drawn[metric][1] == 1 / 20_001


def test_small_p_is_drawn_further_and_large_p_is_not():
    one, other = made(clips=400, groups=20, right=0.75), made(clips=400, groups=20, right=0.35)
    clear = [tally(t, ["seed"], FOUR_EMOTIONS)[0] for t in (one, other)]
    alike = [tally(made(clips=400, groups=20, seed=s), ["seed"], FOUR_EMOTIONS)[0] for s in (1, 2)]
    assert sign_flip(*clear, 100, 1)["uar"] == (1 / 101, 1 / 101)
    assert sign_flip(*clear, 100, 1, 2500)["uar"] == (1 / 2501, 1 / 2501)
    assert sign_flip(*alike, 100, 1, 2500)["uar"] == (sign_flip(*alike, 100, 1)["uar"][0], 1 / 2501)


@given(st.integers(1, 2000))
def test_the_smallest_corrected_p_of_any_family_is_below_a_hundredth(comparisons):
    assert comparisons / (swaps_of_family(comparisons) + 1) < 0.01
    assert swaps_of_family(comparisons) <= MOST_SWAPS


def test_the_swap_that_was_seen_counts_as_one_more():
    table = made(clips=200, groups=20)
    right, wrong = (table.assign(predicted=table["emotion"].map(names)) for names in (
        {e: e for e in FOUR_EMOTIONS}, {e: FOUR_EMOTIONS[place - 1] for place, e in enumerate(FOUR_EMOTIONS)},
    ))  # fmt: skip
    first, second = (tally(t, ["seed"], FOUR_EMOTIONS)[0] for t in (right, wrong))
    assert set(sign_flip(first, second, 99, 1).values()) == {(0.01, 0.01)}


def test_under_no_difference_p_is_uniform_enough():
    """Two systems alike in a group: rejected at 5 % about as often as said."""
    rejected = 0
    for seed in range(60):
        draw = np.random.default_rng(seed)
        table = made(clips=80, groups=8, seed=seed)
        rate = np.repeat(draw.uniform(0.2, 0.9, 8)[None], 10, axis=0).ravel()
        both = [
            table.assign(predicted=np.where(draw.random(80) < rate, table["emotion"], "sad"))
            for _ in range(2)
        ]
        first, second = (tally(t, ["seed"], FOUR_EMOTIONS)[0] for t in both)
        rejected += sign_flip(first, second, 100, 1)["uar"][0] <= 0.05
    assert rejected / 60 <= 0.1


@given(st.integers(0, 40), st.integers(0, 40))
@settings(deadline=None)
def test_mcnemar_is_scipys_exact_binomial(first, second):
    from scipy import stats

    expected = stats.binomtest(first, first + second).pvalue if first + second else 1.0
    assert mcnemar(first, second) == pytest.approx(expected)
