"""Whether a score of ours replicates a published one: how far apart they are, and may be by chance.

A *ruler* is the standard error of the difference, known from spreads alone, before the difference is seen.
A difference is judged with it against the size below which it does not matter, δ: by two one-sided tests
whether it is smaller (Schuirmann 1987, J. Pharmacokinetics and Biopharmaceutics 15(6), 657-680), and by the
test of its opposite whether it is larger.  Sizes are on the scale of the scores, or all on the logit scale.
"""

import math
from collections.abc import Callable, Sequence
from enum import Enum
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sarangi.base.verdicts import DIFFERS, REPRODUCED, SHIFTED, UNDECIDED
from sarangi.statistics.published_errors import PublishedError
from sarangi.statistics.student import Numbers, quantile, satterthwaite, upper_tail

ALPHA = 0.05
RECOMPUTED_WITHIN = 0.005
"""What a score computed without chance from the same data may be away from the printed one."""
FEWEST_SEEDS = 5
"""Runs of ours from which on the spread of training is taken for known well enough."""
DELTA, DELTA_OF_DIFFERENCE = 0.03, 0.05
MOST = 100_000
"""Seeds or groups up to which the number that would decide is looked for."""


class Lack(Enum):
    """What is missing for a ruler."""

    SEEDS = "seeds"
    """Fewer than :data:`FEWEST_SEEDS` runs of ours; on other clips fewer than two."""
    SPREAD = "spread"
    """All runs score the same: counts of runs say more (:mod:`sarangi.statistics.seed_counts`)."""
    GROUPS = "groups"
    """Fewer than two groups of ours."""
    PUBLISHED_ERROR = "published error"
    """Other test clips, and nothing printed that a standard error follows from."""


class Runs(NamedTuple):
    """Scores of one experiment trained several times on the same clips and tested on the same clips.

    Mean and variance are numbers, or arrays of one shape, which make :class:`Ruler` one of arrays.

    Parameters
    ----------
    mean
        Of the scores.
    variance
        Of a single run; NaN with one run.
    seeds
        How many runs.
    df
        Degrees of freedom of the variance.
    """

    mean: float
    variance: float
    seeds: int
    df: float


class Ruler(NamedTuple):
    """What a difference between our score and a published one varies by; numbers, or arrays of one shape.

    Parameters
    ----------
    run_variance
        Of a single run around the mean of infinitely many; 0 where training has no chance.
    run_df
        Degrees of freedom of it.
    seeds, published_seeds
        Runs that our score and the published one are the means of: published ones as many of ours as they
        tell, infinitely many where their variance is part of ``published_error``.
    published_run_df
        How many of ``run_df`` are from the published runs.
    group_error
        Standard error of our score over its groups; 0 where both are tested on the same clips.
    groups
        Ours; 0 where both are tested on the same clips.
    published_error, published_df
        Standard error of the published score over its own clips, and its degrees of freedom.
    errors_together
        Whether the published error was derived from ours.
    """

    run_variance: float
    run_df: float
    seeds: float
    published_seeds: float
    published_run_df: float = 0.0
    group_error: float = 0.0
    groups: float = 0.0
    published_error: float = 0.0
    published_df: float = math.inf
    errors_together: bool = False

    @property
    def se(self) -> float:
        """Standard error of the difference."""
        return float(np.sqrt(spread_of(self)[0]))

    @property
    def df(self) -> float:
        """Degrees of freedom of the standard error (Satterthwaite's where there are several terms)."""
        return float(spread_of(self)[1])

    @property
    def half_width(self) -> float:
        """Half the width of the 90 % interval, whose ends are the one-sided 95 % bounds."""
        return float(quantile(1 - ALPHA, self.df)) * self.se


class Judgement(NamedTuple):
    """A difference between our score and a published one, judged.

    Parameters
    ----------
    kind
        ``REPRODUCED``, ``DIFFERS``, ``SHIFTED`` or ``UNDECIDED`` of :mod:`sarangi.base.verdicts`.
    difference
        Ours minus published.
    half_width
        Of the 90 % interval around it.
    delta
        The size below which a difference does not matter.
    p_differs
        p of the hypothesis that the true difference is at most δ in size.
    p_shifted
        Two-sided p of the hypothesis that there is no true difference.
    """

    kind: str
    difference: float
    half_width: float
    delta: float
    p_differs: float
    p_shifted: float

    @property
    def low(self) -> float:
        """One-sided 95 % bound of the difference from below."""
        return self.difference - self.half_width

    @property
    def high(self) -> float:
        """One-sided 95 % bound of the difference from above."""
        return self.difference + self.half_width


class Reach(NamedTuple):
    """Which verdicts a ruler can come to at any outcome, before the outcome is seen."""

    reproduced: bool
    differs: bool


def recomputed(ours: float, published: float, within: float = RECOMPUTED_WITHIN) -> bool:
    """Whether a score without chance, from the same clips and folds, is the published one.

    No test, and no replication: nothing varies.
    """
    return abs(ours - published) <= within + 1e-9  # of the digits' binary form


def delta_of_difference(printed: float) -> float:
    """Return the δ of a difference of two scores: half its printed size, 0.05 at most.

    Raises
    ------
    ValueError
        If the printed difference is 0: that claims an absence, and needs a δ of its own.
    """
    if printed == 0:
        raise ValueError("a difference of 0 has no size to take half of")
    return min(abs(printed) / 2, DELTA_OF_DIFFERENCE)


def runs(scores: Sequence[float]) -> Runs:
    """Return mean and variance of the scores of runs.

    Raises
    ------
    ValueError
        If there is none.
    """
    if not len(scores):
        raise ValueError("no run")
    several = len(scores) > 1
    return Runs(
        float(np.mean(scores)), float(np.var(scores, ddof=1)) if several else math.nan, len(scores),
        len(scores) - 1.0,
    )  # fmt: skip


def minus(first: Runs, second: Runs) -> Runs:
    """Return the difference of two experiments whose runs are trained apart from each other.

    Its run variance is the sum of both, with Satterthwaite's degrees of freedom; ``seeds`` is the smaller
    number, and the variance is for so many runs of each.
    """
    fewer = min(first.seeds, second.seeds)
    if fewer < 2:
        return Runs(first.mean - second.mean, math.nan, fewer, 0.0)
    one, two = (fewer / each.seeds * each.variance for each in (first, second))
    variance, df = satterthwaite((one, first.df), (two, second.df))
    # [()] makes a number of an array without axes, and leaves others
    whole: Any = (first.mean - second.mean, variance[()], fewer, df[()])
    return Runs(*whole)


def same_clips(ours: Runs, published: Runs) -> Ruler | Lack:
    """Return the ruler of two scores trained and tested on the same clips, both at random.

    SE² = s² / R + s² / R'.  The variance of a run is pooled over both sides wherever the published one is
    known, which is what equal variances ask for (Welch's would leave one degree of freedom to two published
    runs); with one published run, or only a mean, it is ours: the published runs are assumed to be as noisy.
    Two published runs are pooled like more: their variance weighs one degree of freedom of R, so it can
    neither decide nor be ignored.

    Parameters
    ----------
    ours, published
        Published runs that differ in their test speakers are no runs of this kind; see
        :func:`sarangi.statistics.published_errors.error_from_units`.  Their variance is NaN where only the
        mean was printed.
    """
    if ours.seeds < FEWEST_SEEDS:
        return Lack.SEEDS
    variance, df, published_df = _pooled(ours, published)
    if not np.all(variance > 0):
        return Lack.SPREAD
    return Ruler(variance, df, ours.seeds, published.seeds, published_df)


def other_clips(
    ours: Runs | None,
    published: Runs | None,
    group_error: float,
    groups: int,
    published_error: PublishedError | None,
) -> Ruler | Lack:
    """Return the ruler of two scores tested on other clips.

    SE² = SE_groups² + s² / R + SE_published², with Satterthwaite's degrees of freedom: groups - 1 for ours.
    What was printed of the published score rarely holds the chance of its training; s² / R' is added where it
    does not.  Where the published error is derived from our groups both err together, and share groups - 1.

    Parameters
    ----------
    ours, published
        Runs; None where training has no chance.
    group_error
        Standard error of our score over its groups.
    groups
        Ours.
    published_error
        None where nothing was printed that it follows from.
    """
    if groups < 2:
        return Lack.GROUPS
    if published_error is None:
        return Lack.PUBLISHED_ERROR
    variance, df, published_df, seeds, published_seeds = 0.0, math.inf, 0.0, 1, 1
    if ours is not None:
        if ours.seeds < 2:
            return Lack.SEEDS
        published_runs = published or Runs(math.nan, math.nan, 1, 0.0)
        variance, df, published_df = _pooled(ours, published_runs)
        seeds, published_seeds = ours.seeds, published_runs.seeds
    if not np.all(group_error**2 + published_error.se**2 + variance > 0):
        return Lack.SPREAD
    return Ruler(
        variance, df, seeds, math.inf if published_error.holds_training else published_seeds, published_df,
        group_error, groups, published_error.se, published_error.df, published_error.from_ours,
    )  # fmt: skip


def _pooled(ours: Runs, published: Runs) -> tuple[float, float, float]:
    """Return the variance of a run, its degrees of freedom, and how many of them are published."""
    if published.seeds < 2 or np.any(np.isnan(published.variance)):
        return ours.variance, ours.df, 0.0
    df = ours.df + published.df
    return (ours.df * ours.variance + published.df * published.variance) / df, df, published.df


def spread_of(ruler: Ruler) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return the variance of the difference and its degrees of freedom, elementwise."""
    run = np.asarray(ruler.run_variance) * (
        1 / np.asarray(ruler.seeds) + 1 / np.asarray(ruler.published_seeds)
    )
    ours, published = np.asarray(ruler.group_error) ** 2, np.asarray(ruler.published_error) ** 2
    df = np.maximum(np.asarray(ruler.groups, dtype=np.float64) - 1, 1.0)  # of no weight without groups
    if ruler.errors_together:
        return satterthwaite((run, ruler.run_df), (ours + published, df))
    return satterthwaite((run, ruler.run_df), (ours, df), (published, ruler.published_df))


def judge(difference: float, ruler: Ruler, delta: float) -> Judgement:
    """Return the verdict on a difference.

    *Reproduced*: its 90 % interval lies within ±δ.  *Differs*: p of a true difference of at most δ is 5 % or
    less, at which the interval lies wholly outside ±δ.  *Shifted*: neither, and ours lies outside the
    prediction interval of :func:`prediction`.

    Parameters
    ----------
    difference
        Ours minus published.
    ruler
        Of numbers, from :func:`same_clips` or :func:`other_clips`.
    delta
        On the same scale.

    Raises
    ------
    ValueError
        If δ is not positive, or the difference is not a number.
    """
    if not (delta > 0 and math.isfinite(difference)):
        raise ValueError(f"difference {difference} with δ {delta}; expected a number and a positive one")
    p_differs, p_shifted = p_values(difference, ruler.se, ruler.df, delta)
    kind = str(kinds(difference, ruler.se, ruler.df, delta))
    return Judgement(kind, difference, ruler.half_width, delta, float(p_differs), float(p_shifted))


def kinds(difference: Numbers, se: Numbers, df: Numbers, delta: Numbers) -> npt.NDArray[np.str_]:
    """Return the kind of verdict on each difference, elementwise; see :func:`judge`."""
    p_differs, p_shifted = p_values(difference, se, df, delta)
    inside = np.abs(difference) + quantile(1 - ALPHA, df) * np.asarray(se) <= np.asarray(delta)
    return np.select(
        [inside, p_differs <= ALPHA, p_shifted <= ALPHA], [REPRODUCED, DIFFERS, SHIFTED], UNDECIDED
    )


def p_values(
    difference: Numbers, se: Numbers, df: Numbers, delta: Numbers
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return p of a true difference of δ at most, and two-sided p of none, elementwise.

    The first is the probability that a difference of the true size δ comes out as large as the one seen, on
    either side: P(T > (|d| - δ) / SE) + P(T > (|d| + δ) / SE) (the test of a minimum effect: Hodges and
    Lehmann 1954, JRSS B 16(2), 261-268).  The second tail counts where SE is larger than δ: without it 10 %
    of true replications would differ.
    """
    size, error, least = np.abs(difference), np.asarray(se), np.asarray(delta)
    larger = upper_tail((size - least) / error, df) + upper_tail((size + least) / error, df)
    return np.minimum(1.0, larger), np.minimum(1.0, 2 * upper_tail(size / error, df))


def prediction(published: float, ruler: Ruler) -> tuple[float, float]:
    """Return the 95 % prediction interval of our score, had the published study found the truth by its rules.

    Published ± t SE of the difference (Patil, Peng and Leek 2016, Perspectives on Psychological Science
    11(4), 539-544).
    """
    half = float(quantile(1 - ALPHA / 2, ruler.df)) * ruler.se
    return published - half, published + half


def reach(published: float, ruler: Ruler, delta: float, limits: tuple[float, float] = (0.0, 1.0)) -> Reach:
    """Return which verdicts are possible with a ruler, whatever our score will be.

    Parameters
    ----------
    published
        The published score.
    ruler, delta
        As for :func:`judge`.
    limits
        Least and largest score: -1 and 1 for a difference of scores.
    """
    farthest = max(published - limits[0], limits[1] - published)
    p_differs, _ = p_values(farthest, ruler.se, ruler.df, delta)
    return Reach(ruler.half_width <= delta, bool(p_differs <= ALPHA))


def seeds_that_decide(difference: float, ruler: Ruler, delta: float) -> int | None:
    """Return the fewest seeds of ours at which a difference of this size is reproduced or differs.

    The variance of a run is taken to remain as estimated.  None where no number does, which is so where the
    published runs are too few (or where the difference is δ).

    Parameters
    ----------
    difference, ruler, delta
        As for :func:`judge`.
    """

    def with_seeds(count: int) -> Ruler:
        own = (ruler.run_df - ruler.published_run_df) * (count - 1) / (ruler.seeds - 1)
        return ruler._replace(seeds=count, run_df=own + ruler.published_run_df)

    if ruler.seeds < 2:
        return None
    return _fewest(difference, with_seeds, delta, int(ruler.seeds))


def groups_that_decide(difference: float, ruler: Ruler, delta: float) -> int | None:
    """Return the fewest groups of ours at which a difference of this size is reproduced or differs.

    The error over groups is taken to fall with their root.  None where no number does, as in
    :func:`seeds_that_decide`, and where both scores are of the same clips.
    """

    def with_groups(count: int) -> Ruler:
        ratio = math.sqrt(ruler.groups / count)
        return ruler._replace(groups=count, group_error=ruler.group_error * ratio)

    if not ruler.groups:
        return None
    return _fewest(difference, with_groups, delta, int(ruler.groups))


def _fewest(difference: float, ruler_of: Callable[[int], Ruler], delta: float, now: int) -> int | None:
    def decides(count: int) -> bool:
        ruler = ruler_of(count)
        return str(kinds(difference, ruler.se, ruler.df, delta)) in (REPRODUCED, DIFFERS)

    low, high = now, now
    while not decides(high):
        low, high = high, high * 2
        if high > MOST:
            return None
    # more of them never decide less: the error falls and its degrees of freedom do not
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if decides(middle) else (middle, high)
    return high
