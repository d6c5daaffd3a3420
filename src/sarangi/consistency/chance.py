"""What guessing scores on a test set, what can be scored at most, and on which side of guessing a UAR is.

A macro recall that counts classes without a test clip as 0 has another chance level and another ceiling than
1/K and 1: with k of K classes tested, uniform guessing gives k / K² and a perfect model k / K.
"""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

import numpy as np
from scipy import special

from sarangi.base.fault_kinds import NOT_INTERPRETABLE
from sarangi.consistency.bounds import possible_hits
from sarangi.consistency.evidence import Matrix, Scores
from sarangi.consistency.finding import FACT, NOTE, WARNING, Finding
from sarangi.consistency.intervals import jeffreys_of_uar
from sarangi.consistency.labels import ALL, PRESENT, SEEN, Fit, values
from sarangi.consistency.names import UAR
from sarangi.consistency.numbers import Number, shown
from sarangi.statistics.confusions import hits

JEFFREYS = "Brown, Cai and DasGupta 2001 (Jeffreys interval), Beta posteriors of the recalls convolved"
STEPS = 1 << 14
"""Points per unit of recall on which the distribution of guessing is computed."""
MOST_SOLUTIONS = 200
"""Numbers of right answers that a printed UAR may stand for, of which the widest interval is taken."""


def p_of_guessing(
    supports: Sequence[int], classes: int, low: float, high: float, over: int
) -> tuple[float, float]:
    """Return the probabilities that uniform guessing gives at most, and at least, a UAR.

    The exact distribution of the mean of independent binomial shares with probability 1 / ``classes``, on a
    grid of :data:`STEPS` points.

    Parameters
    ----------
    supports
        Test clips of each class that has some.
    classes
        From which it is guessed.
    low, high
        The ends of what rounds to the UAR; a printed UAR is at most ``high``, and at least ``low``.
    over
        Number of classes that the recalls are averaged over.

    Returns
    -------
    tuple
        P(UAR <= high) and P(UAR >= low).
    """
    length = STEPS * len(supports) + 1
    size = 1 << (length - 1).bit_length()
    spectrum = np.ones(size // 2 + 1, dtype=complex)
    for n in supports:
        right = np.arange(n + 1)
        chances = np.exp(
            special.gammaln(n + 1) - special.gammaln(right + 1) - special.gammaln(n - right + 1)
            - right * np.log(classes) + special.xlog1py(n - right, -1 / classes)
        )  # fmt: skip
        points = np.zeros(size)
        np.add.at(points, np.rint(right / n * STEPS).astype(int), chances)
        spectrum *= np.fft.rfft(points)
    chances = np.clip(np.fft.irfft(spectrum, size)[:length], 0.0, None)
    sums = np.arange(length) / STEPS
    off = len(supports) / 2 / STEPS  # of rounding to the grid
    below = chances[sums <= high * over + off].sum()
    above = chances[sums >= low * over - off].sum()
    return float(min(1.0, below)), float(min(1.0, above))


def of_matrix(matrix: Matrix, fits: Sequence[Fit]) -> Iterator[Finding]:
    """Yield chance and ceiling of a matrix, and the side that its UAR is on.

    Parameters
    ----------
    matrix
        The confusions.
    fits
        What was printed for it.
    """
    supports = matrix.supports
    if not sum(supports.values()):
        return
    printed = next((fit for fit in fits if fit.metric == UAR), None)
    right = dict(zip(matrix.classes, hits(matrix.counts).tolist(), strict=True))
    definitions = printed.definitions if printed else frozenset({PRESENT})
    there = [name for name, n in supports.items() if n]
    if PRESENT in definitions:
        over = len(there)
    elif ALL in definitions:
        over = len(supports)
    else:
        over = int(((matrix.counts.sum(0) + matrix.counts.sum(1)) > 0).sum())
    value = values(matrix)[UAR][next(d for d in (PRESENT, ALL, SEEN) if d in definitions)]
    solutions = [[right[name] for name in there]]
    where = printed.printed.where if printed else matrix.where
    yield from _sides(where, supports, solutions, value, value, over, printed is not None, f"{matrix.title}")


def of_scores(row: Scores) -> Iterator[Finding]:
    """Yield the same of a printed UAR with the test clips of each class, without a matrix."""
    printed = row.numbers.get(UAR)
    if printed is None or not sum(row.supports.values()) or (row.repeats or 1) > 1:
        return
    there = [name for name, n in row.supports.items() if n]
    # where classes are absent: whether the printed UAR is over all of them decides what chance is
    for over in dict.fromkeys((len(row.supports), len(there))):
        found = possible_hits(row, [over])
        if found is not None and not len(found[1]):
            continue
        order = found[0] if found else there
        solutions = [[int(h) for h in each] for each in found[1]] if found else []
        if len(solutions) > MOST_SOLUTIONS:
            solutions = []
        supports = {name: row.supports[name] for name in order} | dict(row.supports)
        yield from _sides(
            printed.where, supports, solutions, float(printed.low), float(printed.high), over, True,
            _if_over(row.supports, over), printed, row.chance,
        )  # fmt: skip


def _if_over(supports: Mapping[str, int], over: int) -> str:
    there = sum(n > 0 for n in supports.values())
    if there == len(supports):
        return ""
    if over == len(supports):
        return ", if it averages over all classes, absent ones as 0"
    return ", if it averages over the classes with test clips"


def _sides(
    where: str, supports: Mapping[str, int], solutions: Sequence[Sequence[int]], low: float, high: float,
    over: int, published: bool, condition: str, printed: Number | None = None, stated: Number | None = None,
) -> Iterator[Finding]:  # fmt: skip
    there = {name: n for name, n in supports.items() if n}
    absent = [name for name, n in supports.items() if not n]
    sizes, classes = list(there.values()), len(supports)
    chance, ceiling = Fraction(len(there), classes * over), Fraction(len(there), over)
    score = str(printed) if printed else shown(low, 3)
    at_most, at_least = p_of_guessing(sizes, classes, low, high, over)
    text = ""
    if solutions:
        ends = [jeffreys_of_uar(right, sizes, over) for right in solutions]
        interval = min(end[0] for end in ends), max(end[1] for end in ends)
        side = "above" if interval[0] > chance else "below" if interval[1] < chance else ""
        guessing = f"uniform guessing ({shown(chance)})"
        text = f"UAR {score} is {side} {guessing}" if side else f"UAR {score} against {guessing} is undecided"
        several = f" (the widest of {len(solutions)} ways to get it)" if len(solutions) > 1 else ""
        text += f": Jeffreys 95 % interval [{interval[0]:.3f}, {interval[1]:.3f}]{several}"
    else:
        text = f"UAR {score}, uniform guessing {shown(chance)}"
    middle = (low + high) / 2
    direction, p = ("less", at_most) if middle < chance else ("more", at_least)
    text += f"; guessing gives {score} or {direction} with p {_p(p)}{condition}"
    if absent and over > len(there):
        text = (
            f"No test clip is {' or '.join(absent)}: a macro recall over {over} classes reaches "
            f"{shown(ceiling)} at "
            f"most, and uniform guessing gives {shown(chance)}, not {shown(Fraction(1, classes))}. {text}"
        )
    elif absent:
        text = f"No test clip is {' or '.join(absent)}. {text}"
    if stated is not None and not stated.holds(chance):
        text += f". The printed chance level is {stated}"
    if len(there) == 1:
        only = next(iter(there))
        text += f". Every test clip is {only}: this is a recall, and says nothing of telling classes apart"
    severe = published and (over > len(there) or len(there) == 1)
    kind = NOT_INTERPRETABLE if severe else FACT
    yield Finding(WARNING if severe else NOTE, kind, "chance", where, text, f"{JEFFREYS}; exact binomials")


def _p(p: float) -> str:
    if p < 0.001:
        return "< 0.001"
    return f"= {p:.3f}" if p < 0.01 else f"= {p:.2f}"
