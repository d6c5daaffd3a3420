"""Scores of confusions: counts of true by predicted class, summed over utterances.

Confusions have shape (..., K, K), true emotion by predicted emotion, counts or weights; functions of them
return arrays of shape (...).  Sums over utterances make a bootstrap a matrix product.  Classes without a test
utterance are left out of a macro average, never counted as 0, unless a name says so; where no class is left
the score is NaN.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Booleans = npt.NDArray[np.bool_]
Sums = npt.NDArray[Any]
"""Counts or weights."""


def confusion(emotion: Sequence[str], predicted: Sequence[str], emotions: Sequence[str]) -> Integers:
    """Return the counts of true by predicted emotion, int64 of shape (K, K), in the order given."""
    place = {name: position for position, name in enumerate(emotions)}
    counts = np.zeros((len(emotions), len(emotions)), dtype=np.int64)
    np.add.at(counts, ([place[e] for e in emotion], [place[e] for e in predicted]), 1)
    return counts


def recalls(confusions: Sums) -> Floats:
    """Return the recall of each class, shape (..., K); NaN for a class without utterances."""
    return ratio(hits(confusions), confusions.sum(-1))


def precisions(confusions: Sums) -> Floats:
    """Return the precision of each class, shape (..., K).

    NaN for a class without utterances, and for one that is never predicted: it has no precision.
    """
    return np.where(confusions.sum(-1) > 0, ratio(hits(confusions), confusions.sum(-2)), np.nan)


def f1s(confusions: Sums) -> Floats:
    """Return the F1 of each class, shape (..., K); NaN for a class without utterances."""
    support = confusions.sum(-1)
    f1 = ratio(2 * hits(confusions), support + confusions.sum(-2))
    return np.where(support > 0, f1, np.nan)


def uar(confusions: Sums) -> Floats:
    """Return the unweighted average recall (macro recall) over the classes that are there."""
    return mean(recalls(confusions))


def uar_absent_as_zero(confusions: Sums) -> Floats:
    """Return the macro recall over all K classes, where one without utterances counts as recall 0.

    It is what scikit-learn's macro average makes of absent classes, and what the published study
    prints.  Its ceiling is the share of classes that are there.
    """
    each = recalls(confusions)
    return np.where(np.isfinite(each).any(-1), np.nansum(each, axis=-1) / each.shape[-1], np.nan)


def uar_true_or_predicted(confusions: Sums) -> Floats:
    """Return the macro recall over the classes that are true or predicted of some utterance.

    It is what scikit-learn's macro recall makes of labels that are not given, and what the published study
    prints of single runs: a class that is predicted and not there counts as recall 0, so one wrong answer of
    a new class lowers it.
    """
    counted = ((confusions.sum(-1) > 0) | (confusions.sum(-2) > 0)).sum(-1)
    return ratio(np.nansum(recalls(confusions), axis=-1), counted)


def accuracy(confusions: Sums) -> Floats:
    """Return the share of utterances predicted right."""
    return ratio(hits(confusions).sum(-1), confusions.sum((-1, -2)))


def uf1(confusions: Sums) -> Floats:
    """Return the macro F1 over the classes that are there."""
    return mean(f1s(confusions))


def wf1(confusions: Sums) -> Floats:
    """Return the F1 averaged over classes, weighted by the utterances of each."""
    support = confusions.sum(-1)
    return ratio(np.nansum(f1s(confusions) * support, axis=-1), support.sum(-1))


def uniform_guessing(confusions: Sums) -> Floats:
    """Return the confusions expected of guessing uniformly among the K classes, same shape."""
    classes = confusions.shape[-1]
    guessed: Floats = np.repeat(confusions.sum(-1, keepdims=True) / classes, classes, axis=-1)
    return guessed


def without_errors(confusions: Sums) -> Floats:
    """Return the confusions of predictions that are all right, same shape: they reach the ceiling."""
    right: Floats = confusions.sum(-1, keepdims=True) * np.eye(confusions.shape[-1])
    return right


def hits(confusions: Sums) -> Sums:
    """Return how often each class is predicted right, shape (..., K)."""
    return np.diagonal(confusions, axis1=-2, axis2=-1)


def ratio(part: Sums, whole: Sums) -> Floats:
    """Return ``part / whole``; NaN where the whole is not above 0."""
    whole = np.asarray(whole, dtype=np.float64)
    shares: Floats = np.divide(part, whole, out=np.full(whole.shape, np.nan), where=whole > 0)
    return shares


def mean(values: Floats, axis: int = -1) -> Floats:
    """Return the mean of the values that are defined along an axis; NaN where none is."""
    there = np.isfinite(values)
    return ratio(np.where(there, values, 0.0).sum(axis), there.sum(axis))
