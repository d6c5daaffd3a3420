"""Statements about differences: that one is on one side, that one is best, that there is none."""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from sarangi.base.verdicts import DIFFERS, FAILS, HOLDS, REPRODUCED, UNDECIDED
from sarangi.statistics.confusions import Floats
from sarangi.statistics.corrections import holm
from sarangi.statistics.replication import ALPHA, Runs, kinds
from sarangi.statistics.student import quantile, satterthwaite, upper_tail


class Measured(NamedTuple):
    """A score, or a paired difference of two, with its standard error and the degrees of freedom of that."""

    value: float
    se: float
    df: float


class Direction(NamedTuple):
    """Whether a value is on the side that is claimed.

    Parameters
    ----------
    kind
        ``HOLDS``, ``FAILS`` or ``UNDECIDED`` of :mod:`sarangi.base.verdicts`.
    low, high
        One-sided 95 % bounds of the value.
    p_holds, p_fails
        One-sided p of the value being on the other side, and on the claimed one.
    """

    kind: str
    low: float
    high: float
    p_holds: float
    p_fails: float


class Every(NamedTuple):
    """Whether all of several directions hold.

    Parameters
    ----------
    kind
        As of :class:`Direction`.
    p_holds
        Largest p of the directions: of the intersection-union test.
    p_fails
        p of each direction being the other way round, corrected by Holm, in the order given.
    fails
        Places of the directions that are the other way round.
    open
        Places of those that are not established, the ones of ``fails`` among them.
    """

    kind: str
    p_holds: float
    p_fails: tuple[float, ...]
    fails: tuple[int, ...]
    open: tuple[int, ...]


class Absence(NamedTuple):
    """Whether a value is as good as the one it is said to be.

    Parameters
    ----------
    kind
        As of :class:`Direction`.
    low, high
        One-sided 95 % bounds of the value minus that one.
    delta
        Within which it is as good.
    """

    kind: str
    low: float
    high: float
    delta: float


def from_draws(value: float, draws: Floats, groups: int, runs: Runs | None = None) -> Measured:
    """Return what is measured by a score, or a paired difference, and its draws over groups.

    The variance of a bootstrap over so few groups is too small by (groups - 1) / groups (Hesterberg 2015,
    The American Statistician 69(4), section 5.3).  Each draw has the mean over runs, so the variance of
    training is added.

    Parameters
    ----------
    value
        The score, or the difference.
    draws : array of shape (draws,)
        Scores of draws, or differences of two systems' scores on the same draws; NaN where undefined.
    groups
        That are drawn.
    runs
        Values of the runs that ``value`` is the mean of; None where training has no chance.

    Raises
    ------
    ValueError
        If there are fewer than two groups, draws or runs.
    """
    finite = draws[np.isfinite(draws)]
    if groups < 2 or len(finite) < 2 or (runs is not None and runs.seeds < 2):
        raise ValueError(f"{groups} groups, {len(finite)} draws; expected 2 or more of each, and of runs")
    terms = [(float(np.var(finite, ddof=1)) * groups / (groups - 1), groups - 1.0)]
    if runs is not None:
        terms.append((runs.variance / runs.seeds, runs.df))
    variance, df = satterthwaite(*terms)
    return Measured(value, math.sqrt(variance), float(df))


def direction(measured: Measured, against: float = 0.0, above: bool = True) -> Direction:
    """Return whether a value is above another ("beats"), or below it ("collapses", "below chance").

    It holds if its one-sided 95 % bound excludes that value, and fails if the opposite bound does.  With a
    standard error of 0 nothing was seen to vary, and it is undecided.

    Parameters
    ----------
    measured
        Of two systems on the same clips, the paired difference.
    against
        0 for a difference, chance for a score.
    above
        The side that is claimed.

    Raises
    ------
    ValueError
        If the standard error is not a number or negative, or its degrees of freedom are not positive.
    """
    half = _half_width(measured)
    low, high = measured.value - half, measured.value + half
    if measured.se == 0:
        return Direction(UNDECIDED, low, high, 1.0, 1.0)
    away = (measured.value - against) / measured.se * (1 if above else -1)
    p_holds, p_fails = (float(upper_tail(t, measured.df)) for t in (away, -away))
    kind = HOLDS if p_holds <= ALPHA else FAILS if p_fails <= ALPHA else UNDECIDED
    return Direction(kind, low, high, p_holds, p_fails)


def every(differences: Sequence[Measured]) -> Every:
    """Return whether all differences are above 0: X minus each rival for "X is best".

    It holds if each does at one-sided 5 %, which needs no correction (intersection-union test: Berger 1982,
    Technometrics 24(4), 295-300); it fails if one of them is below 0 after Holm's correction over all.

    Raises
    ------
    ValueError
        If there is no difference.
    """
    if not differences:
        raise ValueError("no rival; expected one or more")
    each = [direction(difference) for difference in differences]
    p_fails = tuple(holm([one.p_fails for one in each]))
    fails = tuple(place for place, p in enumerate(p_fails) if p <= ALPHA)
    still_open = tuple(place for place, one in enumerate(each) if one.kind != HOLDS)
    kind = FAILS if fails else UNDECIDED if still_open else HOLDS
    return Every(kind, max(one.p_holds for one in each), p_fails, fails, still_open)


def adjacent_pairs(order: Sequence[str]) -> list[tuple[str, str]]:
    """Return the pairs of neighbours in an order, each a direction of its own; together they are the order.

    Examples
    --------
    >>> adjacent_pairs(["eGeMAPS", "IS10", "ComParE"])
    [('eGeMAPS', 'IS10'), ('IS10', 'ComParE')]
    """
    return list(pairwise(order))


def absence(measured: Measured, delta: float, against: float = 0.0) -> Absence:
    """Return whether a value is as good as another: "at chance", "no difference".

    It holds only by equivalence, the 90 % interval within ±δ, and fails where the difference is one of which
    :func:`sarangi.statistics.replication.judge` says *differs*.  That none was found says nothing.

    Raises
    ------
    ValueError
        If δ is not positive, or as for :func:`direction`.
    """
    if not delta > 0:
        raise ValueError(f"δ of {delta}; expected a positive one")
    half, away = _half_width(measured), measured.value - against
    if measured.se == 0:
        return Absence(UNDECIDED, away, away, delta)
    found = str(kinds(away, measured.se, measured.df, delta))
    kind = {REPRODUCED: HOLDS, DIFFERS: FAILS}.get(found, UNDECIDED)
    return Absence(kind, away - half, away + half, delta)


def _half_width(measured: Measured) -> float:
    if not (measured.se >= 0 and measured.df > 0):
        raise ValueError(f"standard error {measured.se} with {measured.df} degrees of freedom")
    return float(quantile(1 - ALPHA, measured.df)) * measured.se
