"""On which side of a number an interval lies: what sentences, and symbols, turn on."""

from enum import StrEnum

from sarangi.base.auditing import FEW_GROUPS


class Outcome(StrEnum):
    """Whether a value is above another, below it, or neither for certain."""

    ABOVE = "above"
    BELOW = "below"
    UNDECIDED = "undecided"


def outcome(low: float, high: float, against: float, groups: int) -> Outcome:
    """Return on which side of a number the value of an interval is.

    Undecided where the interval holds the number, where there is no interval, and where it comes from fewer
    than :data:`sarangi.base.auditing.FEW_GROUPS` groups, whose scores are marked as descriptive.  How often
    it is wrong is measured by ``benchmarks/errors_of_tests.py``.

    Parameters
    ----------
    low, high
        The interval; NaN where there is none.
    against
        Such as chance, or 0 for a difference.
    groups
        That were resampled.

    Examples
    --------
    >>> [str(outcome(*bounds, 0.25, 8)) for bounds in ((0.3, 0.5), (0.1, 0.2), (0.2, 0.3))]
    ['above', 'below', 'undecided']
    >>> str(outcome(0.3, 0.5, 0.25, groups=4))
    'undecided'
    """
    if groups < FEW_GROUPS:
        return Outcome.UNDECIDED
    if low > against:
        return Outcome.ABOVE
    return Outcome.BELOW if high < against else Outcome.UNDECIDED
