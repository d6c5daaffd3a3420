"""Scores that no whole number of clips gives: the GRIM test for recalls, accuracies and F1.

Brown and Heathers (2017, Social Psychological and Personality Science 8(4), 363-369) test means of whole
numbers so: a share of n clips is x / n, and for small n few of these round to the printed digits.
"""

import math
from collections.abc import Iterator
from fractions import Fraction

from sarangi.base.fault_kinds import ARITHMETIC
from sarangi.consistency.evidence import Scores
from sarangi.consistency.finding import IMPOSSIBLE, WARNING, Finding
from sarangi.consistency.names import ACCURACY
from sarangi.consistency.numbers import FLOATING, Number, shown
from sarangi.statistics.metrics import F1, RECALL

GRIM = "Brown and Heathers 2017 (GRIM)"
MOST = 1_000_000
"""Pairs of hits and predictions that are tried for one F1."""


def granularity(scores: Scores) -> Iterator[Finding]:
    """Yield what is wrong with scores of one run, as shares of whole numbers of clips.

    A mean over several seeds or folds is no such share, and is not tested; where nothing is said of runs, it
    may be one.
    """
    if (scores.repeats or 1) > 1:
        return
    n = scores.n or sum(scores.supports.values()) or None
    if n and ACCURACY in scores.numbers:
        yield from _share(scores.numbers[ACCURACY], n, "accuracy", "test clips", scores.repeats)
    for name, printed in scores.of_class(RECALL).items():
        if support := scores.supports.get(name):
            yield from _share(printed, support, f"recall of {name}", f"{name} clips", scores.repeats)
    whole = sum(scores.supports.values())
    for name, printed in scores.of_class(F1).items():
        support = scores.supports.get(name, 0)
        if support and not reachable_f1(printed, support, whole):
            yield Finding(
                _severity(scores.repeats), ARITHMETIC, "granularity", printed.where,
                f"F1 of {name} {printed}: no numbers of hits and of predictions give it with {support} "
                f"{name} "
                f"clips of {whole}{_unless(scores.repeats)}",
                GRIM,
            )  # fmt: skip


def hits_for(printed: Number, n: int) -> range:
    """Return the numbers of right answers of n clips whose share rounds to the printed digits."""
    low = math.ceil((printed.low - FLOATING) * n)
    high = math.floor((printed.high + FLOATING) * n)
    return range(max(low, 0), min(high, n) + 1)


def reachable_f1(printed: Number, support: int, n: int) -> bool:
    """Whether 2 hits / (support + predictions) rounds to the digits, hits and predictions whole numbers.

    Parameters
    ----------
    printed
        F1 of a class.
    support, n
        Test clips of the class, and all of them.
    """
    if printed.meets(0, 0):
        return True
    low, high = printed.low - FLOATING, printed.high + FLOATING
    if support * 2 > MOST:
        return True  # shares of so many are denser than any digits that are printed
    for hits in range(1, support + 1):
        # predictions between the ends, and neither fewer than the hits nor more than the other classes allow
        least = max(math.ceil(2 * hits / high - support), hits)
        most = (
            min(math.floor(2 * hits / low - support), hits + n - support) if low > 0 else hits + n - support
        )
        if least <= most:
            return True
    return False


def _share(printed: Number, n: int, what: str, of: str, repeats: int | None) -> Iterator[Finding]:
    if hits_for(printed, n):
        return
    below = math.floor(printed.value * n)
    # what is nearest, on both sides
    near = [Fraction(count, n) for count in (below, below + 1) if 0 <= count <= n]
    decimals = max(4, len(printed.text.partition(".")[2]) + 1)
    cut = next((share for share in near if printed.cut_from(share)), None)
    words = " and ".join(f"{share * n}/{n} = {shown(share, decimals)}" for share in near)
    if cut is not None:
        yield Finding(
            WARNING, ARITHMETIC, "granularity", printed.where,
            f"{what} {printed}: no count of {n} {of} rounds to it; {cut * n}/{n} = {shown(cut, decimals)} "
            "does if its digits are cut off instead of rounded",
            GRIM,
        )  # fmt: skip
        return
    yield Finding(
        _severity(repeats), ARITHMETIC, "granularity", printed.where,
        f"{what} {printed}: no count of {n} {of} rounds to it; the nearest are {words}{_unless(repeats)}",
        GRIM,
    )  # fmt: skip


def _severity(repeats: int | None) -> str:
    return IMPOSSIBLE if repeats == 1 else WARNING


def _unless(repeats: int | None) -> str:
    # the table says that there is one run, or it says nothing of it
    return (
        "" if repeats == 1 else " (a mean over several runs can, and the table does not say that it is one)"
    )
