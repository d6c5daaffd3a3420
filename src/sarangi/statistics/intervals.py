"""Standard errors and intervals of scores: over groups and over trainings.

What a study would find again varies by the groups (speakers) that are tested and by the trainings of the
model.  The first is estimated by leaving each group out, the second from the seeds.  Nothing is drawn.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import special

from sarangi.statistics.confusions import Booleans, Floats, Integers, Sums, mean, ratio
from sarangi.statistics.metrics import CLASSES, CLIPS, Weighed

STEP = 1e-3  # of a numerical derivative: share of what a group or a training adds

DRAWS_NOTHING = -1

MEMORY = 2_000_000  # numbers that are scored at once

Score = Callable[[Sums, Booleans], dict[str, Floats]]
"""From sums over clips of shape (..., R, ...) and which classes each repeat holds, boolean of shape (R, K),
to scores by name, each of shape (...)."""


class Errors(NamedTuple):
    """How much a score, or a difference of two, varies from study to study.

    Parameters
    ----------
    se_groups
        Standard error over groups, the trainings held fixed; NaN where there is one group.
    sd_seeds
        Standard deviation over seeds of the score of one seed, the groups held fixed; NaN where no model is
        trained at random, or one is with a single seed.  Of a difference, its square over ``seeds`` is the
        sum of what it is for both sides.
    seeds
        Seeds of the model; of a difference the fewest of a side that is trained at random.  1 where none is.
    se
        Standard error over groups and trainings together, what the interval is made from.  Its square is no
        more than ``se_groups ** 2 + sd_seeds ** 2 / seeds`` to first order: what both of these hold, the
        noise of a training within a group, is counted once.
    df
        Degrees of freedom of ``se``, 1 or more.
    """

    se_groups: float
    sd_seeds: float
    seeds: int
    se: float
    df: float


class Runs(NamedTuple):
    """What was answered by the models trained for a score, and how they make up the score.

    Parameters
    ----------
    sums : array of shape (N, groups, ...)
        What each group adds to the sums of each of N runs (a fold and seed), sorted by seed, then fold.
    support : array of shape (N, groups, K)
        Clips of each class.
    seeds, folds : integer arrays of shape (N,)
        Of each run; a model that draws nothing has the seed :data:`DRAWS_NOTHING`.
    pooled
        Whether the folds of a seed are summed before they are scored; else every run is.
    crossed
        Whether every run is tested on all groups, as in a transfer; else each fold tests its own part.
    """

    sums: Floats
    support: Floats
    seeds: Integers
    folds: Integers
    pooled: bool
    crossed: bool

    def over_repeats(self, runs: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return what is scored as one, from an array of shape (N, ...): a seed where folds are pooled."""
        if not self.pooled:
            return runs
        starts = np.flatnonzero(np.r_[True, self.seeds[1:] != self.seeds[:-1]])
        return np.add.reduceat(runs, starts, axis=0)

    @property
    def total(self) -> Floats:
        """The sums of each repeat over groups, of shape (R, ...)."""
        total: Floats = self.over_repeats(self.sums.sum(1))
        return total

    @property
    def held(self) -> Booleans:
        """Which classes each repeat tests, of shape (R, K)."""
        held: Booleans = self.over_repeats(self.support.sum(1)) > 0
        return held

    @property
    def seeds_of_repeats(self) -> Integers:
        """The seed of each of :meth:`over_repeats`."""
        return np.unique(self.seeds) if self.pooled else self.seeds

    def trainings(self) -> list[list[Booleans]]:
        """Return which runs are each training, for each set of trainings that could replace each other.

        In cross-validation those are the seeds of one fold.  In a transfer they are all runs; where there are
        three folds or more, those of one fold are one, since their training parts are alike.
        """
        if not self.crossed:
            runs = [self.folds == fold for fold in np.unique(self.folds)]
            return [[there & (self.seeds == seed) for seed in self.seeds[there]] for there in runs]
        folds = np.unique(self.folds)
        if len(folds) > 2:
            return [[self.folds == fold for fold in folds]]
        return [[np.arange(len(self.seeds)) == run for run in range(len(self.seeds))]]


def student(value: float, errors: Errors, confidence: float, largest: float = 1.0) -> tuple[float, float]:
    """Return the interval of a difference by Student's t; NaN where its error is.

    It is within what a difference can be, from ``-largest`` to ``largest``.
    """
    half = _t(errors.df, confidence) * errors.se
    return float(np.maximum(value - half, -largest)), float(np.minimum(value + half, largest))


def fisher(value: float, errors: Errors, confidence: float) -> tuple[float, float]:
    """Return the interval of a correlation by Student's t on its inverse hyperbolic tangent.

    Fisher's z, which Lin (1989, Biometrics 45(1), 255-268) takes for the concordance correlation, too; the
    error is carried over by its first derivative, as in :func:`logit`.
    """
    if not np.isfinite(errors.se) or not np.isfinite(value):
        return np.nan, np.nan
    if errors.se == 0 or not -1 < value < 1:  # at an end of the range nothing varies
        return value, value
    half = _t(errors.df, confidence) * errors.se / (1 - value**2)
    return float(np.tanh(np.arctanh(value) - half)), float(np.tanh(np.arctanh(value) + half))


def on_logarithm(value: float, errors: Errors, confidence: float) -> tuple[float, float]:
    """Return the interval of what is above 0 by Student's t on its logarithm, as :func:`logit` does."""
    if not np.isfinite(errors.se) or not np.isfinite(value):
        return np.nan, np.nan
    if errors.se == 0 or value <= 0:
        return value, value
    half = _t(errors.df, confidence) * errors.se / value
    return float(value * np.exp(-half)), float(value * np.exp(half))


def logit(value: float, errors: Errors, confidence: float, largest: float = 1.0) -> tuple[float, float]:
    """Return the interval of a score between 0 and its largest value by Student's t on the logit.

    The error is carried over by its first derivative (the delta method; for proportions Newcombe 2001, The
    American Statistician 55(3), 200-202), so that the interval reaches further towards one half, and never
    beyond the range.  A score without an error has an interval of no width.

    Parameters
    ----------
    value
        Of the score.
    errors
        Of :func:`errors_of`.
    confidence
        Such as 0.95.
    largest
        The largest possible value; the smallest is 0.
    """
    share = value / largest
    if not np.isfinite(errors.se) or not np.isfinite(value):
        return np.nan, np.nan
    if errors.se == 0 or not 0 < share < 1:  # at an end of the range nothing varies
        return value, value
    half = _t(errors.df, confidence) * errors.se / largest / (share * (1 - share))
    place = float(special.logit(share))
    return float(largest * special.expit(place - half)), float(largest * special.expit(place + half))


def _t(df: float, confidence: float) -> float:
    return float(special.stdtrit(df, (1 + confidence) / 2)) if np.isfinite(df) else np.nan


def errors_of(sides: Sequence[Runs], score: Score, weighed: Callable[[str], Weighed]) -> dict[str, Errors]:
    """Return the errors of each score, or of the difference of two sides tested on the same groups.

    The variance is ``V_groups + max(0, V_trainings - V_both)``, as for data clustered in two ways (Cameron,
    Gelbach and Miller 2011, Journal of Business & Economic Statistics 29(2), 238-249).  V_groups is the
    jackknife over groups (Efron and Stein 1981, Annals of Statistics 9(3), 586-596), which has no bias
    downwards where groups are unlike in size.  V_trainings is the variance of the mean over the trainings of
    :meth:`Runs.trainings`, V_both that of what each training does within each group, which the other two both
    hold; both by linear approximation, the sides' trainings being independent.

    Degrees of freedom are Satterthwaite's (1946, Biometrics Bulletin 2(6), 110-114).  Groups have those of
    their effective number less one: 1 / sum(w²) for their shares w of the clips, or of each class's clips on
    average where the score is a mean over classes (Kish 1965, Survey Sampling; for clusters of unlike size
    Carter, Schnepel and Steigerwald 2017, Review of Economics and Statistics 99(4), 698-709).

    Parameters
    ----------
    sides
        One, or two whose scores are subtracted.
    score
        Of the sums of some repeats.
    weighed
        From the name of a score to what it weighs alike.

    Returns
    -------
    dict
        Errors by name; ``se`` is NaN where there is one group, or the score is nowhere defined.
    """
    over_groups = _over_groups(sides, score)
    over_trainings = [_over_trainings(side, score) for side in sides]
    drawing = [side for side in sides if side.seeds.max() != DRAWS_NOTHING]
    counts = [len(np.unique(side.seeds)) for side in drawing]
    over_seeds = [_over_seeds(side, score) for side in drawing] if min(counts, default=0) > 1 else []
    found = {}
    for name, v_groups in over_groups.items():
        parts = [(v_groups, max(1.0, _effective_groups(sides, weighed(name)) - 1))]
        for each in over_trainings:
            if name in each:
                v, both, df = each[name]
                parts.append((max(0.0, v - both), df))
        variance = sum(v for v, _ in parts)
        spent = sum(v**2 / df for v, df in parts)
        df = max(1.0, variance**2 / spent) if spent > 0 else parts[0][1]
        seeds = min(counts, default=1)
        of_mean = sum(each[name] ** 2 / count for each, count in zip(over_seeds, counts, strict=False))
        found[name] = Errors(
            se_groups=math.sqrt(v_groups),
            sd_seeds=math.sqrt(seeds * of_mean) if over_seeds else math.nan,
            seeds=seeds,
            se=math.sqrt(variance),
            df=df if math.isfinite(variance) else math.nan,
        )
    return found


def _over_groups(sides: Sequence[Runs], score: Score) -> dict[str, float]:
    """Return the jackknife variance of each score over groups; NaN where there is one group."""
    left_out: dict[str, Floats] = {}
    for side, sign in zip(sides, (1, -1), strict=False):
        sums, held = side.over_repeats(side.sums), side.held
        total = sums.sum(1)
        groups = sums.shape[1]
        parts = [
            _without(total, sums[:, chunk].swapaxes(0, 1), held, score)
            for chunk in _chunks(groups, total.size)
        ]
        for name in parts[0]:
            values = sign * np.concatenate([part[name] for part in parts])
            left_out[name] = left_out.get(name, 0.0) + values
    found = {}
    for name, values in left_out.items():
        count = len(values)
        apart = values - values.mean()
        found[name] = float((count - 1) / count * (apart**2).sum()) if count > 1 else np.nan
    return found


def _without(total: Floats, groups: Floats, held: Booleans, score: Score) -> dict[str, Floats]:
    """Return each score without each group; where it is then undefined, by linear approximation."""
    values = score(total - groups, held)
    if all(np.isfinite(each).all() for each in values.values()):
        return values
    whole, slope = score(total, held), _slope(total, groups, held, score)
    return {
        name: np.where(np.isfinite(each), each, whole[name] - slope[name]) for name, each in values.items()
    }


def _over_seeds(side: Runs, score: Score) -> dict[str, float]:
    """Return the standard deviation of each score over seeds."""
    total, held, seeds = side.total, side.held, side.seeds_of_repeats
    values = [score(total[seeds == seed], held[seeds == seed]) for seed in np.unique(seeds)]
    return {name: float(np.std([float(each[name]) for each in values], ddof=1)) for name in values[0]}


def _over_trainings(side: Runs, score: Score) -> dict[str, tuple[float, float, float]]:
    """Return V_trainings, V_both and the degrees of freedom by score; none where nothing is trained twice."""
    sets = side.trainings()
    if max(len(trainings) for trainings in sets) < 2:
        return {}
    each = [[side.sums[runs].mean(0) for runs in trainings] for trainings in sets]
    support = np.stack([np.mean([side.support[r].mean(0) for r in t], axis=0).sum(0) for t in sets])
    base = np.stack([np.mean(trainings, axis=0).sum(0) for trainings in each])
    if side.pooled:
        base, support = base.sum(0, keepdims=True), support.sum(0, keepdims=True)
    found: dict[str, list[tuple[float, float, int]]] = {}
    for place, trainings in enumerate(each):
        count = len(trainings)
        if count < 2:
            continue
        apart = np.stack(trainings) - np.mean(trainings, axis=0)
        moved = _moved(base, apart, 0 if side.pooled else place, support > 0, score)
        for name, cells in moved.items():
            of_runs, of_cells = (cells.sum(1) ** 2).sum(), (cells**2).sum()
            shares = count * (count - 1)
            found.setdefault(name, []).append((of_runs / shares, of_cells / shares, count - 1))
    return {name: _added(parts) for name, parts in found.items()}


def _added(parts: Sequence[tuple[float, float, int]]) -> tuple[float, float, float]:
    """Return sums of variances of independent sets of trainings, and Satterthwaite's degrees of freedom."""
    v = sum(part[0] for part in parts)
    spent = sum(part[0] ** 2 / part[2] for part in parts)
    return v, sum(part[1] for part in parts), v**2 / spent if spent > 0 else float(sum(p[2] for p in parts))


def _moved(base: Floats, apart: Floats, place: int, held: Booleans, score: Score) -> dict[str, Floats]:
    """Return what each training moves each score by within each group, to first order.

    Parameters
    ----------
    base : array of shape (R, ...)
        Sums of the mean training.
    apart : array of shape (trainings, groups, ...)
        What is added to the sums of a repeat.
    place
        Of that repeat.
    """
    shape = apart.shape[:2]
    flat = apart.reshape(-1, *apart.shape[2:])
    there = np.flatnonzero(flat.reshape(len(flat), -1).any(1))
    found: dict[str, Floats] = {}
    for chunk in _chunks(len(there), base.size):
        steps = np.zeros((len(there[chunk]), *base.shape))
        steps[:, place] = flat[there[chunk]]
        for name, slope in _slope(base, steps, held, score).items():
            found.setdefault(name, np.zeros(len(flat)))[there[chunk]] = slope
    return {name: cells.reshape(shape) for name, cells in found.items()}


def _slope(base: Floats, steps: Floats, held: Booleans, score: Score) -> dict[str, Floats]:
    """Return the derivative of each score in the direction of each step, arrays of shape (steps,)."""
    up, down = (score(base + sign * STEP * steps, held) for sign in (1, -1))
    return {name: (up[name] - down[name]) / (2 * STEP) for name in up}


def _effective_groups(sides: Sequence[Runs], weighed: Weighed) -> float:
    """Return Kish's effective number of groups for a score."""
    shares = []
    for side in sides:
        support = side.over_repeats(side.support)
        if weighed == CLIPS:
            each = ratio(support.sum(2), np.broadcast_to(support.sum((1, 2))[:, None], support.shape[:2]))
            shares.append(mean(each, axis=0))
        else:
            of_class = np.broadcast_to(support.sum(1)[:, None], support.shape)
            each = mean(ratio(support, of_class), axis=0)
            shares.append(mean(each) if weighed == CLASSES else each[:, int(weighed)])
    share = np.mean(shares, axis=0)
    whole = float(share.sum())
    return whole**2 / float((share**2).sum()) if whole > 0 else 0.0


def _chunks(count: int, size: int) -> Iterator[slice]:
    """Yield slices of ``count`` things of which each takes ``size`` numbers to score."""
    length = max(1, MEMORY // max(1, size))
    for start in range(0, max(1, count), length):
        yield slice(start, start + length)
