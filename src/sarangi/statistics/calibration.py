"""Scores of stated probabilities, from sums over clips: calibrations of shape (..., BINS, 4)."""

import numpy as np

from sarangi.statistics.confusions import Floats, Integers, ratio

BINS = 15  # of confidence, as Guo et al. 2017 have it


def calibration(truth: Integers, probabilities: Floats) -> Floats:
    """Return what each clip adds to Brier score and calibration error, of shape (clips, BINS, 4).

    In the bin of equal width that the clip's largest probability falls in: 1, that probability,
    whether its class is right, and the squared error summed over classes; 0 in all other bins.  Sums
    over clips are what :func:`brier_score` and :func:`calibration_error` take.

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
    sums = np.zeros((len(truth), BINS, 4))
    sums[clips, bins] = np.stack(
        [np.ones(len(truth)), confidence, probabilities.argmax(1) == truth, error], axis=1
    )
    return sums


def brier_score(calibrations: Floats) -> Floats:
    """Return the Brier score of calibrations of shape (..., BINS, 4).

    The mean over clips of the squared error summed over classes, 0 to 2, the lower the better (Brier
    1950, Monthly Weather Review 78(1), 1-3).
    """
    return ratio(calibrations[..., 3].sum(-1), calibrations[..., 0].sum(-1))


def calibration_error(calibrations: Floats) -> Floats:
    """Return the expected calibration error of calibrations of shape (..., BINS, 4).

    The distance between the mean confidence and the accuracy of a bin, averaged over bins weighted by
    their clips; 0 is best (Guo et al. 2017, International Conference on Machine Learning).
    """
    distance = np.abs(calibrations[..., 1] - calibrations[..., 2]).sum(-1)
    return ratio(distance, calibrations[..., 0].sum(-1))
