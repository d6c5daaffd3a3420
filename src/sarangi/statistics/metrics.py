"""Scores of predictions, computed from sums over utterances so that a bootstrap is a matrix product.

Confusions have shape (..., K, K), true emotion by predicted emotion, counts or weights; calibrations
have shape (..., BINS, 4) (see :func:`calibration`).  Functions of them return arrays of shape (...).
Classes without a test utterance are left out of a macro average, never counted as 0, unless a name
says so; where no class is left the score is NaN.
"""

from collections.abc import Callable, Sequence

import numpy as np

BINS = 15  # of confidence, as Guo et al. 2017 have it


def confusion(emotion: Sequence[str], predicted: Sequence[str], emotions: Sequence[str]) -> np.ndarray:
    """Return the counts of true by predicted emotion, int64 of shape (K, K), in the order given."""
    place = {name: position for position, name in enumerate(emotions)}
    counts = np.zeros((len(emotions), len(emotions)), dtype=np.int64)
    np.add.at(counts, ([place[e] for e in emotion], [place[e] for e in predicted]), 1)
    return counts


def recalls(confusions: np.ndarray) -> np.ndarray:
    """Return the recall of each class, shape (..., K); NaN for a class without utterances."""
    return _ratio(_hits(confusions), confusions.sum(-1))


def precisions(confusions: np.ndarray) -> np.ndarray:
    """Return the precision of each class, shape (..., K).

    NaN for a class without utterances, and for one that is never predicted: it has no precision.
    """
    return np.where(confusions.sum(-1) > 0, _ratio(_hits(confusions), confusions.sum(-2)), np.nan)


def f1s(confusions: np.ndarray) -> np.ndarray:
    """Return the F1 of each class, shape (..., K); NaN for a class without utterances."""
    support = confusions.sum(-1)
    f1 = _ratio(2 * _hits(confusions), support + confusions.sum(-2))
    return np.where(support > 0, f1, np.nan)


def uar(confusions: np.ndarray) -> np.ndarray:
    """Return the unweighted average recall (macro recall) over the classes that are there."""
    return _mean(recalls(confusions))


def uar_absent_as_zero(confusions: np.ndarray) -> np.ndarray:
    """Return the macro recall over all K classes, where one without utterances counts as recall 0.

    It is what scikit-learn's macro average makes of absent classes, and what the published study
    prints.  Its ceiling is the share of classes that are there.
    """
    each = recalls(confusions)
    return np.where(np.isfinite(each).any(-1), np.nansum(each, axis=-1) / each.shape[-1], np.nan)


def accuracy(confusions: np.ndarray) -> np.ndarray:
    """Return the share of utterances predicted right."""
    return _ratio(_hits(confusions).sum(-1), confusions.sum((-1, -2)))


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
    "uar_absent_as_zero": uar_absent_as_zero,
}
"""The metrics that sum up a confusion, by name."""


def mean_metrics(confusions: np.ndarray, held: np.ndarray) -> dict[str, np.ndarray]:
    """Return every metric of :data:`METRICS` as the mean over repeats (folds, seeds), each of shape (...).

    A macro average is the mean over classes of each class's mean over the repeats that hold it, and
    the classes are those of ``held``, whatever a resampled test part still has.  Where every repeat
    holds every class this is the mean of the repeats' macro averages.  A mean of macro averages over
    the classes that a draw happens to leave in a fold is another quantity in each draw: a constant
    predictor would score 1/2 wherever two of four classes are left (averages over folds with few
    positives: Forman and Scholz 2010, SIGKDD Explorations 12(1), 49-57).

    Parameters
    ----------
    confusions : array of shape (..., R, K, K)
        Of R repeats.
    held : boolean array of shape (R, K)
        Which classes the test part of each repeat holds.  Where one is in no repeat of a draw, the
        macro averages of the draw are NaN.
    """
    there = held.any(0)
    recall = _mean(recalls(confusions), axis=-2)[..., there]
    f1 = _mean(f1s(confusions), axis=-2)[..., there]
    return {
        "uar": recall.sum(-1) / there.sum(),
        "wf1": _mean(wf1(confusions)),
        "uf1": f1.sum(-1) / there.sum(),
        "accuracy": _mean(accuracy(confusions)),
        "uar_absent_as_zero": (recall * held.mean(0)[there]).sum(-1) / len(there),
    }


def mean_of_each_class(confusions: np.ndarray, emotions: Sequence[str]) -> dict[str, np.ndarray]:
    """Return recall, precision and F1 of each class as the mean over repeats, each of shape (...).

    Parameters
    ----------
    confusions : array of shape (..., R, K, K)
        Of R repeats; one where a score is not defined is left out.
    emotions
        Names of the K classes.
    """
    found = {}
    for name, scores in (("recall", recalls), ("precision", precisions), ("f1", f1s)):
        each = _mean(scores(confusions), axis=-2)
        found |= {f"{name}_{emotion}": each[..., place] for place, emotion in enumerate(emotions)}
    return found


def uniform_guessing(confusions: np.ndarray) -> np.ndarray:
    """Return the confusions expected of guessing uniformly among the K classes, same shape."""
    classes = confusions.shape[-1]
    return np.repeat(confusions.sum(-1, keepdims=True) / classes, classes, axis=-1)


def without_errors(confusions: np.ndarray) -> np.ndarray:
    """Return the confusions of predictions that are all right, same shape: they reach the ceiling."""
    return confusions.sum(-1, keepdims=True) * np.eye(confusions.shape[-1])


def calibration(truth: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """Return what each clip adds to Brier score and calibration error, of shape (clips, BINS, 4).

    In the bin of equal width that the clip's largest probability falls in: 1, that probability,
    whether its class is right, and the squared error summed over classes; 0 in all other bins.  Sums
    over clips are what :func:`mean_brier_score` and :func:`mean_calibration_error` take.

    Parameters
    ----------
    truth : integer array of shape (clips,)
        Place of the true class.
    probabilities : array of shape (clips, K)
        Stated for each class.
    """
    clips = np.arange(len(truth))
    confidence = probabilities.max(1)
    error = ((probabilities - np.eye(probabilities.shape[1])[truth]) ** 2).sum(1)
    bins = np.clip(np.ceil(confidence * BINS).astype(int) - 1, 0, BINS - 1)
    found = np.zeros((len(truth), BINS, 4))
    found[clips, bins] = np.stack(
        [np.ones(len(truth)), confidence, probabilities.argmax(1) == truth, error], axis=1
    )
    return found


def mean_brier_score(calibrations: np.ndarray) -> np.ndarray:
    """Return the mean over repeats of the Brier score, from calibrations of shape (..., R, BINS, 4).

    The mean over clips of the squared error summed over classes, 0 to 2, the lower the better (Brier
    1950, Monthly Weather Review 78(1), 1-3).
    """
    return _mean(_ratio(calibrations[..., 3].sum(-1), calibrations[..., 0].sum(-1)))


def mean_calibration_error(calibrations: np.ndarray) -> np.ndarray:
    """Return the mean over repeats of the expected calibration error, from (..., R, BINS, 4).

    The distance between the mean confidence and the accuracy of a bin, averaged over bins weighted by
    their clips; 0 is best (Guo et al. 2017, International Conference on Machine Learning).
    """
    distance = np.abs(calibrations[..., 1] - calibrations[..., 2]).sum(-1)
    return _mean(_ratio(distance, calibrations[..., 0].sum(-1)))


CALIBRATION: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "brier_score": mean_brier_score,
    "expected_calibration_error": mean_calibration_error,
}
"""The metrics of stated probabilities, by name."""


def _hits(confusions: np.ndarray) -> np.ndarray:
    return np.diagonal(confusions, axis1=-2, axis2=-1)


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    whole = np.asarray(whole, dtype=np.float64)
    return np.divide(part, whole, out=np.full(whole.shape, np.nan), where=whole > 0)


def _mean(values: np.ndarray, axis: int = -1) -> np.ndarray:
    there = np.isfinite(values)
    return _ratio(np.where(there, values, 0.0).sum(axis), there.sum(axis))
