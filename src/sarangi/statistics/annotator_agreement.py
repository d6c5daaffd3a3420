"""Agreement of annotators: Krippendorff's alpha, with an interval over groups.

Krippendorff (2011), Computing Krippendorff's alpha-reliability; it takes any number of annotators, other ones
for each unit.  The value is that of the package ``krippendorff``; what the interval needs besides are sums
over units that groups can be left out of, which the package does not give.
"""

from collections.abc import Callable
from functools import partial
from typing import Literal, NamedTuple

import krippendorff
import numpy as np
import numpy.typing as npt

from sarangi.statistics.confusions import Booleans, Floats, Integers, Sums, ratio
from sarangi.statistics.intervals import DRAWS_NOTHING, Runs, errors_of, student
from sarangi.statistics.metrics import CLIPS

Level = Literal["nominal", "ordinal", "interval"]
NOMINAL: Level = "nominal"
ORDINAL: Level = "ordinal"
INTERVAL: Level = "interval"
ALPHA = "alpha"


class Agreement(NamedTuple):
    """How far annotators agree.

    Parameters
    ----------
    alpha
        1 where all agree, 0 where they agree no more than by chance, negative below; NaN where no unit has
        two values, or all values are one.
    low, high
        Of its interval; NaN where there is one group.
    units
        Those with two values or more, over which it is.
    groups
        That they are of.
    """

    alpha: float
    low: float
    high: float
    units: int
    groups: int


def agreement(
    counts: Integers, domain: npt.NDArray[np.float64], groups: Integers, level: Level, confidence: float
) -> Agreement:
    """Return Krippendorff's alpha of some units, and its interval over their groups.

    The interval is the jackknife's over groups (:func:`sarangi.statistics.intervals.errors_of`), by
    Student's t.

    Parameters
    ----------
    counts : integer array of shape (N, V)
        How many annotators gave unit n the value v.
    domain : array of shape (V,)
        The values, rising; of nominal ones any numbers, all different.
    groups : integer array of shape (N,)
        The group (speaker) of each unit.
    level
        :data:`NOMINAL`, :data:`ORDINAL` or :data:`INTERVAL`.
    confidence
        Such as 0.95.
    """
    paired = counts.sum(1) > 1
    counts, groups = counts[paired], groups[paired]
    there = counts.any(0)
    counts, domain = counts[:, there], domain[there]
    names, places = np.unique(groups, return_inverse=True)
    if len(domain) < 2:
        return Agreement(np.nan, np.nan, np.nan, len(counts), len(names))
    value = float(krippendorff.alpha(value_counts=counts, value_domain=domain, level_of_measurement=level))
    sums = np.stack([coincidences(counts[places == group]) for group in range(len(names))])[None]
    support = np.bincount(places).astype(np.float64)[None, :, None]
    seeds, folds = np.array([DRAWS_NOTHING]), np.array([0])
    runs = Runs(sums, support, seeds, folds, pooled=True, crossed=False)
    score = partial(_scored, distances=DISTANCES[level], domain=domain)
    errors = errors_of([runs], score, lambda name: CLIPS)[ALPHA]
    return Agreement(value, *student(value, errors, confidence), len(counts), len(names))


def coincidences(counts: Integers) -> Floats:
    """Return the coincidence matrix of some units, of shape (V, V): pairs of values within units.

    Parameters
    ----------
    counts : integer array of shape (N, V)
        As for :func:`agreement`; a unit with fewer than two values has no pairs.
    """
    counts = counts[counts.sum(1) > 1].astype(np.float64)
    weights = 1 / (counts.sum(1) - 1)
    pairs: Floats = (counts * weights[:, None]).T @ counts - np.diag((counts * weights[:, None]).sum(0))
    return pairs


Distances = Callable[[Floats, Sums], Floats]
"""From the values, and how often each is among the pairs, of shape (..., V), to squared distances."""


def _nominal(domain: Floats, totals: Sums) -> Floats:
    return 1.0 - np.eye(len(domain))


def _interval(domain: Floats, totals: Sums) -> Floats:
    distances: Floats = (domain[:, None] - domain) ** 2
    return distances


def _ordinal(domain: Floats, totals: Sums) -> Floats:
    # half of both ends, and all that is between them
    up_to = np.cumsum(totals, axis=-1) - totals / 2
    distances: Floats = (up_to[..., :, None] - up_to[..., None, :]) ** 2
    return distances


DISTANCES: dict[str, Distances] = {NOMINAL: _nominal, ORDINAL: _ordinal, INTERVAL: _interval}


def _scored(sums: Sums, held: Booleans, *, distances: Distances, domain: Floats) -> dict[str, Floats]:
    return {ALPHA: alpha_of(sums[..., 0, :, :], distances, domain)}


def alpha_of(pairs: Sums, distances: Distances, domain: Floats) -> Floats:
    """Return alpha of coincidence matrices of shape (..., V, V), of shape (...).

    Parameters
    ----------
    pairs
        Sums of :func:`coincidences`.
    distances, domain
        Of the level of the scale, and its values.
    """
    totals = pairs.sum(-1)
    number = totals.sum(-1)
    apart = distances(domain, totals)
    observed = (pairs * apart).sum((-1, -2))
    expected = (totals[..., :, None] * totals[..., None, :] * apart).sum((-1, -2))
    found: Floats = 1 - ratio(observed * (number - 1), expected)
    return found
