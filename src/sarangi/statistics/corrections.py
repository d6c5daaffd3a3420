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


def tarone_holm(p: Sequence[float], smallest: Sequence[float]) -> list[float]:
    """Return p corrected for a family of discrete tests, those that could not be as small left out.

    Holm's step-down correction, in which a p is multiplied not by the number of all comparisons that are
    left, but of those whose p could be as small: a test whose smallest possible p is larger cannot be a false
    finding at that level (Tarone 1990, Biometrics 46(2), 515-522).  It is a closed test whose local level,
    t times the number of smallest p up to t, grows with t, so that what is found at one level is found at
    every higher one, too (Hommel and Krummenauer 1998, Biometrics 54(2), 673-681).  Never larger than Holm's.

    Parameters
    ----------
    p
        Of each comparison.
    smallest
        That each could have been, however large the difference; from 0 to ``p``.

    Raises
    ------
    ValueError
        If there is not one smallest p for each p.
    """
    each, least = np.asarray(p, dtype=np.float64), np.asarray(smallest, dtype=np.float64)
    if each.shape != least.shape:
        raise ValueError(f"{len(each)} p and {len(least)} smallest ones; expected one for each")
    order = np.argsort(each, kind="stable")
    counts = [int((least[order[place:]] <= each[order[place]]).sum()) for place in range(len(each))]
    corrected = np.empty(len(each))
    corrected[order] = np.minimum(1.0, np.maximum.accumulate(each[order] * counts))
    return [float(corrected_p) for corrected_p in corrected]
