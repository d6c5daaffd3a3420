"""Standard errors behind what was printed."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sarangi.statistics.published_errors import (
    PublishedError,
    design_effect,
    error_from_clips,
    error_from_interval,
    error_from_units,
)


@given(st.floats(0.1, 0.9), st.floats(0.001, 0.1), st.integers(2, 40))
def test_an_interval_by_students_t_gives_its_error_back(value, se, groups):
    half = stats.t.ppf(0.975, groups - 1) * se
    error = error_from_interval(value - half, value + half, groups, student=True)
    assert error == (pytest.approx(se), groups - 1, False, False)


def test_a_percentile_interval_over_groups_and_one_over_clips():
    scores = np.random.default_rng(1).normal(0.6, 0.1, 12)
    draws = np.random.default_rng(2).choice(scores, (20_000, 12)).mean(1)
    error = error_from_interval(*np.quantile(draws, [0.025, 0.975]), groups=12)
    assert error.se == pytest.approx(scores.std(ddof=1) / math.sqrt(12), rel=0.03)
    assert error.df == 11
    printed = error_from_interval(0.225, 0.272)  # the study's, over 2,886 answers
    assert printed == (pytest.approx(0.047 / 2 / 1.959964), math.inf, False, False)
    assert error_from_interval(0.225, 0.272, design_effect=4.0).se == pytest.approx(2 * printed.se)
    with pytest.raises(ValueError, match="with a width"):
        error_from_interval(0.4, 0.4)
    with pytest.raises(ValueError, match="1 groups"):
        error_from_interval(0.4, 0.5, groups=1)


def test_runs_on_other_speakers_are_units_of_their_own():
    assert error_from_units([0.46, 0.04, 0.0]) == (
        pytest.approx(stats.sem([0.46, 0.04, 0.0])), 2, True, False,
    )  # fmt: skip
    with pytest.raises(ValueError, match="1 values"):
        error_from_units([0.4])


def test_an_error_from_the_number_of_clips_and_of_each_class():
    assert error_from_clips(0.5, 100) == PublishedError(0.05)
    assert error_from_clips(0.5, 100, design_effect=4.0) == (pytest.approx(0.1), math.inf, False, True)
    # a mean recall of two classes, of 10 and of 90 clips: recalls vary by 1/40 and 1/360
    assert error_from_clips(0.5, 100, supports=[10, 90]).se == pytest.approx(math.sqrt(1 / 40 + 1 / 360) / 2)
    assert error_from_clips(0.5, 100, supports=[50, 50]).se == pytest.approx(0.05)
    with pytest.raises(ValueError, match="score 1"):
        error_from_clips(1, 100)
    with pytest.raises(ValueError, match="supports"):
        error_from_clips(0.5, 100, supports=[10, 0])


def test_the_design_effect_carries_the_likeness_of_clips_to_a_test_part_of_another_size():
    assert design_effect(0.05, 0.05, 100, 10, 400, 4) == 1
    assert design_effect(0.04, 0.05, 100, 10, 400, 4) == 1  # never below that of independent clips
    assert design_effect(0.10, 0.05, 100, 10, 100, 10) == pytest.approx(4)
    assert design_effect(0.10, 0.05, 100, 10, 400, 4) == pytest.approx(1 + 99 * 3 / 9)
    with pytest.raises(ValueError, match="10 clips of 10 groups"):
        design_effect(0.1, 0.05, 10, 10, 400, 4)


def test_the_error_from_clips_is_that_of_simulated_speakers():
    draw, groups, clips = np.random.default_rng(4), 12, 40
    own = draw.beta(6, 4, (4000, groups))
    right = draw.binomial(clips, own)
    value = right.sum(1) / (groups * clips)
    se_groups = (right / clips).std(1, ddof=1).mean() / math.sqrt(groups)
    alone = math.sqrt(0.6 * 0.4 / (groups * clips))
    effect = design_effect(se_groups, alone, groups * clips, groups, groups * clips, groups)
    assert error_from_clips(0.6, groups * clips, effect).se == pytest.approx(value.std(), rel=0.05)
