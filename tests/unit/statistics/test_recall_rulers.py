"""Mean recalls over few clips: Jeffreys' interval, guessing, and clips counted again."""

import itertools
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from sarangi.statistics.recall_rulers import guessing, jeffreys, mean_recall, width_counted_once

SHOWS = [78, 2, 8, 0]
"""Clips of angry, happy, neutral and sad of the three held-out speakers of URDU."""


def test_one_class_has_the_interval_of_its_posterior():
    for right, clips in ((0, 5), (3, 10), (40, 40)):
        expected = stats.beta(right + 0.5, clips - right + 0.5).ppf([0.025, 0.975])
        assert jeffreys([right], [clips]) == pytest.approx(expected, abs=2e-4)


def test_the_published_study_on_its_own_clips():
    low, high = jeffreys([32, 0, 0, 0], SHOWS)
    assert (low, high) == pytest.approx((0.092, 0.2896), abs=5e-4)
    assert guessing([32, 0, 0, 0], SHOWS)[0] == pytest.approx(0.18, abs=0.005)
    assert jeffreys([58, 2, 1, 0], SHOWS) == pytest.approx((0.30, 0.53), abs=5e-3)
    assert guessing([58, 2, 1, 0], SHOWS)[1] == pytest.approx(0.001, abs=5e-4)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(0, 6), min_size=2, max_size=4), st.data())
def test_guessing_is_that_of_every_answer_counted(clips, data):
    if not any(clips):
        return
    right = [data.draw(st.integers(0, n)) for n in clips]
    chance, here = 1 / len(clips), mean_recall(right, clips)
    at_most = at_least = 0.0
    for counts in itertools.product(*(range(n + 1) for n in clips)):
        p = np.prod(
            [comb(n, k) * chance**k * (1 - chance) ** (n - k) for k, n in zip(counts, clips, strict=True)]
        )
        value = mean_recall(counts, clips)
        at_most += p * (value <= here + 1e-9)
        at_least += p * (value >= here - 1e-9)
    assert guessing(right, clips) == pytest.approx((at_most, at_least), abs=1e-9)


def test_no_class_with_clips_has_no_ruler():
    with pytest.raises(ValueError, match="no class has clips"):
        jeffreys([0, 0], [0, 0])


def test_each_clip_once_beside_once_a_run_of_the_published_study():
    clips = [95, 102, 670, 95]
    collapsed = np.array([[0, 0, 0, 95], [0, 102, 0, 0], [91, 2, 0, 0]])
    # about six times too wide
    assert width_counted_once(collapsed, clips) == pytest.approx((1 / 5.78, 1 / 5.78), abs=1e-3)
    within = np.array([[95, 100, 668, 95], [95, 101, 670, 94], [95, 98, 665, 92]])
    assert width_counted_once(within, clips) == pytest.approx((0.98, 1.365), abs=2e-3)


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 2**32 - 1), st.booleans())
def test_the_bounds_hold_whatever_the_answers_have_in_common(seed, alike):
    rng = np.random.default_rng(seed)
    clips, runs = np.array([30, 50]), 3
    shares = rng.uniform(0.1, 0.9, 2)
    draws = [rng.random(n) for n in clips]
    each = [
        np.array([(d if alike else rng.random(n)) < p for _ in range(runs)])
        for d, n, p in zip(draws, clips, shares, strict=True)
    ]
    right = np.array([[answers[run].sum() for answers in each] for run in range(runs)])
    # the variance with each clip drawn once, and with each answer drawn for itself
    once = sum(np.var(answers.mean(axis=0)) / n for answers, n in zip(each, clips, strict=True))
    means = [answers.mean() for answers in each]
    again = sum(p * (1 - p) / (runs * n) for p, n in zip(means, clips, strict=True))
    least, most = width_counted_once(right, clips)
    assert least - 1e-9 <= np.sqrt(once / again) <= most + 1e-9
    if alike:
        assert most == pytest.approx(np.sqrt(runs)) == np.sqrt(once / again)
