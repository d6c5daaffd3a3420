"""How well a mean recall over few clips is known: Jeffreys' interval, guessing, and clips counted again.

A mean recall is the mean over classes of the share that was answered right, a class without clips counting
as recall 0, as uniform guessing and a model alike meet it.  All functions take counts by class.
"""

from collections.abc import Sequence

import numpy as np
from scipy import special

BINS = 2**14
"""Steps between recall 0 and 1 on which distributions are added up: finer than a printed digit."""
SLACK = 1.5
"""Steps by which a sum of recalls that were each brought to the next step may be off, a class."""


def mean_recall(right: Sequence[int], clips: Sequence[int]) -> float:
    """Return the mean recall over all classes, of which one without clips counts as 0."""
    return float(np.mean([k / n if n else 0.0 for k, n in zip(right, clips, strict=True)]))


def jeffreys(right: Sequence[int], clips: Sequence[int], confidence: float = 0.95) -> tuple[float, float]:
    """Return Jeffreys' interval of a mean recall.

    Each recall has the posterior Beta(k + 1/2, n - k + 1/2) of Jeffreys' prior (Brown, Cai and DasGupta
    2001, Statistical Science 16(2), section 4), and classes are independent.  Clips are taken for
    independent, so that it is too narrow where they are of few speakers.

    Parameters
    ----------
    right, clips
        Clips answered right, and all, of each class.
    confidence
        Of the interval, equal tails.

    Raises
    ------
    ValueError
        If no class has clips.
    """
    steps = np.arange(BINS + 2) / BINS
    parts = []
    for k, n in zip(right, clips, strict=True):
        if n:
            edges = special.betainc(k + 0.5, n - k + 0.5, np.clip(steps - 0.5 / BINS, 0, 1))
            edges[-1] = 1
            parts.append(np.diff(edges))
    total = np.cumsum(_added(parts))
    tail = (1 - confidence) / 2
    bounds = [np.searchsorted(total, p * total[-1]) / BINS / len(clips) for p in (tail, 1 - tail)]
    return float(bounds[0]), float(bounds[1])


def guessing(right: Sequence[int], clips: Sequence[int]) -> tuple[float, float]:
    """Return how often uniform guessing among all classes has a mean recall at most, or at least, as here.

    Raises
    ------
    ValueError
        If no class has clips.
    """
    chance, parts, here = 1 / len(clips), [], 0.0
    for k, n in zip(right, clips, strict=True):
        if n:
            counts = np.arange(n + 1)
            logs = special.gammaln(n + 1) - special.gammaln(counts + 1) - special.gammaln(n - counts + 1)
            logs += counts * np.log(chance) + (n - counts) * np.log1p(-chance)
            part = np.zeros(BINS + 1)
            np.add.at(part, np.rint(counts / n * BINS).astype(int), np.exp(logs))
            parts.append(part)
            here += k / n * BINS
    sums = _added(parts)
    places, slack = np.arange(len(sums)), SLACK * len(parts)
    return float(sums[places <= here + slack].sum()), float(sums[places >= here - slack].sum())


def width_counted_once(right: np.ndarray, clips: Sequence[int]) -> tuple[float, float]:
    """Return how wide an interval of each clip once is beside one that counts clips once a run.

    The quantity is the mean over runs of the mean recall on one test part.  Taking all answers for
    independent, a clip counted once a run, its variance is that of pooled recalls; drawing each clip once,
    with its answers in every run, also the covariance of two runs counts, which nobody knows where answers
    by clip were not kept.  Its least and largest value by the recalls alone are the bounds of Frechet (1951,
    Annales de l'Universite de Lyon A 14): the share that both runs get right lies between
    max(0, a + b - 1) and min(a, b).

    Parameters
    ----------
    right
        Clips answered right, of shape (runs, classes).
    clips
        Clips of each class, the same in every run.

    Returns
    -------
    tuple of float
        Least and largest quotient of the widths, that of each clip once above; NaN where clips counted again
        have no width.
    """
    counted = np.asarray(clips, dtype=float)
    there = counted > 0
    recalls, counted = np.asarray(right)[:, there] / counted[there], counted[there]
    runs, mean = len(recalls), recalls.mean(axis=0)
    again = float(np.sum(mean * (1 - mean) / (runs * counted)))
    least, most = 0.0, 0.0
    for first in range(runs):
        for second in range(runs):
            a, b = recalls[first], recalls[second]
            if first == second:
                low, high = a * (1 - a), a * (1 - a)
            else:
                low, high = np.maximum(0, a + b - 1) - a * b, np.minimum(a, b) - a * b
            least += float(np.sum(low / counted)) / runs**2
            most += float(np.sum(high / counted)) / runs**2
    if again == 0:
        return float("nan"), float("nan")
    return float(np.sqrt(max(least, 0.0) / again)), float(np.sqrt(most / again))


def _added(parts: Sequence[np.ndarray]) -> np.ndarray:
    """Return the distribution of the sum of recalls, from that of each on the steps."""
    if not parts:
        raise ValueError("no class has clips")
    size = BINS * len(parts) + 1
    product = np.ones(size + 1, dtype=complex)
    for part in parts:
        product *= np.fft.rfft(part, 2 * size)
    return np.clip(np.fft.irfft(product, 2 * size)[:size], 0, None)
