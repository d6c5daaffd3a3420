"""How far predicted ratings agree with the ratings: from sums that groups add to.

Sums have shape (..., 6): over utterances with rating y and prediction x the number n, Σx, Σy, Σx², Σy² and
Σxy.  Both are counted from one origin (:func:`sums_of`), which changes none of the metrics and keeps digits.
"""

from typing import NamedTuple

import numpy as np

from sarangi.base.dimension_rows import CCC, PEARSON, RMSE
from sarangi.statistics.confusions import Booleans, Floats, Sums, mean, ratio
from sarangi.statistics.intervals import Errors, fisher, on_logarithm, student

SMALL = 1e-12
"""Share of the mean square below which a variance is what rounding leaves of none."""


def sums_of(predicted: Floats, rating: Floats, origin: float) -> Floats:
    """Return what each utterance adds to the sums, float64 of shape (utterances, 6).

    Parameters
    ----------
    predicted, rating : arrays of shape (utterances,)
        On one scale.
    origin
        What both are counted from, such as the middle of the scale.
    """
    x, y = (np.asarray(values, dtype=np.float64) - origin for values in (predicted, rating))
    return np.stack([np.ones(len(x)), x, y, x * x, y * y, x * y], axis=-1)


class _Moments(NamedTuple):
    apart: Floats
    """Mean of the predictions minus that of the ratings."""
    of_predicted: Floats
    """Variance of the predictions, with 1/n."""
    of_rating: Floats
    """Variance of the ratings, with 1/n."""
    of_both: Floats
    """Covariance, with 1/n."""


def _moments(sums: Sums) -> _Moments:
    n = sums[..., 0]
    x, y, xx, yy, xy = (ratio(sums[..., place], n) for place in range(1, 6))
    variances = []
    for square, first in ((xx, x), (yy, y)):
        variance = square - first**2
        variances.append(np.where(variance > SMALL * square, variance, 0.0) + 0 * square)
    covariance = np.where((variances[0] > 0) & (variances[1] > 0), xy - x * y, 0.0) + 0 * xy
    return _Moments(x - y, variances[0], variances[1], covariance)


def ccc(sums: Sums) -> Floats:
    """Return the concordance correlation coefficient (Lin 1989, Biometrics 45(1), 255-268), shape (...).

    ``2 s_xy / (s_x² + s_y² + (mean x - mean y)²)`` with 1/n in every moment, as Lin has it; libraries with
    1/(n - 1) find another number.  0 where predictions or ratings are constant; NaN without utterances.
    """
    m = _moments(sums)
    below = m.of_predicted + m.of_rating + m.apart**2
    return np.where(below > 0, 2 * m.of_both / np.where(below > 0, below, 1.0), 0.0) + 0 * m.of_both


def pearson(sums: Sums) -> Floats:
    """Return Pearson's correlation, shape (...); NaN where predictions or ratings are constant."""
    m = _moments(sums)
    return np.clip(ratio(m.of_both, np.sqrt(m.of_predicted * m.of_rating)), -1.0, 1.0)


def rmse(sums: Sums) -> Floats:
    """Return the root of the mean squared error, on the scale of the ratings, shape (...)."""
    squares = sums[..., 3] + sums[..., 4] - 2 * sums[..., 5]
    return np.sqrt(ratio(np.maximum(squares, 0.0), sums[..., 0]))


METRICS = {CCC: ccc, PEARSON: pearson, RMSE: rmse}


def mean_agreement(sums: Sums, held: Booleans) -> dict[str, Floats]:
    """Return each metric as the mean over repeats of it, from sums of shape (..., R, 6), shape (...).

    Parameters
    ----------
    sums
        Of some repeats (folds, seeds).
    held : array of shape (R, 1)
        Which repeats test anything; those that do not, and those without the metric, are left out.
    """
    return {name: mean(np.where(held[:, 0], metric(sums), np.nan)) for name, metric in METRICS.items()}


def interval(metric: str, value: float, errors: Errors, confidence: float) -> tuple[float, float]:
    """Return the interval of a metric's value, within the values that it can have."""
    if metric == RMSE:
        return on_logarithm(value, errors, confidence)
    return fisher(value, errors, confidence)


def interval_of_difference(
    metric: str, value: float, errors: Errors, confidence: float
) -> tuple[float, float]:
    """Return the interval of the difference of two values of a metric by Student's t."""
    return student(value, errors, confidence, np.inf if metric == RMSE else 2.0)
