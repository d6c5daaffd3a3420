"""How far scores are from those of a predictor that always says one class."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from sarangi.base.fault_kinds import NOT_INTERPRETABLE
from sarangi.consistency.evidence import Matrix, Scores
from sarangi.consistency.finding import FACT, NOTE, WARNING, Finding
from sarangi.consistency.labels import values
from sarangi.consistency.names import ACCURACY, PROSE, UAR, UF1, WF1
from sarangi.consistency.numbers import shown
from sarangi.statistics.metrics import METRICS

NEARLY_ALWAYS = Fraction(19, 20)
"""Share of answers from which on a model is said to name one class nearly always."""
_EXACT = {metric.name: metric.constant for metric in METRICS if metric.constant is not None}
EXACT = {name: _EXACT[name] for name in (UAR, WF1, UF1, ACCURACY)}
"""Scores of a constant predictor, from the number of clips, those of its class, and the number of classes."""


def scores_of_constant(supports: Mapping[str, int], named: str) -> dict[str, Fraction]:
    """Return the exact scores of a predictor that always names one class, over the classes tested."""
    there = {name: n for name, n in supports.items() if n}
    n, right = sum(there.values()), there[named]
    return {metric: score(n, right, len(there)) for metric, score in EXACT.items()}


def of_scores(row: Scores) -> Iterator[Finding]:
    """Yield that scores are those of a constant predictor, or that accuracy is below the best of these.

    One equal score can be chance; it takes two metrics.
    """
    there = {name: n for name, n in row.supports.items() if n}
    if len(there) < 2 or (row.repeats or 1) > 1:
        return
    printed = {metric: row.numbers[metric] for metric in EXACT if metric in row.numbers}
    for named in there if len(printed) > 1 else ():
        scores = scores_of_constant(row.supports, named)
        if all(number.holds(scores[metric]) for metric, number in printed.items()):
            equal = ", ".join(f"{PROSE[metric]} {shown(scores[metric])}" for metric in printed)
            yield Finding(
                WARNING, NOT_INTERPRETABLE, "constant", row.where,
                f"these are the scores of a predictor that always says {named}: {equal}",
            )  # fmt: skip
            return
    best = max(there, key=lambda name: there[name])
    share = Fraction(there[best], sum(there.values()))
    accuracy = printed.get(ACCURACY)
    if accuracy is not None and accuracy.high < share:
        yield Finding(
            NOTE, FACT, "constant", accuracy.where,
            f"accuracy {accuracy} is below that of always saying {best}, {shown(share)}",
        )  # fmt: skip


def of_matrix(matrix: Matrix) -> Iterator[Finding]:
    """Yield the scores of the best constant predictor and the matrix, and whether it is nearly one itself."""
    there = {name: n for name, n in matrix.supports.items() if n}
    if not there:
        return
    best = max(there, key=lambda name: there[name])
    own, constant = values(matrix), scores_of_constant(matrix.supports, best)
    words = ", ".join(
        f"{PROSE[metric]} {shown(next(iter(own[metric].values())), 3)} (always {best}: {shown(value, 3)})"
        for metric, value in constant.items()
    )
    yield Finding(NOTE, FACT, "constant", matrix.where, f"over the classes with test clips: {words}")
    if (named := nearly_always(matrix)) is not None:
        name, count = named
        yield Finding(
            WARNING, NOT_INTERPRETABLE, "constant", matrix.where,
            f"the model says {name} for {count} of {sum(there.values())} clips, of which "
            f"{there.get(name, 0)} are {name}: its scores are nearly those of a constant predictor",
        )  # fmt: skip


def of_parts(parts: Sequence[Matrix], where: str) -> Iterator[Finding]:
    """Yield that pooled models each name one class nearly always, and not the same."""
    named = [(part, nearly_always(part)) for part in parts]
    told = {found[0] for _, found in named if found is not None}
    if len(told) > 1 and all(found is not None for _, found in named):
        each = ", ".join(f"{found[0]} {found[1]} of {part.counts.sum()}" for part, found in named if found)
        yield Finding(
            WARNING, NOT_INTERPRETABLE, "constant", where,
            f"the {len(parts)} models pooled here each say another class nearly always ({each}): the "
            "pooled scores "
            "are of no model, and agreement of their UARs is not robustness",
        )  # fmt: skip


def nearly_always(matrix: Matrix) -> tuple[str, int] | None:
    """Return the class that nearly all answers name, and how many; None where nearly all clips are of it."""
    n, predicted = int(matrix.counts.sum()), matrix.counts.sum(0)
    place = int(predicted.argmax())
    count, support = int(predicted[place]), int(matrix.counts.sum(1)[place])
    if not n or count < NEARLY_ALWAYS * n or support >= NEARLY_ALWAYS * n:
        return None
    return matrix.classes[place], count
