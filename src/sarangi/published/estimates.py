"""Numbers as they were printed: their digits, and the range of values that rounds to these.

Printed digits are exact fractions, so that a derived number is at fault only where no values behind the
digits could give it.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

UNITS = {"": 1, "percentage points": 100}
"""What a computed value is multiplied by to be in the unit of the printed one."""

ESTIMATE = ("value", "low", "high")


@dataclass(frozen=True)
class Estimate:
    """A value with the range that it may lie in."""

    value: Any
    low: Any
    high: Any


def printed(text: str) -> Estimate:
    """Return a printed number with the range of values that round to its digits.

    Examples
    --------
    >>> printed("0.50")
    Estimate(value=Fraction(1, 2), low=Fraction(99, 200), high=Fraction(101, 200))
    """
    value = Fraction(text)
    half = Fraction(1, 2 * 10 ** digits(text))
    return Estimate(value, value - half, value + half)


def digits(text: str) -> int:
    """Return how many decimals a number was printed with."""
    return len(text.partition(".")[2])


def agree(text: str, value: Any) -> bool:
    """Whether a value rounds to the printed digits; a value on the edge does."""
    bounds = printed(text)
    slack = 1e-9 if isinstance(value, float) else 0
    return bounds.low - slack <= value <= bounds.high + slack


def scaled(estimate: Estimate, unit: str) -> Estimate:
    """Return an estimate in a unit of :data:`UNITS`."""
    return Estimate(*(getattr(estimate, key) * UNITS[unit] for key in ESTIMATE))
