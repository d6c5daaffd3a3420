"""Scores of predictions, computed from confusion counts so that a bootstrap is a matrix product.

Every function takes confusions of shape (..., K, K), true emotion by predicted emotion, counts or
weights, and returns an array of shape (...).  Classes without a test utterance are left out of a
macro average, never counted as 0; where no class is left the score is NaN.
"""

from collections.abc import Callable, Sequence

import numpy as np


def confusion(emotion: Sequence[str], predicted: Sequence[str], emotions: Sequence[str]) -> np.ndarray:
    """Return the counts of true by predicted emotion, int64 of shape (K, K), in the order given."""
    place = {name: position for position, name in enumerate(emotions)}
    counts = np.zeros((len(emotions), len(emotions)), dtype=np.int64)
    np.add.at(counts, ([place[e] for e in emotion], [place[e] for e in predicted]), 1)
    return counts


def recalls(confusions: np.ndarray) -> np.ndarray:
    """Return the recall of each class, shape (..., K); NaN for a class without utterances."""
    return _ratio(_hits(confusions), confusions.sum(-1))


def uar(confusions: np.ndarray) -> np.ndarray:
    """Return the unweighted average recall (macro recall) over the classes that are there."""
    return _mean(recalls(confusions))


def accuracy(confusions: np.ndarray) -> np.ndarray:
    """Return the share of utterances predicted right."""
    return _ratio(_hits(confusions).sum(-1), confusions.sum((-1, -2)))


def f1s(confusions: np.ndarray) -> np.ndarray:
    """Return the F1 of each class, shape (..., K); NaN for a class without utterances."""
    support = confusions.sum(-1)
    f1 = _ratio(2 * _hits(confusions), support + confusions.sum(-2))
    return np.where(support > 0, f1, np.nan)


def uf1(confusions: np.ndarray) -> np.ndarray:
    """Return the macro F1 over the classes that are there."""
    return _mean(f1s(confusions))


def wf1(confusions: np.ndarray) -> np.ndarray:
    """Return the F1 averaged over classes, weighted by the utterances of each."""
    support = confusions.sum(-1)
    return _ratio(np.nansum(f1s(confusions) * support, axis=-1), support.sum(-1))


METRICS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "uar": uar,
    "wf1": wf1,
    "uf1": uf1,
    "accuracy": accuracy,
}


def named_scores(confusions: np.ndarray, emotions: Sequence[str]) -> dict[str, np.ndarray]:
    """Return every metric by name, ``recall_<emotion>`` included, each of shape (...)."""
    scores = {name: metric(confusions) for name, metric in METRICS.items()}
    each = recalls(confusions)
    return scores | {f"recall_{emotion}": each[..., k] for k, emotion in enumerate(emotions)}


def uniform_guessing(confusions: np.ndarray) -> np.ndarray:
    """Return the confusions expected of guessing uniformly among the K classes, same shape."""
    classes = confusions.shape[-1]
    return np.repeat(confusions.sum(-1, keepdims=True) / classes, classes, axis=-1)


def _hits(confusions: np.ndarray) -> np.ndarray:
    return np.diagonal(confusions, axis1=-2, axis2=-1)


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    whole = np.asarray(whole, dtype=np.float64)
    return np.divide(part, whole, out=np.full(whole.shape, np.nan), where=whole > 0)


def _mean(values: np.ndarray) -> np.ndarray:
    there = np.isfinite(values)
    return _ratio(np.where(there, values, 0.0).sum(-1), there.sum(-1))
