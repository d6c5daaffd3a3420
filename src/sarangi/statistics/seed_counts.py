"""Counts of runs: "never predicted", "one class in every seed", and models that collapsed in some runs."""

from typing import NamedTuple

from scipy import special

from sarangi.base.verdicts import FAILS, HOLDS, UNDECIDED
from sarangi.statistics.replication import ALPHA

MOST_RUNS = 0.5
"""What the share of runs must exceed for a statement about single runs to hold."""


class Share(NamedTuple):
    """In how many runs something is so.

    Parameters
    ----------
    kind
        ``HOLDS`` if it is so in most runs of this recipe, ``FAILS`` if it is not so in most, or
        ``UNDECIDED`` (:mod:`sarangi.base.verdicts`).
    seen, of
        Runs in which it is so, and all.
    low, high
        Exact one-sided 95 % bounds of the share.
    """

    kind: str
    seen: int
    of: int
    low: float
    high: float


def clopper_pearson(count: int, of: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return the exact interval of a share (Clopper and Pearson 1934, Biometrika 26(4), 404-413).

    Each bound errs in (1 - confidence) / 2 of cases at most.

    Raises
    ------
    ValueError
        If there is nothing, or the count is not among them.
    """
    if not 0 <= count <= of or of < 1:
        raise ValueError(f"{count} of {of}; expected a count among one or more")
    tail = (1 - confidence) / 2
    low = 0.0 if count == 0 else float(special.betaincinv(count, of - count + 1, tail))
    high = 1.0 if count == of else float(special.betaincinv(count + 1, of - count, 1 - tail))
    return low, high


def share_of_runs(count: int, of: int) -> Share:
    """Return whether something is so in most runs.

    With five runs all of them must agree: the bound of five in five is 0.05 ** (1 / 5) = 0.55, of four in
    four 0.47, so fewer than five runs decide nothing.

    Raises
    ------
    ValueError
        As for :func:`clopper_pearson`.
    """
    low, high = clopper_pearson(count, of, 1 - 2 * ALPHA)
    kind = HOLDS if low > MOST_RUNS else FAILS if high < MOST_RUNS else UNDECIDED
    return Share(kind, count, of, low, high)
