"""Chance with absent classes against brute force, and the published pool."""

from itertools import product
from math import comb, prod

import pytest

from sarangi.consistency.chance import p_of_guessing
from sarangi.consistency.intervals import jeffreys, jeffreys_of_uar


@pytest.mark.parametrize(("supports", "classes", "over"), [((5, 2, 3), 4, 4), ((4, 4), 2, 2), ((7,), 4, 3)])
def test_guessing_is_that_of_every_way_to_answer(supports, classes, over):
    chance = 1 / classes
    outcomes = [
        (
            sum(h / n for h, n in zip(right, supports, strict=True)) / over,
            prod(
                comb(n, h) * chance**h * (1 - chance) ** (n - h) for h, n in zip(right, supports, strict=True)
            ),
        )
        for right in product(*(range(n + 1) for n in supports))
    ]
    for score in sorted({value for value, _ in outcomes})[:: max(1, len(outcomes) // 7)]:
        below, above = p_of_guessing(supports, classes, score, score, over)
        assert below == pytest.approx(sum(p for value, p in outcomes if value <= score + 1e-9), abs=1e-9)
        assert above == pytest.approx(sum(p for value, p in outcomes if value >= score - 1e-9), abs=1e-9)


def test_the_published_pools():
    """78 angry, 2 happy, 8 neutral, no sad: 32 angry ones right, and 58, 2 and 1 of them."""
    uar = 32 / 78 / 4
    assert p_of_guessing([78, 2, 8], 4, uar, uar, 4)[0] == pytest.approx(0.18, abs=0.005)
    assert jeffreys_of_uar([32, 0, 0], [78, 2, 8], 4) == pytest.approx((0.092, 0.289), abs=0.001)
    uar = (58 / 78 + 1 + 1 / 8) / 4
    assert p_of_guessing([78, 2, 8], 4, uar, uar, 4)[1] == pytest.approx(0.001, abs=0.0005)
    assert jeffreys_of_uar([58, 2, 1], [78, 2, 8], 4) == pytest.approx((0.30, 0.53), abs=0.005)


@pytest.mark.parametrize(("right", "n"), [(3, 10), (50, 100), (200, 962)])
def test_one_recall_has_the_jeffreys_interval(right, n):
    assert jeffreys_of_uar([right], [n]) == pytest.approx(jeffreys(right, n), abs=1e-3)
