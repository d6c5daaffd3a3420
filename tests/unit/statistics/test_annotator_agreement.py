"""Krippendorff's alpha, by hand and by published examples, and its interval."""

import numpy as np
import pytest

from sarangi.statistics.annotator_agreement import (
    DISTANCES,
    INTERVAL,
    NOMINAL,
    ORDINAL,
    agreement,
    alpha_of,
    coincidences,
)

N = np.nan
# Krippendorff (2011), Computing Krippendorff's alpha-reliability, section C: 4 observers, 12 units, 5 values
PUBLISHED = np.array([
    [1, 2, 3, 3, 2, 1, 4, 1, 2, N, N, N],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, N, 3],
    [N, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, N],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, N],
])  # fmt: skip
VALUES = np.arange(1.0, 6.0)


def counts_of(data, values=VALUES):
    return (data.T[:, :, None] == values).sum(1)


@pytest.mark.parametrize(("level", "alpha"), [(NOMINAL, 0.743), (ORDINAL, 0.815), (INTERVAL, 0.849)])
def test_the_published_example_has_its_published_alpha(level, alpha):
    counts = counts_of(PUBLISHED)
    found = agreement(counts, VALUES, np.arange(12), level, 0.95)
    assert found.alpha == pytest.approx(alpha, abs=5e-4)
    # the twelfth unit has one value
    assert (found.units, found.groups) == (11, 11)
    # what the interval is made from is the same number
    assert float(alpha_of(coincidences(counts), DISTANCES[level], VALUES)) == pytest.approx(
        found.alpha, abs=1e-12
    )
    assert found.low < alpha < found.high


def test_two_observers_by_hand():
    # section A: ten units, of which six agree: n = 20, ones 6, noughts 14; disagreements 2 * 4 of 20 pairs
    first, second = np.array([[0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]])
    counts = counts_of(np.stack([first, second]).astype(float), np.array([0.0, 1.0]))
    by_hand = 1 - 19 * (4 + 4) / (2 * 14 * 6)
    assert by_hand == pytest.approx(0.095, abs=5e-4)
    found = agreement(counts, np.array([0.0, 1.0]), np.arange(10), NOMINAL, 0.95)
    assert found.alpha == pytest.approx(by_hand, abs=1e-12)


def test_what_cannot_be_told():
    alike = agreement(np.array([[2, 0], [3, 0], [1, 0], [0, 1]]), np.arange(2.0), np.arange(4), NOMINAL, 0.95)
    assert np.isnan([alike.alpha, alike.low]).all() and alike.units == 2
    one = agreement(np.array([[1, 1], [2, 0]]), np.arange(2.0), np.zeros(2, int), NOMINAL, 0.95)
    assert np.isfinite(one.alpha) and np.isnan(one.low) and one.groups == 1


def test_the_interval_holds_the_alpha_of_all_groups_as_often_as_it_says():
    draw = np.random.default_rng(7)
    studies = [simulated(draw) for _ in range(150)]
    # a large study has what each estimates
    many = agreement(*simulated(draw, groups=2000)[:3], NOMINAL, 0.95).alpha
    held = [low <= many <= high for _, low, high, *_ in (agreement(*s[:3], NOMINAL, 0.95) for s in studies)]
    assert 0.88 <= np.mean(held) <= 0.99


def simulated(draw, groups=20, clips=15, classes=3, annotators=3):
    """Speakers of whom some are harder to annotate than others."""
    right = np.clip(draw.normal(0.7, 0.15, groups), 0.05, 0.98).repeat(clips)
    truth = draw.integers(classes, size=groups * clips)
    votes = np.where(
        draw.random((annotators, len(truth))) < right,
        truth,
        draw.integers(classes, size=(annotators, len(truth))),
    )
    values = np.arange(float(classes))
    return counts_of(votes.astype(float), values), values, np.arange(groups).repeat(clips), truth
