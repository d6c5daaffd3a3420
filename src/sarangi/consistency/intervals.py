"""Printed intervals against what the number of clips, speakers and runs allows."""

import math
from collections.abc import Iterator, Sequence

import numpy as np
from scipy import special

from sarangi.base.auditing import FEW_GROUPS
from sarangi.base.fault_kinds import ARITHMETIC, IMPRECISE
from sarangi.consistency.evidence import Matrix, Scores
from sarangi.consistency.finding import FACT, IMPOSSIBLE, NOTE, WARNING, Finding
from sarangi.consistency.granularity import hits_for
from sarangi.consistency.names import ACCURACY, FOLD, PROSE, UAR, UF1, WF1, words
from sarangi.consistency.numbers import Number
from sarangi.statistics.confusions import hits, recalls, uf1, wf1
from sarangi.statistics.metrics import RECALL

CONFIDENCE = 0.95
BINS = 1 << 12
"""Bins of a recall on which its posterior is computed."""
DRAWS, SEED = 2000, 0
"""Of the multinomial resampling of a matrix."""
APART = 2.0
"""From this factor on an interval is called too narrow or too wide; methods differ by less."""
CORRELATION = 0.1
"""Of the clips of a speaker, where nothing is known: the factor that it makes is an example, and says so."""
KISH = "Kish 1965, Survey Sampling, section 5.4 (design effect)"
BROWN = "Brown, Cai and DasGupta 2001, Statistical Science 16(2) (Jeffreys interval)"
CLUSTERS = "Särndal, Swensson and Wretman 1992, section 5.5 (linearised ratio, groups as units)"


def jeffreys(right: float, n: float) -> tuple[float, float]:
    """Return the 95 % Jeffreys interval of a share, from ``right`` of ``n`` independent clips."""
    tail = (1 - CONFIDENCE) / 2
    low = float(special.betaincinv(right + 0.5, n - right + 0.5, tail)) if right > 0 else 0.0
    high = float(special.betaincinv(right + 0.5, n - right + 0.5, 1 - tail)) if right < n else 1.0
    return low, high


def jeffreys_of_uar(
    right: Sequence[float], supports: Sequence[float], over: int | None = None
) -> tuple[float, float]:
    """Return the 95 % interval of a mean of recalls by Jeffreys' prior for each of them.

    The Beta(right + 1/2, wrong + 1/2) posteriors of the recalls are convolved on a grid of :data:`BINS`.

    Parameters
    ----------
    right, supports
        Right answers and test clips of each class that has some; clips are taken as independent.
    over
        Number of classes averaged over, those given if None; others count as recall 0.
    """
    edges = np.linspace(0.0, 1.0, BINS + 1)
    length = BINS * len(supports)
    size = 1 << length.bit_length()
    spectrum = np.ones(size // 2 + 1, dtype=complex)
    for hit, n in zip(right, supports, strict=True):
        mass = np.diff(special.betainc(hit + 0.5, n - hit + 0.5, edges))
        spectrum *= np.fft.rfft(mass, size)
    mass = np.clip(np.fft.irfft(spectrum, size)[: length - len(supports) + 1], 0.0, None)
    # a sum of K bins spreads over K of them: its middle
    middles = (np.arange(len(mass)) + len(supports) / 2) / BINS
    cumulative = (np.cumsum(mass) - mass / 2) / mass.sum()
    tail = (1 - CONFIDENCE) / 2
    low, high = np.interp([tail, 1 - tail], cumulative, middles) / (over or len(supports))
    return float(low), float(high)


def resampled(matrix: Matrix, metric: str) -> tuple[float, float]:
    """Return the 95 % percentile interval of WF1 or UF1 over clips drawn again from a matrix (Efron 1979)."""
    n = int(matrix.counts.sum())
    shares = matrix.counts.ravel() / n
    drawn = np.random.default_rng(SEED).multinomial(n, shares, size=DRAWS).reshape(-1, *matrix.counts.shape)
    scores = {WF1: wf1, UF1: uf1}[metric](drawn)
    low, high = np.quantile(scores, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return float(low), float(high)


def over_groups(matrices: Sequence[Matrix]) -> tuple[float, float, float] | None:
    """Return UAR of all groups together and its 95 % interval over groups; None with fewer than two.

    UAR is a mean of ratios; its variance is that of the groups' linearised values, with Student's t and one
    degree of freedom less than there are groups.

    Parameters
    ----------
    matrices
        One of each group, with the same classes.
    """
    counts = np.stack([matrix.counts for matrix in matrices])
    whole = counts.sum(0)
    there = whole.sum(1) > 0
    groups = len(counts)
    if groups < 2:
        return None
    recall, sizes = recalls(whole)[there], whole.sum(1)[there]
    moved = ((hits(counts)[:, there] - recall * counts.sum(2)[:, there]) / sizes).mean(1)
    error = math.sqrt(groups / (groups - 1) * float((moved**2).sum()))
    t = float(special.stdtrit(groups - 1, (1 + CONFIDENCE) / 2))
    value = float(recall.mean())
    return value, max(0.0, value - t * error), min(1.0, value + t * error)


def repeated_factor(matrices: Sequence[Matrix]) -> float | None:
    """Return how many times wider an interval is that pools several models' answers to the same clips.

    The standard error of the pooled recalls, all answers as independent draws of one model, over that of the
    mean of the models' recalls with each model's answers as draws of its own.  None where the second is 0.
    """
    counts = np.stack([matrix.counts for matrix in matrices]).astype(float)
    supports = counts[0].sum(1)
    there = supports > 0
    each = recalls(counts)[:, there]
    pooled = each.mean(0)
    runs, n = len(counts), supports[there]
    as_one = (pooled * (1 - pooled) / (runs * n)).sum()
    apart = (each * (1 - each) / (runs**2 * n)).sum()
    return math.sqrt(as_one / apart) if apart > 0 else None


def of_scores(row: Scores, matrix: Matrix | None, design_effect: float | None) -> Iterator[Finding]:
    """Yield what is wrong with the printed intervals of a row, and how wide clips and speakers make them.

    Parameters
    ----------
    row
        The printed scores.
    matrix
        Their confusions, where they are known.
    design_effect
        How many times larger the variance is than that of independent clips, where it is known.
    """
    for metric, (low, high) in row.intervals.items():
        printed = row.numbers.get(metric)
        called = PROSE.get(metric, metric.replace("_", " of ", 1))
        if low.value > high.value:
            yield Finding(
                IMPOSSIBLE, ARITHMETIC, "intervals", low.where,
                f"{called}: the interval [{low}, {high}] ends below where it begins",
            )  # fmt: skip
            continue
        if printed is not None and not printed.meets(low.low, high.high):
            yield Finding(
                WARNING, ARITHMETIC, "intervals", printed.where,
                f"{called} {printed} is outside its own interval [{low}, {high}]",
            )  # fmt: skip
        if metric in PROSE and (low.high < 0 or high.low > 1):
            yield Finding(
                WARNING, IMPRECISE, "intervals", low.where,
                f"{called}: the interval [{low}, {high}] leaves the range from 0 to 1",
            )  # fmt: skip
        if printed is not None:
            yield from _width(row, metric, (low, high), matrix, design_effect)
            yield from _range_of_runs(row, called, low, high)
    yield from _groups(row, design_effect)


def _width(
    row: Scores, metric: str, ends: tuple[Number, Number], matrix: Matrix | None, effect: float | None
) -> Iterator[Finding]:
    printed, (low, high) = row.numbers[metric], ends
    allowed = _allowed(row, metric, printed, matrix, effect)
    if allowed is None or low.percent != high.percent:
        return
    (least, most), of = allowed
    width, expected = float(high.value - low.value), most - least
    rounding = float(high.step + low.step) / 2
    clips = f"{of}{f' with a design effect of {effect:g}' if effect else ' taken as independent'}"
    if (width + rounding) * APART < expected:
        factor = f"{expected / width:.1f} times" if width else "infinitely"
        yield Finding(
            WARNING, IMPRECISE, "intervals", printed.where,
            f"{PROSE[metric]} {printed} [{low}, {high}] is {factor} narrower than {clips} allow: "
            f"[{least:.3f}, {most:.3f}]",
            BROWN,
        )  # fmt: skip
    elif width - rounding > APART * expected:
        yield Finding(
            NOTE, IMPRECISE, "intervals", printed.where,
            f"{PROSE[metric]} {printed} [{low}, {high}] is {width / expected:.1f} times wider than {clips} "
            "make it, "
            f"[{least:.3f}, {most:.3f}]; speakers or runs as units can be the reason",
            BROWN,
        )  # fmt: skip


def _allowed(
    row: Scores, metric: str, printed: Number, matrix: Matrix | None, effect: float | None
) -> tuple[tuple[float, float], str] | None:
    """Return the interval that independent clips give a score, and of how many; None if not known."""
    share = 1 / (effect or 1.0)
    if matrix is not None and metric in (WF1, UF1, UAR):
        n = int(matrix.counts.sum())
        if metric != UAR:
            return (resampled(matrix, metric), f"{n} clips") if effect is None else None
        sizes = matrix.counts.sum(1)
        there = sizes > 0
        over = (
            round(float(np.nansum(recalls(matrix.counts))) / float(printed.value)) if printed.value else None
        )
        over = over if over and there.sum() <= over <= len(sizes) else int(there.sum())
        right = hits(matrix.counts)[there] * share
        return jeffreys_of_uar(right.tolist(), (sizes[there] * share).tolist(), over), f"{n} clips"
    n = row.n or sum(row.supports.values()) or (int(matrix.counts.sum()) if matrix is not None else 0)
    if metric == ACCURACY and n:
        # in a mean over runs the same clips may be counted once or once a run
        n *= 1 if (row.repeats or 1) == 1 else row.repeats or 1
        return jeffreys(float(printed.value) * n * share, n * share), f"{n} clips"
    recall = row.of_class(RECALL)
    there_too = {name: count for name, count in row.supports.items() if count}
    if metric == UAR and there_too and all(name in recall for name in there_too) and (row.repeats or 1) == 1:
        exact = [(float(recall[name].value) * count, count) for name, count in there_too.items()]
        if all(hits_for(recall[name], count) for name, count in there_too.items()):
            right_too, sizes_too = [h * share for h, _ in exact], [n * share for _, n in exact]
            return jeffreys_of_uar(right_too, sizes_too), f"{sum(there_too.values())} clips"
    return None


def _range_of_runs(row: Scores, called: str, low: Number, high: Number) -> Iterator[Finding]:
    runs = [number.value for name, number in row.columns.items() if FOLD.fullmatch(words(name))]
    if len(runs) > 1 and low.holds(min(runs)) and high.holds(max(runs)):
        yield Finding(
            WARNING, IMPRECISE, "intervals", low.where,
            f"{called}: [{low}, {high}] is the smallest and the largest of {len(runs)} runs, not an "
            "interval of an "
            "estimate (a percentile bootstrap of so few values gives just that)",
        )  # fmt: skip


def _groups(row: Scores, design_effect: float | None) -> Iterator[Finding]:
    n = row.n or sum(row.supports.values())
    if design_effect or not n or not row.groups or not 1 < row.groups < n:
        return
    each = n / row.groups
    factor = math.sqrt(1 + (each - 1) * CORRELATION)
    few = f"; below {FEW_GROUPS} speakers the interval is descriptive" if row.groups < FEW_GROUPS else ""
    yield Finding(
        NOTE, IMPRECISE, "intervals", row.where,
        f"{n} clips of {row.groups} speakers are not {n} independent clips: if two clips of a speaker "
        "correlate by "
        f"{CORRELATION:g} in being right (an example), an interval over clips is {factor:.1f} times too "
        f"narrow{few}",
        KISH,
    )  # fmt: skip


def of_parts(pool: Matrix, by_group: bool) -> Iterator[Finding]:
    """Yield what pooling several matrices does to an interval.

    Parameters
    ----------
    pool
        With its parts.
    by_group
        Whether each part is the test of another group (speaker, session).
    """
    parts = pool.parts
    if by_group:
        found = over_groups(parts)
        there = pool.counts.sum(1) > 0
        if found is not None:
            value, low, high = found
            over_clips = jeffreys_of_uar(
                hits(pool.counts)[there].tolist(), pool.counts.sum(1)[there].tolist()
            )
            few = f", descriptive of these {len(parts)}" if len(parts) < FEW_GROUPS else ""
            yield Finding(
                NOTE, FACT, "intervals", pool.where,
                f"UAR over the classes with test clips {value:.3f}: over clips [{over_clips[0]:.3f}, "
                f"{over_clips[1]:.3f}], over {len(parts)} held-out groups [{low:.3f}, {high:.3f}]{few}",
                CLUSTERS,
            )  # fmt: skip
        return
    supports = [part.counts.sum(1).tolist() for part in parts]
    if any(each != supports[0] for each in supports):
        return
    clips = sum(supports[0])
    factor = repeated_factor(parts)
    text = f"n = {clips * len(parts)} is what looks like {clips} test clips counted {len(parts)} times"
    severity = NOTE
    if factor is not None and not 1 / APART < factor < APART:
        severity = WARNING
        text += (
            "; an interval that takes all answers for independent ones of one model is "
            f"{max(factor, 1 / factor):.1f} "
            f"times too {'wide' if factor > 1 else 'narrow'} for the mean of these {len(parts)} models, "
            "since each "
            "answers in its own way"
        )
    yield Finding(
        severity, IMPRECISE, "intervals", pool.where, text, "binomial variances, by model and pooled"
    )
