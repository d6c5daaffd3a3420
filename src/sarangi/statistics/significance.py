"""Tests of differences between systems on the same test utterances."""

from collections.abc import Iterator, Mapping

import numpy as np
from scipy import special

from sarangi.statistics.confusions import Booleans, Floats
from sarangi.statistics.metrics import OF_CONFUSIONS, mean_metrics

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


def sign_flip(
    first: Floats, second: Floats, draws: int, seed: int, at_most: int = 0
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
        Confusions of both systems in each group.
    draws
        Swaps to draw where not all are tried.
    seed
        Of these.
    at_most
        Swaps to draw where few of the first are as large as the difference seen; ``draws`` if that is more.

    Returns
    -------
    dict
        Metric to (p, smallest possible p).
    """
    held = first.sum((1, 3)) > 0
    whole = first.sum(1) + second.sum(1)
    apart = (first - second).swapaxes(0, 1)
    apart = apart[np.abs(apart).sum((1, 2, 3)) > 0]
    if not len(apart):
        return {metric.name: (1.0, 1.0) for metric in OF_CONFUSIONS}
    flat = apart.reshape(len(apart), -1)
    seen = {metric: abs(float(d)) for metric, d in _swapped(whole, first.sum(1), held).items()}

    def sizes(signs: np.ndarray) -> dict[str, Floats]:
        moved = (signs.astype(float) @ flat).reshape(-1, *whole.shape)
        return {name: np.abs(d) for name, d in _swapped(whole, (whole + moved) / 2, held).items()}

    if len(apart) <= EXACT:
        signs = _every_swap(len(apart))
        parts = [sizes(signs[start : start + CHUNK]) for start in range(0, len(signs), CHUNK)]
        return {metric: _share([part[metric] for part in parts], size) for metric, size in seen.items()}
    larger = dict.fromkeys(seen, 0)
    done = dict.fromkeys(seen, 0)
    at_most = max(draws, at_most)
    generator = np.random.default_rng(seed)
    drawn = 0
    for stage in (draws, at_most):
        open_ = [metric for metric in seen if drawn == 0 or larger[metric] < LARGER]
        for signs in _drawn_swaps(len(apart), (stage - drawn) if open_ else 0, generator):
            found = sizes(signs)
            for metric in open_:
                larger[metric] += int((found[metric] >= seen[metric] - SAME).sum())
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
    count, larger = len(sizes), int((sizes >= seen - SAME).sum())
    return larger / count, float((sizes >= sizes.max() - SAME).sum() / count)


def _swapped(whole: Floats, confusions: Floats, held: Booleans) -> dict[str, Floats]:
    """Return the difference between confusions and what is left of the ``whole`` of both systems."""
    return minus(mean_metrics(confusions, held), mean_metrics(whole - confusions, held))
