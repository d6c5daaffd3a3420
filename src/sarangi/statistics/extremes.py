"""Scores near 0 or 1, judged on the logit scale, where a difference of 0.03 has no room."""

import math
from typing import Any

import numpy as np
from scipy import special

from sarangi.statistics.confusions import Floats
from sarangi.statistics.replication import FEWEST_SEEDS, Lack, Ruler, Runs

EXTREME = (0.05, 0.95)
"""A published score below the first or above the second is judged on the logit scale."""


def is_extreme(published: float) -> bool:
    """Whether a published score is judged on the logit scale; ours is not asked, so the scale is fixed."""
    return published < EXTREME[0] or published > EXTREME[1]


def logit(value: float, clips: int) -> float:
    """Return the empirical logit of a share of clips: log((k + 1/2) / (clips - k + 1/2)).

    Defined at 0 and 1, too (Cox 1970, Analysis of Binary Data, section 3.2; Haldane 1956, Annals of Human
    Genetics 20(4), 309-311).  A score that is no share of clips is taken for one of as many.

    Raises
    ------
    ValueError
        If the value is no share.
    """
    if not 0 <= value <= 1:
        raise ValueError(f"score {value}; expected one from 0 to 1")
    right = value * clips
    return math.log((right + 0.5) / (clips - right + 0.5))


def logit_error(value: float, se: float, clips: int) -> float:
    """Return the standard error of the empirical logit: that of the share times its slope (delta method)."""
    right = (value * clips + 0.5) / (clips + 1)
    return se / (right * (1 - right))


def logit_delta(delta: float) -> float:
    """Return the difference of logits that is as large as ``delta`` where that scale begins, at 0.95."""
    return delta / (EXTREME[1] * (1 - EXTREME[1]))


def logit_ruler(ours: Runs, published: Runs, clips: int) -> Ruler | Lack:
    """Return the ruler of two scores trained and tested on the same clips, on the logit scale.

    As :func:`sarangi.statistics.replication.same_clips`, except that variances are not taken for equal: that
    of a logit grows towards 0 and 1.  Variances of both sides are added (Welch 1947, Biometrika 34(1-2),
    28-35); with one published run its variance is ours times the ratio of the binomial ones, where that is
    above 1.  No variance is below the binomial one, so that a few runs that happen to agree are no certainty.

    Parameters
    ----------
    ours, published
        Runs of logits, from :func:`logit`; elementwise where they hold arrays.
    clips
        Test clips.
    """
    if ours.seeds < FEWEST_SEEDS:
        return Lack.SEEDS
    least, published_least = (_binomial(each.mean, clips) for each in (ours, published))
    variance: Any = np.maximum(ours.variance, least)[()]
    if published.seeds < 2 or np.any(np.isnan(published.variance)):
        noisier: Any = np.maximum(1.0, published_least / least)[()]
        return Ruler(variance, ours.df, ours.seeds, published.seeds / noisier)
    error: Any = np.sqrt(np.maximum(published.variance, published_least) / published.seeds)[()]
    return Ruler(variance, ours.df, ours.seeds, math.inf, published_error=error, published_df=published.df)


def _binomial(mean: float, clips: int) -> Floats:
    """Return the variance of the logit of a share of independent clips (delta method)."""
    share = special.expit(mean)
    variance: Floats = np.asarray(1 / (clips * share * (1 - share)))
    return variance
