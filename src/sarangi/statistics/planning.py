"""How precise a score will be with so many speakers: half-widths and power from variances of two kinds."""

import math
from typing import NamedTuple

import numpy as np
from scipy import special

from sarangi.statistics.confusions import Floats, Integers

POWER = 0.8
"""Probability of finding a difference from which on it is said to be detected (Cohen 1988, section 2.4)."""
MOST = 100_000
"""Speakers up to which the number that is needed is looked for."""


class Spread(NamedTuple):
    """What a score, or a difference of two, varies by.

    Parameters
    ----------
    value
        The score or difference itself.
    between
        Variance of the groups' own values, beyond what their clips explain.
    within
        Variance of a clip within its group.
    groups, clips
        Those that the variances were estimated from.
    """

    value: float
    between: float
    within: float
    groups: int
    clips: int


def influences(classes: Integers, right: Floats) -> Floats:
    """Return what each clip moves UAR by, times the number of clips; their mean is 0.

    UAR is the mean of the K recalls, each a mean over its N_c clips of N, so its influence function at a clip
    of class c is N / (K N_c) times (right - recall_c) (Hampel 1974, JASA 69(346); as the linearisation of a
    ratio Särndal, Swensson and Wretman 1992, Model Assisted Survey Sampling, section 5.5).  Its variance over
    clips of groups is that of UAR to first order, whatever emotions each speaker has.

    Parameters
    ----------
    classes : integer array of shape (clips,)
        From 0 on, each at least once.
    right : array of shape (clips,)
        Whether a clip is answered rightly; the share where there are several seeds.
    """
    counts = np.bincount(classes)
    recall = np.bincount(classes, weights=right) / counts
    weight = len(classes) / (len(counts) * counts)
    moved: Floats = weight[classes] * (right - recall[classes])
    return moved


def spread(value: float, moved: Floats, groups: Integers) -> Spread:
    """Return the variances between and within groups of what clips move a score by.

    One-way random effects by the method of moments, for groups of unlike sizes (Searle, Casella and McCulloch
    1992, Variance Components, section 3.6); a variance between groups that comes out negative is 0.

    Parameters
    ----------
    value
        The score, or difference.
    moved : array of shape (clips,)
        Of :func:`influences`; for a difference that of the first model minus that of the second.
    groups : integer array of shape (clips,)
        From 0 on, each at least once.

    Raises
    ------
    ValueError
        If there are fewer than two groups, or none has two clips.
    """
    sizes = np.bincount(groups)
    count, clips = len(sizes), len(groups)
    if count < 2 or clips <= count:
        raise ValueError(f"{clips} clips of {count} groups; expected two groups or more, and more clips")
    means = np.bincount(groups, weights=moved) / sizes
    within = float(((moved - means[groups]) ** 2).sum() / (clips - count))
    of_groups = float((sizes * (means - moved.mean()) ** 2).sum() / (count - 1))
    size = float(clips - (sizes**2).sum() / clips) / (count - 1)
    return Spread(value, max(0.0, (of_groups - within) / size), within, count, clips)


def standard_error(of: Spread, groups: int, clips: float) -> float:
    """Return the standard error of a score on so many groups of so many clips each.

    The square root of between / groups + within / (groups × clips): the variance of the mean of a sample in
    two stages (Cochran 1977, Sampling Techniques, section 10.3).
    """
    return math.sqrt(of.between / groups + of.within / (groups * clips))


def half_width(of: Spread, groups: int, clips: float, confidence: float = 0.95) -> float:
    """Return half the width to expect of an interval over groups of one size, the trainings as they are.

    Student's t with groups - 1 degrees of freedom times the standard error, which a sample of so few gives
    too small on average by c4 = sqrt(2 / (groups - 1)) Γ(groups / 2) / Γ((groups - 1) / 2) (Montgomery 2009,
    Introduction to Statistical Quality Control, section 4.2).
    """
    degrees = groups - 1
    c4 = math.sqrt(2 / degrees) * math.exp(math.lgamma(groups / 2) - math.lgamma(degrees / 2))
    t = float(special.stdtrit(degrees, (1 + confidence) / 2))
    return t * c4 * standard_error(of, groups, clips)


def power(of: Spread, groups: int, clips: float, difference: float, confidence: float = 0.95) -> float:
    """Return the probability that a paired difference of this size is found, by the noncentral t.

    That of a two-sided t test over the differences of groups (Cohen 1988, Statistical Power Analysis for the
    Behavioral Sciences, chapter 2).
    """
    error = standard_error(of, groups, clips)
    if error == 0:
        return 1.0
    degrees, away = groups - 1, difference / error
    t = float(special.stdtrit(degrees, (1 + confidence) / 2))
    if away - t > 30:  # where the noncentral distribution is no number any more
        return 1.0
    return float(1 - special.nctdtr(degrees, away, t) + special.nctdtr(degrees, away, -t))


def groups_needed(of: Spread, clips: float, difference: float, confidence: float = 0.95) -> int | None:
    """Return the fewest groups that detect a difference with :data:`POWER`; None beyond :data:`MOST`."""
    low, high = 1, 2
    while power(of, high, clips, difference, confidence) < POWER:
        low, high = high, high * 2
        if high > MOST:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        enough = power(of, middle, clips, difference, confidence) >= POWER
        low, high = (low, middle) if enough else (middle, high)
    return high
