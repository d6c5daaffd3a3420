"""Tests of differences between systems on the same test utterances."""

from collections.abc import Sequence

import numpy as np
from scipy import special

from sarangi.statistics.metrics import METRICS, mean_metrics

EXACT = 16  # groups that differ, up to which every flip of their signs is tried

CHUNK = 1000  # flips scored at once: bounds the memory


def sign_flip(first: np.ndarray, second: np.ndarray, draws: int, seed: int) -> dict[str, tuple[float, float]]:
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
        return dict.fromkeys(METRICS, (1.0, 1.0))
    flat = apart.reshape(len(apart), -1)
    exact = len(apart) <= EXACT
    if exact:
        # the swap of all other groups gives the same difference with the other sign
        count = 2 ** (len(apart) - 1)
        numbers = np.arange(count)[:, None] >> np.arange(len(apart))
        signs = 1 - 2 * (numbers & 1)
    else:
        count = draws
        signs = 1 - 2 * np.random.default_rng(seed).integers(2, size=(draws, len(apart)), dtype=np.int8)
    seen = {metric: abs(float(d)) for metric, d in _swapped(whole, first.sum(1), held).items()}
    sizes = {metric: [] for metric in METRICS}
    for start in range(0, count, CHUNK):
        moved = (signs[start : start + CHUNK].astype(float) @ flat).reshape(-1, *whole.shape)
        for metric, values in _swapped(whole, (whole + moved) / 2, held).items():
            sizes[metric].append(np.abs(values))
    found = {}
    for metric, parts in sizes.items():
        size = np.concatenate(parts)
        larger = int((size >= seen[metric] - 1e-12).sum())
        if exact:
            found[metric] = (larger / count, float((size >= size.max() - 1e-12).sum() / count))
        else:
            found[metric] = ((larger + 1) / (count + 1), 1 / (count + 1))
    return found


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


def holm(p: Sequence[float]) -> list[float]:
    """Return p corrected for the number of comparisons (Holm 1979, Scand. J. Statistics 6(2), 65-70)."""
    p = np.asarray(p, dtype=float)
    order = np.argsort(p, kind="stable")
    corrected = np.empty(len(p))
    corrected[order] = np.minimum(1.0, np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1)))
    return corrected.tolist()


def _swapped(whole: np.ndarray, confusions: np.ndarray, held: np.ndarray) -> dict[str, np.ndarray]:
    """Return the difference between confusions and what is left of the ``whole`` of both systems."""
    return minus(mean_metrics(confusions, held), mean_metrics(whole - confusions, held))


def minus(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the differences of scores by name."""
    return {metric: one[metric] - other[metric] for metric in one}
