"""Scores of stated probabilities, from sums over clips: calibrations of shape (..., BINS, 5)."""

import numpy as np

from sarangi.statistics.confusions import Floats, Integers, ratio

BINS = 15  # of confidence, as Guo et al. 2017 have it


def calibration(truth: Integers, probabilities: Floats) -> Floats:
    """Return what each clip adds to Brier score and calibration errors, of shape (clips, BINS, 5).

    In the bin of equal width that the clip's largest probability c falls in: 1, c, whether its class is
    right, the squared error summed over classes, and c (1 - c), the variance of being right where c is true;
    0 in all other bins.  Sums over clips are what the scores of this module take.

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
    right = probabilities.argmax(1) == truth
    each = [np.ones(len(truth)), confidence, right, error, confidence * (1 - confidence)]
    sums = np.zeros((len(truth), BINS, len(each)))
    sums[clips, bins] = np.stack(each, axis=1)
    return sums


def brier_score(calibrations: Floats) -> Floats:
    """Return the Brier score of calibrations of shape (..., BINS, 5).

    The mean over clips of the squared error summed over classes, 0 to 2, the lower the better (Brier
    1950, Monthly Weather Review 78(1), 1-3).
    """
    return ratio(calibrations[..., 3].sum(-1), calibrations[..., 0].sum(-1))


def calibration_error(calibrations: Floats) -> Floats:
    """Return the expected calibration error of calibrations of shape (..., BINS, 5).

    The distance between the mean confidence and the accuracy of a bin, averaged over bins weighted by
    their clips (Guo et al. 2017, International Conference on Machine Learning).  It is above 0 for a
    perfectly calibrated model, too: see :func:`calibration_error_if_calibrated`.
    """
    distance = np.abs(calibrations[..., 1] - calibrations[..., 2]).sum(-1)
    return ratio(distance, calibrations[..., 0].sum(-1))


def calibration_error_if_calibrated(calibrations: Floats) -> Floats:
    """Return the calibration error to expect of a perfectly calibrated model with the same confidences.

    Even where every stated probability is true, the accuracy of a bin of few clips is not its mean confidence
    (Bröcker and Smith 2007, Weather and Forecasting 22(3), 651-661; for this error Vaicenavicius et al. 2019,
    AISTATS).  Of n independent clips the count of right answers has the variance V = sum(c (1 - c)), and its
    mean absolute deviation is sqrt(2 V / π) where it is normal, and 2 V at most (the sum of what each clip
    deviates by, reached by a single clip); the smaller of both is taken.
    """
    variance = calibrations[..., 4]
    distance = np.minimum(np.sqrt(2 * variance / np.pi), 2 * variance).sum(-1)
    return ratio(distance, calibrations[..., 0].sum(-1))
