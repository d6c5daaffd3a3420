"""Differences of paired scores: both sides are tested on the same groups."""

from collections.abc import Sequence
from typing import NamedTuple

from sarangi.base.bootstrap import BootstrapSettings
from sarangi.statistics.intervals import Runs, errors_of, student
from sarangi.statistics.metrics import mean_metrics, weighed
from sarangi.statistics.significance import minus


class Difference(NamedTuple):
    """The first side's score minus the second's, with its interval.

    The other values are those of :class:`sarangi.statistics.intervals.Errors`.
    """

    value: float
    low: float
    high: float
    se_groups: float
    sd_seeds: float
    seeds: int
    se: float
    df: float


def paired_differences(sides: Sequence[Runs], settings: BootstrapSettings) -> dict[str, Difference]:
    """Return the difference of each metric between two sides that are tested on the same groups.

    Parameters
    ----------
    sides
        Confusions of two systems, in the same order of groups, each with runs of its own.
    settings
        With the confidence.
    """
    one, other = (mean_metrics(side.total, side.held) for side in sides)
    errors = errors_of(sides, mean_metrics, weighed)
    found = {}
    for metric, value in minus(one, other).items():
        low, high = student(float(value), errors[metric], settings.confidence)
        found[metric] = Difference(float(value), low, high, **errors[metric]._asdict())
    return found
