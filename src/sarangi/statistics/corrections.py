"""Corrections of p for the number of comparisons."""

from collections.abc import Sequence

import numpy as np


def holm(p: Sequence[float]) -> list[float]:
    """Return p corrected for the number of comparisons (Holm 1979, Scand. J. Statistics 6(2), 65-70)."""
    each = np.asarray(p, dtype=np.float64)
    order = np.argsort(each, kind="stable")
    corrected = np.empty(len(each))
    corrected[order] = np.minimum(1.0, np.maximum.accumulate(each[order] * np.arange(len(each), 0, -1)))
    return [float(corrected_p) for corrected_p in corrected]
