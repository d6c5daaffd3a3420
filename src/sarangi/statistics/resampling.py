"""Bootstrap over groups and clips: which are drawn, the scores of the draws, and their intervals."""

from collections.abc import Callable

import numpy as np
from scipy import special

CHUNK = 1000  # draws scored at once: bounds the memory


def draw_groups(groups: int, draws: int, seed: int) -> np.ndarray:
    """Return how often each group is taken in each draw, unsigned integers of shape (draws, groups).

    The same numbers for every system that is tested on the same groups, so that comparisons are
    paired.
    """
    return draw_clips(np.ones(groups, dtype=int), draws, seed)


def draw_clips(times: np.ndarray, draws: int, seed: int) -> np.ndarray:
    """Return how often each kind of clip is taken in each draw, unsigned integers of shape (draws, kinds).

    ``times`` has how many clips of each kind there are; as many as there are in all are drawn.
    """
    generator = np.random.default_rng(seed)
    kinds, count = len(times), int(times.sum())
    kind = np.repeat(np.arange(kinds, dtype=np.int32), times)
    found = np.empty((draws, kinds), dtype=np.min_scalar_type(count))
    for start in range(0, draws, CHUNK):
        size = min(CHUNK, draws - start)
        taken = kind[generator.integers(count, size=(size, count), dtype=np.int32)]
        taken += kinds * np.arange(size, dtype=np.int32)[:, None]
        found[start : start + size] = np.bincount(taken.ravel(), minlength=size * kinds).reshape(size, kinds)
    return found


def resampled(
    sums: np.ndarray, drawn: np.ndarray, score: Callable[[np.ndarray], dict[str, np.ndarray]]
) -> dict[str, np.ndarray]:
    """Return the scores of every draw by name, each of shape (draws,).

    Parameters
    ----------
    sums : array of shape (R, units, ...)
        What each unit (group, kind of clip) adds to the sums of each repeat.
    drawn : array of shape (draws, units)
        How often each is taken.
    score
        From sums of shape (draws, R, ...) to scores of shape (draws,).
    """
    repeats, units, *shape = sums.shape
    flat = np.ascontiguousarray(sums.swapaxes(0, 1)).reshape(units, -1)
    parts = []
    for start in range(0, len(drawn), CHUNK):
        weighted = drawn[start : start + CHUNK].astype(float) @ flat
        parts.append(score(weighted.reshape(-1, repeats, *shape)))
    return {metric: np.concatenate([part[metric] for part in parts]) for metric in parts[0]}


def intervals(found: dict[str, np.ndarray], groups: int, confidence: float) -> dict[str, tuple[float, float]]:
    """Return the interval of each metric by the t-expanded percentile bootstrap over groups.

    Plain percentiles cover too little with few groups; here they are taken further out, as
    Student's t with ``groups - 1`` degrees of freedom and the variance's missing n / (n - 1) ask
    (Hesterberg 2015, The American Statistician 69(4), section 5.3).  Draws that lack a class which the
    test part holds have no macro average and are left out: the classes are held fixed, and which
    draws lack one does not depend on the system.

    Parameters
    ----------
    found
        Scores of the draws, from :func:`resampled`.
    groups
        How many there are.
    confidence
        Such as 0.95.

    Returns
    -------
    dict
        Metric to (low, high); NaN where there is one group, or a metric is nowhere defined.
    """
    if groups < 2:
        return dict.fromkeys(found, (np.nan, np.nan))
    t = special.stdtrit(groups - 1, (1 - confidence) / 2)
    return _quantiles(found, special.ndtr(t * np.sqrt(groups / (groups - 1))))


def percentiles(found: dict[str, np.ndarray], confidence: float) -> dict[str, tuple[float, float]]:
    """Return the plain percentile interval of each metric (Efron 1979), as if clips were independent."""
    return _quantiles(found, (1 - confidence) / 2)


def _quantiles(found: dict[str, np.ndarray], tail: float) -> dict[str, tuple[float, float]]:
    bounds = {}
    for metric, values in found.items():
        values = values[np.isfinite(values)]
        low, high = np.quantile(values, [tail, 1 - tail]) if len(values) else (np.nan, np.nan)
        bounds[metric] = (float(low), float(high))
    return bounds
