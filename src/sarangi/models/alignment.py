"""Alignment of features: the training part takes on the covariance of the test part."""

import math

import numpy as np


def coral(train: np.ndarray, test: np.ndarray) -> np.ndarray:
    """Return training features whose covariance is that of the test features (CORAL).

    Sun, Feng and Saenko (2016), Return of frustratingly easy domain adaptation, AAAI, algorithm 1: with
    C = covariance + identity of each side, the training features are multiplied by C_train^(-1/2) and
    C_test^(1/2).  Means are left as they are; the paper's sides have mean 0, as ``scaling: each`` gives.

    Parameters
    ----------
    train, test : arrays of shape (clips, d) and (other clips, d)
        Standardised features.

    Returns
    -------
    array of shape (clips, d), float64
    """
    return _times_power(_times_power(train, train, -0.5), test, 0.5)


def _times_power(rows: np.ndarray, features: np.ndarray, power: float) -> np.ndarray:
    """Return ``rows`` times a power of (covariance of ``features`` + identity)."""
    clips, width = features.shape
    centred = (features - features.mean(0)) / math.sqrt(max(clips - 1, 1))
    if width <= clips:
        values, vectors = np.linalg.eigh(centred.T @ centred)
        return rows @ ((vectors * (1 + values.clip(0)) ** power) @ vectors.T)
    # the same through the clips' own products: with the singular values s and left vectors U of the
    # centred features X, (X'X + 1)^p = 1 + X'U ((1 + s^2)^p - 1) / s^2 U'X
    values, vectors = np.linalg.eigh(centred @ centred.T)
    values = values.clip(0)
    tiny = values < 1e-12
    change = np.where(tiny, power, np.expm1(power * np.log1p(values)) / np.where(tiny, 1, values))
    return rows + ((rows @ centred.T @ vectors) * change) @ (vectors.T @ centred)
