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


def benjamini_yekutieli(p: Sequence[float]) -> list[float]:
    """Return p corrected so that of the hypotheses rejected at 5 % no more than 5 % are true, on average.

    The false discovery rate under any dependence between the tests, such as of claims that share clips and
    models (Benjamini and Yekutieli 2001, Annals of Statistics 29(4), 1165-1188).
    """
    each = np.asarray(p, dtype=np.float64)
    count = len(each)
    order = np.argsort(each, kind="stable")[::-1]
    ranks = np.arange(count, 0, -1)
    corrected = np.empty(count)
    raised = each[order] * (1 / np.arange(1, count + 1)).sum() * count / ranks
    corrected[order] = np.minimum(1.0, np.minimum.accumulate(raised))
    return [float(corrected_p) for corrected_p in corrected]
