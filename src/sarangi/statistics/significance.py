"""Tests of differences between systems on the same test utterances."""

from collections.abc import Mapping

import numpy as np
from scipy import special

from sarangi.statistics.confusions import Booleans, Floats
from sarangi.statistics.metrics import OF_CONFUSIONS, mean_metrics

EXACT = 16  # groups that differ, up to which every flip of their signs is tried

CHUNK = 1000  # flips scored at once: bounds the memory


def sign_flip(first: Floats, second: Floats, draws: int, seed: int) -> dict[str, tuple[float, float]]:
    """Return p and the smallest possible p of the paired permutation test over groups, by metric.

    Were the systems alike, a group's predictions could as well be the other's: the answers of any set
    of groups are swapped between the systems (Good 2005, Permutation, Parametric, and Bootstrap Tests
    of Hypotheses, section 3.7; for scores of systems Yeh 2000, COLING).  For a metric that is linear
    in the groups this flips the signs of their differences.  Two-sided: the share of swaps whose
    difference is as large as the one seen, or larger.  Groups answered alike change nothing, so up to
    16 that differ have all swaps tried; with m of these p cannot be under 2 / 2^m.  With more, swaps
    are drawn, and the one seen is counted as one more (Phipson and Smyth 2010, Statistical
    Applications in Genetics and Molecular Biology 9(1), 39).

    Parameters
    ----------
    first, second : arrays of shape (R, groups, K, K)
        Confusions of both systems in each group.
    draws
        Swaps to draw where not all are tried.
    seed
        Of these.

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
    exact = len(apart) <= EXACT
    signs = _every_swap(len(apart)) if exact else _drawn_swaps(len(apart), draws, seed)
    seen = {metric: abs(float(d)) for metric, d in _swapped(whole, first.sum(1), held).items()}
    sizes: dict[str, list[Floats]] = {metric: [] for metric in seen}
    for start in range(0, len(signs), CHUNK):
        moved = (signs[start : start + CHUNK].astype(float) @ flat).reshape(-1, *whole.shape)
        for metric, values in _swapped(whole, (whole + moved) / 2, held).items():
            sizes[metric].append(np.abs(values))
    return {metric: _p(np.concatenate(parts), seen[metric], exact) for metric, parts in sizes.items()}


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


def _drawn_swaps(groups: int, draws: int, seed: int) -> np.ndarray:
    return 1 - 2 * np.random.default_rng(seed).integers(2, size=(draws, groups), dtype=np.int8)


def _p(sizes: Floats, seen: float, exact: bool) -> tuple[float, float]:
    """Return p and the smallest possible p, from the differences of all swaps in size and the one seen."""
    count, larger = len(sizes), int((sizes >= seen - 1e-12).sum())
    if exact:
        return larger / count, float((sizes >= sizes.max() - 1e-12).sum() / count)
    return (larger + 1) / (count + 1), 1 / (count + 1)


def _swapped(whole: Floats, confusions: Floats, held: Booleans) -> dict[str, Floats]:
    """Return the difference between confusions and what is left of the ``whole`` of both systems."""
    return minus(mean_metrics(confusions, held), mean_metrics(whole - confusions, held))
