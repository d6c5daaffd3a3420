"""Directions, the best of several, and absence, compared with scipy's tests."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sarangi.base.verdicts import FAILS, HOLDS, UNDECIDED
from sarangi.statistics.directions import (
    Measured,
    absence,
    adjacent_pairs,
    direction,
    every,
    from_draws,
)
from sarangi.statistics.replication import Runs
from sarangi.statistics.resampling import draw_groups

measured = st.builds(
    Measured, st.floats(-0.5, 0.5), st.floats(0.001, 0.2), st.one_of(st.floats(1, 60), st.just(math.inf))
)


def of(values):
    return Measured(float(np.mean(values)), float(stats.sem(values)), len(values) - 1.0)


@given(st.lists(st.floats(-0.3, 0.3), min_size=3, max_size=12), st.booleans())
def test_a_direction_is_scipys_one_sided_t_test(values, above):
    if np.std(values) < 1e-6:
        return
    said = direction(of(values), 0.01, above)
    for p, side in ((said.p_holds, above), (said.p_fails, not above)):
        theirs = stats.ttest_1samp(values, 0.01, alternative="greater" if side else "less").pvalue
        assert p == pytest.approx(theirs, abs=1e-9)
    bound = said.low > 0.01 if above else said.high < 0.01
    assert (said.kind == HOLDS) == bound or abs(said.p_holds - 0.05) < 1e-9


@given(measured)
def test_what_is_claimed_of_the_other_side_is_said_the_other_way_round(value):
    turned = {HOLDS: FAILS, FAILS: HOLDS, UNDECIDED: UNDECIDED}
    assert direction(value, above=False).kind == turned[direction(value).kind]


def test_what_does_not_vary_decides_nothing_and_what_is_no_error_is_refused():
    assert direction(Measured(0.1, 0.0, 3.0)).kind == UNDECIDED
    assert absence(Measured(0.0, 0.0, 3.0), 0.03).kind == UNDECIDED
    for bad in (Measured(0.1, math.nan, 3.0), Measured(0.1, -1.0, 3.0), Measured(0.1, 0.1, 0.0)):
        with pytest.raises(ValueError, match="standard error"):
            direction(bad)
    with pytest.raises(ValueError, match="δ of 0"):
        absence(Measured(0.1, 0.1, 3.0), 0)


def test_draws_give_the_error_over_groups_and_runs_add_theirs():
    draw = np.random.default_rng(7)
    apart = draw.normal(0.05, 0.1, 10)
    draws = draw_groups(10, 20_000, 1) @ apart / 10
    found = from_draws(apart.mean(), draws, 10)
    assert found.se == pytest.approx(stats.sem(apart), rel=0.02)
    assert found.df == pytest.approx(9)
    with_runs = from_draws(apart.mean(), draws, 10, Runs(0.05, 0.01, 5, 4.0))
    assert with_runs.se == pytest.approx(math.hypot(found.se, math.sqrt(0.01 / 5)))
    assert 4 < with_runs.df < 13
    lacking = np.append(draws, math.nan)
    assert from_draws(apart.mean(), lacking, 10) == found
    for groups, some, trained in (
        (1, draws, None),
        (10, draws[:1], None),
        (10, draws, Runs(0.0, math.nan, 1, 0.0)),
    ):
        with pytest.raises(ValueError, match="2 or more"):
            from_draws(0.1, some, groups, trained)


def test_best_holds_against_every_rival_and_fails_after_holm():
    def by(t):
        return Measured(t * 0.01, 0.01, math.inf)

    assert every([by(1.7), by(5.0), by(2.0)]).kind == HOLDS
    near = every([by(1.6), by(5.0), by(2.0)])
    assert (near.kind, near.open, near.fails) == (UNDECIDED, (0,), ())
    assert near.p_holds == pytest.approx(stats.norm.sf(1.6))
    # one-sided p of 0.03 fails alone, and not as one of three
    assert every([by(-1.9)]).kind == FAILS
    assert every([by(-1.9), by(3.0), by(3.0)]).kind == UNDECIDED
    worse = every([by(3.0), by(-2.5), by(3.0)])
    assert (worse.kind, worse.fails, worse.open) == (FAILS, (1,), (1,))
    assert worse.p_fails[1] == pytest.approx(3 * stats.norm.sf(2.5))
    with pytest.raises(ValueError, match="no rival"):
        every([])


@given(st.lists(measured, min_size=1, max_size=5), measured)
def test_another_rival_never_makes_it_easier_to_be_best(rivals, another):
    if every([*rivals, another]).kind == HOLDS:
        assert every(rivals).kind == HOLDS


def test_an_order_is_its_neighbours():
    assert adjacent_pairs(["a", "b", "c"]) == [("a", "b"), ("b", "c")]
    assert adjacent_pairs(["a"]) == []


@given(measured, st.floats(0.01, 0.2))
def test_absence_holds_only_by_equivalence(value, delta):
    said = absence(value, delta)
    low, high = (stats.t.cdf((value.value + s * delta) / value.se * -s, value.df) for s in (1, -1))
    if abs(max(low, high) - 0.05) > 1e-9:
        assert (said.kind == HOLDS) == (max(low, high) < 0.05)
    # what is not found to differ from 0 is no absence by itself
    if said.kind == HOLDS:
        assert said.high - said.low <= 2 * delta
    if said.kind == FAILS:
        assert min(abs(said.low), abs(said.high)) >= delta - 1e-9
