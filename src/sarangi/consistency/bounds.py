"""Scores that no confusion matrix gives together.

With a the accuracy, u the UAR and K classes, of any confusion matrix

- 2a² / (1 + a) ≤ WF1 ≤ 2a / (1 + a): the upper since F1 of a class is at most 2r / (1 + r) with r its recall,
  which is concave (Jensen); the lower by Cauchy and Schwarz, Σ x² / (x + p) ≥ (Σ x)² / Σ (x + p), with x the
  hits of a class and p how often it is predicted.  A constant predictor reaches it.
- UF1 ≤ 2u / (1 + u), over the same classes, by the same concavity; and UF1 ≥ a / K.
- With the clips of each class, a number of hits X bounds UAR by giving them to the smallest or the largest
  classes first, and WF1 bounds UF1 in the same way (a fractional knapsack: Dantzig 1957, Operations Research
  5(2), 266-288).

The bounds are necessary conditions: what passes them is possible as far as they go, and there may still be no
such matrix.  Where the product of the numbers of clips is small, accuracy and UAR are tried exactly.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from sarangi.base.fault_kinds import ARITHMETIC
from sarangi.consistency.evidence import Scores
from sarangi.consistency.finding import IMPOSSIBLE, WARNING, Finding
from sarangi.consistency.granularity import hits_for
from sarangi.consistency.names import ACCURACY, UAR, UF1, WF1
from sarangi.consistency.numbers import FLOATING, Number, shown
from sarangi.statistics.confusions import Booleans, Floats, Integers
from sarangi.statistics.metrics import RECALL

JENSEN, KNAPSACK = "Jensen's inequality; Cauchy and Schwarz", "Dantzig 1957 (fractional knapsack)"
MOST = 500_000
"""Combinations of hits that are tried one by one."""
SLACK = 1e-9


class Span(NamedTuple):
    """A range of values."""

    low: float
    high: float


WHOLE = Span(0.0, 1.0)


def wf1_of_accuracy(accuracy: Span) -> Span:
    """Return the WF1 that confusions of an accuracy can have."""
    low, high = accuracy
    return Span(2 * low * low / (1 + low), 2 * high / (1 + high))


def accuracy_of_wf1(wf1: Span) -> Span:
    """Return the accuracy that confusions of a WF1 can have: the inverse of :func:`wf1_of_accuracy`."""
    low, high = wf1
    return Span(low / (2 - low), min(1.0, (high + math.sqrt(high * high + 8 * high)) / 4))


def mean_of_shares(total: Span, weights: Sequence[int]) -> Span:
    """Return the sum of K shares that a weighted sum of them allows, between the ends of ``total``.

    Parameters
    ----------
    total
        Of the shares times their weights, such as the number of right answers.
    weights
        Of each share, such as the clips of each class; above 0.
    """
    ordered = sorted(weights)
    return Span(_filled(total.low, ordered[::-1]), _filled(total.high, ordered))


def bounds(scores: Scores) -> Iterator[Finding]:
    """Yield the printed scores that no confusion matrix gives together, one finding for each pair.

    The bounds without clips of classes hold for means over seeds and folds, too, since they are concave above
    and convex below; those with them are for one test part, and left out for several runs.
    """
    there = {name: count for name, count in scores.supports.items() if count}
    numbers = scores.numbers
    accuracy, wf1, uar = (_span(numbers.get(name)) for name in (ACCURACY, WF1, UAR))
    if ACCURACY in numbers and WF1 in numbers:
        yield from _outside(numbers[WF1], wf1_of_accuracy(accuracy), "WF1", f"accuracy {numbers[ACCURACY]}")
    basis = f"accuracy {numbers[ACCURACY]}" if ACCURACY in numbers else None
    if basis is None and WF1 in numbers:
        accuracy, basis = accuracy_of_wf1(wf1), f"WF1 {numbers[WF1]}"
    classes = len(scores.supports) or scores.classes
    if UAR in numbers and UF1 in numbers:
        # a UAR that counts absent classes as 0 may be beside a UF1 that leaves them out
        most = uar.high * len(scores.supports) / len(there) if there else uar.high
        high = wf1_of_accuracy(Span(0.0, min(1.0, most))).high
        yield from _outside(numbers[UF1], Span(0.0, high), "UF1", f"UAR {numbers[UAR]}")
    if basis and UF1 in numbers and classes:
        yield from _outside(numbers[UF1], Span(accuracy.low / classes, 1.0), "UF1", basis)
    if there and (scores.repeats or 1) == 1:
        yield from _with_supports(scores, there, accuracy, basis)


def possible_hits(scores: Scores, averaged: Sequence[int] | None = None) -> tuple[list[str], Integers] | None:
    """Return every number of hits of each class that gives the printed recalls, accuracy and UAR.

    Parameters
    ----------
    scores
        With the test clips of each class.
    averaged
        Over how many classes UAR may be the mean: those with test clips up to all of them, if not given.

    Returns
    -------
    tuple or None
        Names of the classes with test clips, and an integer array of shape (solutions, classes); None where
        there are too many combinations to try.
    """
    there = {name: count for name, count in scores.supports.items() if count}
    printed = scores.of_class(RECALL)
    ranges = [hits_for(printed[c], n) if c in printed else range(n + 1) for c, n in there.items()]
    if not ranges or math.prod(len(each) for each in ranges) > MOST:
        return None
    mesh = np.meshgrid(*(np.asarray(each) for each in ranges), indexing="ij")
    hits = np.stack([axis.ravel() for axis in mesh], axis=-1).astype(np.int64)
    keep = np.ones(len(hits), dtype=bool)
    if ACCURACY in scores.numbers:
        keep &= _holds(scores.numbers[ACCURACY], hits.sum(1) / sum(there.values()))
    if UAR in scores.numbers:
        total = (hits / np.asarray(list(there.values()))).sum(1)
        over = averaged or range(len(there), len(scores.supports) + 1)
        keep &= np.any([_holds(scores.numbers[UAR], total / count) for count in over], axis=0)
    return list(there), hits[keep]


def _with_supports(
    scores: Scores, there: Mapping[str, int], accuracy: Span, basis: str | None
) -> Iterator[Finding]:
    numbers, sizes, n = scores.numbers, list(there.values()), sum(there.values())
    of = f"with {', '.join(f'{name} {count}' for name, count in scores.supports.items())} test clips"
    outside = False
    if basis and UAR in numbers:
        total = mean_of_shares(Span(accuracy.low * n, accuracy.high * n), sizes)
        allowed = Span(total.low / len(scores.supports), total.high / len(there))
        for finding in _outside(numbers[UAR], allowed, "UAR", f"{basis} {of}", KNAPSACK):
            outside = True
            yield finding
    if WF1 in numbers and UF1 in numbers:
        wf1 = _span(numbers[WF1])
        total = mean_of_shares(Span(wf1.low * n, wf1.high * n), sizes)
        allowed = Span(total.low / len(scores.supports), total.high / len(there))
        yield from _outside(numbers[UF1], allowed, "UF1", f"WF1 {numbers[WF1]} {of}", KNAPSACK)
    if UAR not in numbers or outside:
        return
    found = possible_hits(scores)
    if found is not None and not len(found[1]):
        with_it = [f"accuracy {numbers[ACCURACY]}"] if ACCURACY in numbers else []
        with_it += [f"recall of {name} {value}" for name, value in scores.of_class(RECALL).items()]
        yield Finding(
            IMPOSSIBLE if scores.repeats == 1 else WARNING, ARITHMETIC, "bounds", numbers[UAR].where,
            f"UAR {numbers[UAR]}{' and ' if with_it else ''}{', '.join(with_it)}: no numbers of right "
            "answers "
            f"give this {of} in one run (every combination was tried, over the classes with test clips and "
            "over all)",
            "exhaustive search",
        )  # fmt: skip


def _outside(
    printed: Number, allowed: Span, what: str, given: str, source: str = JENSEN
) -> Iterator[Finding]:
    if printed.meets(allowed.low - SLACK, allowed.high + SLACK):
        return
    yield Finding(
        IMPOSSIBLE, ARITHMETIC, "bounds", printed.where,
        f"{what} {printed} does not fit {given}, which allows {what} from {shown(allowed.low)} to "
        f"{shown(min(allowed.high, 1.0))}",
        source,
    )  # fmt: skip


def _span(printed: Number | None) -> Span:
    if printed is None:
        return WHOLE
    return Span(max(0.0, float(printed.low)), min(1.0, float(printed.high)))


def _filled(total: float, weights: Sequence[int]) -> float:
    """Return the sum of shares that take what is left of a total, each up to 1, one after another."""
    shares = 0.0
    for weight in weights:
        share = min(1.0, max(0.0, total / weight))
        shares, total = shares + share, total - share * weight
    return shares


def _holds(printed: Number, values: Floats) -> Booleans:
    low, high = (float(end) for end in (printed.low - FLOATING, printed.high + FLOATING))
    return (values >= low - SLACK) & (values <= high + SLACK)
