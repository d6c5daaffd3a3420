"""Standard errors of published scores, from what was printed."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sarangi.statistics.student import quantile


class PublishedError(NamedTuple):
    """How far a published score is from what its model would score on infinitely many speakers.

    Parameters
    ----------
    se
        Standard error.
    df
        Degrees of freedom of it; infinitely many where it is not estimated.
    holds_training
        Whether the variance between runs is part of it.
    from_ours
        Whether it was derived from our own standard error over groups, and so errs together with it.
    """

    se: float
    df: float = math.inf
    holds_training: bool = False
    from_ours: bool = False


def error_from_interval(
    low: float,
    high: float,
    groups: int | None = None,
    confidence: float = 0.95,
    student: bool = False,
    design_effect: float = 1.0,
    holds_training: bool = False,
) -> PublishedError:
    """Return the standard error behind a printed interval: half its width over the quantile it was made with.

    Parameters
    ----------
    low, high
        As printed.
    groups
        Independent units (speakers, or runs) that the interval is over; None for clips.  They are the degrees
        of freedom, less one; without Student's t the variance of a percentile bootstrap of so few is too
        small by (groups - 1) / groups (Hesterberg 2015, The American Statistician 69(4), section 5.3).
    confidence
        Of the interval.
    student
        Whether it was made with Student's t.
    design_effect
        What the variance is multiplied by where an interval over clips takes them for independent.
    holds_training
        Whether the interval was made over runs, too.

    Raises
    ------
    ValueError
        If the interval has no width, or fewer than two groups.
    """
    if not high > low:
        raise ValueError(f"interval [{low}, {high}]; expected one with a width")
    if groups is not None and groups < 2:
        raise ValueError(f"an interval over {groups} groups; expected 2 or more")
    df = math.inf if groups is None else groups - 1.0
    half = (high - low) / 2
    se = half / float(quantile((1 + confidence) / 2, df if student else math.inf))
    if groups is not None and not student:
        se *= math.sqrt(groups / (groups - 1))
    return PublishedError(se * math.sqrt(design_effect), df, holds_training)


def error_from_units(values: Sequence[float]) -> PublishedError:
    """Return the standard error of a mean of published runs that differ in their test speakers.

    These are no seeds: their spread holds training and speakers together.

    Raises
    ------
    ValueError
        If there are fewer than two.
    """
    if len(values) < 2:
        raise ValueError(f"{len(values)} values; expected 2 or more")
    count = len(values)
    return PublishedError(float(np.std(values, ddof=1)) / math.sqrt(count), count - 1.0, holds_training=True)


def error_from_clips(
    value: float, clips: int, design_effect: float = 1.0, supports: Sequence[int] = ()
) -> PublishedError:
    """Return the standard error of a share of right answers, or of a mean recall, from the number of clips.

    The binomial variance, value (1 - value) / clips, times the design effect (Kish 1965, Survey Sampling,
    section 8.2).  For a mean of K recalls it is value (1 - value) Σ (1 / support) / K²: each recall is taken
    to be the mean, which for equal supports is the largest variance that the mean allows.

    Parameters
    ----------
    value
        The published score.
    clips
        Test clips.
    design_effect
        Of :func:`design_effect`, which derives it from our groups; 1 where clips are independent.
    supports
        Test clips of each class, for a mean recall.

    Raises
    ------
    ValueError
        If the score is 0 or 1, which gives no error, or is no share; or a class has no clip.
    """
    if not 0 < value < 1:
        raise ValueError(f"score {value}; expected one between 0 and 1")
    if any(support < 1 for support in supports):
        raise ValueError(f"supports {list(supports)}; expected a clip or more of each class")
    each = sum(1 / support for support in supports) / len(supports) ** 2 if supports else 1 / clips
    se = math.sqrt(value * (1 - value) * each * design_effect)
    return PublishedError(se, from_ours=design_effect != 1.0)


def design_effect(
    se_groups: float, se_clips: float, clips: int, groups: int, published_clips: int, published_groups: int
) -> float:
    """Return what clips of one speaker being alike does to the variance of a published score.

    The intraclass correlation that our groups show, ρ = (deff - 1) / (m - 1) with deff = (se_groups /
    se_clips)² and m clips a group, gives the published deff = 1 + (m' - 1) ρ (Kish 1965, section 5.4).

    Parameters
    ----------
    se_groups, se_clips
        Standard errors of our score over groups, and with clips taken for independent.
    clips, groups
        Ours.
    published_clips, published_groups
        Of the published test part.

    Raises
    ------
    ValueError
        If our groups have one clip each, or there is no error over clips.
    """
    if clips <= groups or se_clips <= 0:
        raise ValueError(f"{clips} clips of {groups} groups with standard error {se_clips} over clips")
    alike = max(0.0, ((se_groups / se_clips) ** 2 - 1) / (clips / groups - 1))
    return 1 + (published_clips / published_groups - 1) * alike
