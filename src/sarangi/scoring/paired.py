"""Differences of paired scores: both sides take the same draws of groups."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sarangi.base.bootstrap import BootstrapSettings
from sarangi.statistics.confusions import Floats
from sarangi.statistics.metrics import mean_metrics
from sarangi.statistics.resampling import draw_groups, intervals, resampled
from sarangi.statistics.significance import minus


class Difference(NamedTuple):
    """The first side's score minus the second's, with its interval."""

    value: float
    low: float
    high: float


def paired_differences(sides: Sequence[Floats], settings: BootstrapSettings) -> dict[str, Difference]:
    """Return the difference of each metric between two sides that are tested on the same groups.

    Parameters
    ----------
    sides : two arrays of shape (R, groups, K, K)
        Confusions of each group, each with its own number of repeats R.
    settings
        Of the bootstrap.
    """
    held = [each.sum((1, 3)) > 0 for each in sides]
    count, groups = sides[0].shape[:2]
    both = np.concatenate(sides)

    def difference(confusions: Floats) -> dict[str, Floats]:
        one, other = np.split(confusions, [count], axis=-3)
        return minus(mean_metrics(one, held[0]), mean_metrics(other, held[1]))

    drawn = draw_groups(groups, settings.draws, settings.seed)
    bounds = intervals(resampled(both, drawn, difference), groups, settings.confidence)
    values = difference(both.sum(1))
    return {metric: Difference(float(value), *bounds[metric]) for metric, value in values.items()}
