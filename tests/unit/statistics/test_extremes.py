"""Scores near 0 and 1 on the logit scale."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from sarangi.base.verdicts import DIFFERS, REPRODUCED
from sarangi.statistics.extremes import is_extreme, logit, logit_delta, logit_error, logit_ruler
from sarangi.statistics.replication import Lack, Runs, judge, kinds, runs, spread_of


@given(st.integers(1, 2000), st.data())
def test_the_logit_is_defined_everywhere_and_turns_over_with_the_score(clips, data):
    right = data.draw(st.integers(0, clips))
    value = logit(right / clips, clips)
    assert math.isfinite(value)
    assert value == pytest.approx(-logit((clips - right) / clips, clips), abs=1e-6)


def test_delta_is_as_large_as_on_the_plain_scale_where_the_logit_scale_begins():
    assert not is_extreme(0.95) and not is_extreme(0.05) and is_extreme(0.951) and is_extreme(0.0)
    step = 1e-4
    slope = (special.logit(0.95 + step) - special.logit(0.95 - step)) / (2 * step)
    assert logit_delta(0.03) == pytest.approx(0.03 * slope, rel=1e-3)
    moved = logit(0.9 + step, 10**9) - logit(0.9, 10**9)
    assert logit_error(0.9, step, 10**9) == pytest.approx(moved, rel=1e-3)
    with pytest.raises(ValueError, match=r"score 1\.1"):
        logit(1.1, 10)


def test_runs_that_agree_are_no_certainty_and_the_study_s_punjabi_is_judged():
    ours = runs([logit(s, 962) for s in (0.9958, 0.9979, 0.9875, 0.9938, 0.9948)])
    published = runs([logit(s, 962) for s in (0.9958, 0.9979, 0.9875)])
    assert judge(ours.mean - published.mean, logit_ruler(ours, published, 962), logit_delta(0.03)).kind
    alike = runs([logit(0.99, 962)] * 5)
    ruler = logit_ruler(alike, runs([logit(0.99, 962)]), 962)
    assert ruler.se == pytest.approx(math.sqrt(1.2 / (962 * 0.99 * 0.01)), rel=0.05)
    assert judge(alike.mean - logit(0.6, 962), ruler, logit_delta(0.03)).kind == DIFFERS
    assert logit_ruler(runs([1.0] * 4), runs([1.0]), 962) is Lack.SEEDS
    # a published run nearer to 1 has the larger variance there, one farther from it has ours
    nearer, farther = (logit_ruler(alike, runs([logit(s, 962)]), 962) for s in (0.997, 0.95))
    assert nearer.se > ruler.se > 0.9 * farther.se and farther.se == pytest.approx(ruler.se)


@pytest.mark.parametrize("published_seeds", [1, 5])
def test_the_errors_of_the_verdicts_on_counts_are_5_percent_at_most(published_seeds):
    draw, count, clips, delta = np.random.default_rng(6), 8000, 960, logit_delta(0.03)
    value = np.vectorize(logit, otypes=[float])

    def trained(seeds, moved):
        right = draw.binomial(clips, special.expit(special.logit(0.97) + moved), (count, seeds))
        logits = value(right / clips, clips)
        variance = logits.var(1, ddof=1) if seeds > 1 else np.full(count, math.nan)
        return Runs(logits.mean(1), variance, seeds, seeds - 1.0)

    published = trained(published_seeds, 0.0)
    for shift in (-1, 1):
        ours = trained(5, shift * delta)
        variance, df = spread_of(logit_ruler(ours, published, clips))
        said = kinds(ours.mean - published.mean, np.sqrt(variance), df, delta)
        for kind in (REPRODUCED, DIFFERS):
            assert (said == kind).mean() <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / count)
