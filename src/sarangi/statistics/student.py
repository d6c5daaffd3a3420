"""Student's t, elementwise, with any degrees of freedom: infinitely many are the normal distribution."""

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

from sarangi.statistics.confusions import Floats

Numbers = npt.ArrayLike
"""A number, or an array of them."""


def quantile(p: Numbers, df: Numbers) -> Floats:
    """Return the p-quantile of Student's t with ``df`` > 0 degrees of freedom."""
    degrees = np.asarray(df, dtype=np.float64)
    finite = np.isfinite(degrees)
    values: Floats = np.where(finite, special.stdtrit(np.where(finite, degrees, 1.0), p), special.ndtri(p))
    return values


def upper_tail(t: Numbers, df: Numbers) -> Floats:
    """Return the probability that Student's t exceeds ``t``."""
    degrees, below = np.asarray(df, dtype=np.float64), -np.asarray(t, dtype=np.float64)
    finite = np.isfinite(degrees)
    tail: Floats = np.where(finite, special.stdtr(np.where(finite, degrees, 1.0), below), special.ndtr(below))
    return tail


def satterthwaite(*terms: tuple[Any, Any]) -> tuple[Floats, Floats]:
    """Return the sum of estimated variances, and its degrees of freedom.

    The sum is taken for a chi-square of matching variance: (Σ v)² / Σ (v² / df) degrees of freedom
    (Satterthwaite 1946, Biometrics Bulletin 2(6), 110-114).

    Parameters
    ----------
    terms
        Each a variance and its degrees of freedom, numbers or arrays of one shape; infinitely many for a
        variance that is not estimated.

    Returns
    -------
    variance, df
        Infinitely many degrees of freedom where nothing is estimated or the sum is 0.
    """
    variances = [np.asarray(variance, dtype=np.float64) for variance, _ in terms]
    total: Floats = np.asarray(sum(variances), dtype=np.float64)
    spread = np.asarray(
        sum(v**2 / np.asarray(df, dtype=np.float64) for v, (_, df) in zip(variances, terms, strict=True))
    )
    df: Floats = np.divide(total**2, spread, out=np.full(spread.shape, np.inf), where=spread > 0)
    return total, df
