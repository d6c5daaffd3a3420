"""Tests of differences between systems on the same test utterances."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial

import numpy as np
from scipy import special

from sarangi.statistics.confusions import Booleans, Floats
from sarangi.statistics.metrics import mean_metrics

EXACT = 16  # groups that differ, up to which every flip of their signs is tried

CHUNK = 1000  # flips scored at once: bounds the memory

SWAPS = 200  # for each comparison of a family: the smallest corrected p is below 1 / SWAPS
MOST_SWAPS = 200_000  # of one comparison: bounds the time; enough for a family of 1,000
SAME = 1e-12  # differences of differences that rounding makes
LARGER = 10  # swaps as large as the difference seen, from which on p is known well enough


def swaps_of_family(comparisons: int) -> int:
    """Return how many swaps a comparison needs, that its p can be small in a family of so many.

    One swap in N + 1 is the smallest p, which a correction multiplies by the number of comparisons at most:
    below 0.005 with this many swaps, and below 0.01 up to a family of 2,000.
    """
    return min(SWAPS * comparisons, MOST_SWAPS)


Score = Callable[[Floats, Booleans], dict[str, Floats]]
"""From sums of shape (..., R, ...), and which classes each repeat holds, to scores by name."""


def sign_flip(
    first: Floats,
    second: Floats,
    draws: int,
    seed: int,
    at_most: int = 0,
    score: Score = mean_metrics,
    held: Booleans | None = None,
) -> dict[str, tuple[float, float]]:
    """Return p and the smallest possible p of the paired permutation test over groups, by metric.

    Were the systems alike, a group's predictions could as well be the other's: the answers of any set
    of groups are swapped between the systems (Good 2005, Permutation, Parametric, and Bootstrap Tests
    of Hypotheses, section 3.7; for scores of systems Yeh 2000, COLING).  For a metric that is linear
    in the groups this flips the signs of their differences.  Two-sided: the share of swaps whose
    difference is as large as the one seen, or larger.  Groups answered alike change nothing, so up to
    16 that differ have all swaps tried; with m of these p cannot be under 2 / 2^m.  With more, swaps
    are drawn, and the one seen is counted as one more (Phipson and Smyth 2010, Statistical
    Applications in Genetics and Molecular Biology 9(1), 39).  More of them are drawn for a metric of which
    fewer than :data:`LARGER` were as large: what stops before has a p that is too large to be small by
    chance, so the test keeps its level (Besag and Clifford 1991, Biometrika 78(2), 301-304).

    Parameters
    ----------
    first, second : arrays of shape (R, groups, K, K)
        Confusions of both systems in each group, or other sums, for which ``score`` and ``held`` are given.
    draws
        Swaps to draw where not all are tried.
    seed
        Of these.
    at_most
        Swaps to draw where few of the first are as large as the difference seen; ``draws`` if that is more.
    score
        Of the sums of some repeats.
    held : array of shape (R, K), optional
        Which classes each repeat holds; those that the confusions say.

    Returns
    -------
    dict
        Metric to (p, smallest possible p).
    """
    held = first.sum((1, 3)) > 0 if held is None else held
    whole = first.sum(1) + second.sum(1)
    apart = (first - second).swapaxes(0, 1)
    flat = apart.reshape(len(apart), -1)
    flat = flat[np.abs(flat).sum(1) > 0]
    apart_of = partial(_swapped, whole, held=held, score=score)
    seen = {metric: abs(float(d)) for metric, d in apart_of(first.sum(1)).items()}
    if not len(flat):
        return dict.fromkeys(seen, (1.0, 1.0))

    def sizes(signs: np.ndarray) -> dict[str, Floats]:
        moved = (signs.astype(float) @ flat).reshape(-1, *whole.shape)
        return {name: np.abs(d) for name, d in apart_of((whole + moved) / 2).items()}

    if len(flat) <= EXACT:
        signs = _every_swap(len(flat))
        parts = [sizes(signs[start : start + CHUNK]) for start in range(0, len(signs), CHUNK)]
        return {metric: _share([part[metric] for part in parts], size) for metric, size in seen.items()}
    larger = dict.fromkeys(seen, 0)
    done = dict.fromkeys(seen, 0)
    at_most = max(draws, at_most)
    generator = np.random.default_rng(seed)
    drawn = 0
    for stage in (draws, at_most):
        open_ = [metric for metric in seen if drawn == 0 or larger[metric] < LARGER]
        for signs in _drawn_swaps(len(flat), (stage - drawn) if open_ else 0, generator):
            found = sizes(signs)
            for metric in open_:
                # what is not defined could be as large
                larger[metric] += int((~(found[metric] < seen[metric] - SAME)).sum())
                done[metric] += len(signs)
        drawn = stage
    return {metric: ((larger[metric] + 1) / (done[metric] + 1), 1 / (at_most + 1)) for metric in seen}


def mcnemar(first: int, second: int) -> float:
    """Return the exact two-sided p of McNemar's test (1947, Psychometrika 12(2), 153-157).

    Binomial over the clips on which one system is better than the other.  With several seeds that is
    the sign test of the clips' shares of right answers.  Clips of a group are not independent, so p
    is too small where groups matter.

    Parameters
    ----------
    first, second
        Clips on which the one, and the other, is better.
    """
    return float(min(1.0, 2 * special.bdtr(min(first, second), first + second, 0.5)))


def minus(one: Mapping[str, Floats], other: Mapping[str, Floats]) -> dict[str, Floats]:
    """Return the differences of scores by name."""
    return {metric: one[metric] - other[metric] for metric in one}


def _every_swap(groups: int) -> np.ndarray:
    """Return the signs of every swap, of shape (2 ** (groups - 1), groups)."""
    # the swap of all other groups gives the same difference with the other sign
    numbers = np.arange(2 ** (groups - 1))[:, None] >> np.arange(groups)
    return 1 - 2 * (numbers & 1)


def _drawn_swaps(groups: int, swaps: int, generator: np.random.Generator) -> Iterator[np.ndarray]:
    """Yield the signs of so many swaps, in arrays of shape (up to CHUNK, groups)."""
    for start in range(0, swaps, CHUNK):
        size = (min(CHUNK, swaps - start), groups)
        yield 1 - 2 * generator.integers(2, size=size, dtype=np.int8)


def _share(parts: list[Floats], seen: float) -> tuple[float, float]:
    """Return p and the smallest possible p, from the sizes of the differences of all swaps."""
    sizes = np.concatenate(parts)
    # what is not defined could be as large
    count, larger = len(sizes), int((~(sizes < seen - SAME)).sum())
    return larger / count, float((~(sizes < sizes.max() - SAME)).sum() / count)


def _swapped(whole: Floats, sums: Floats, *, held: Booleans, score: Score) -> dict[str, Floats]:
    """Return the difference between sums and what is left of the ``whole`` of both systems."""
    return minus(score(sums, held), score(whole - sums, held))
