"""Intervals of no width: what they are, and what is said of them."""

DEGENERATE = "degenerate"
"""The word for such an interval."""
MEANING = (
    f"{DEGENERATE}: no group changes this value, so the interval has no width and says nothing about other "
    "groups."
)
"""What a reader is told of it."""
SAME = 1e-9  # what rounding makes of equal bounds


def is_degenerate(low: float, high: float) -> bool:
    """Return whether an interval has no width; one that is not there is not degenerate."""
    return high - low < SAME
