"""Numbers under another name than theirs: a matrix says which metric a printed number is."""

import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from sarangi.base.fault_kinds import ARITHMETIC, LABEL
from sarangi.consistency.evidence import Matrix, Scores
from sarangi.consistency.finding import IMPOSSIBLE, WARNING, Finding
from sarangi.consistency.names import ACCURACY, PROSE, UAR, UF1, WF1
from sarangi.consistency.numbers import Number, shown
from sarangi.consistency.sums import name_of
from sarangi.statistics.confusions import Floats, accuracy, f1s, recalls, wf1
from sarangi.statistics.metrics import OF_CLASS, RECALL

PRESENT, SEEN = "the classes with test clips", "the classes that are true or predicted"
ALL = "all classes"
DEFINITIONS = (PRESENT, SEEN, ALL)
"""What macro averages are taken over; the second is scikit-learn without ``labels``, the third with them."""

MOST_PLACES = 200
"""Places with the same digits that are compared with each other."""
NEAR_CEILING = Fraction(19, 20)
EQUAL_IF_BALANCED = ({UAR, ACCURACY}, {UF1, WF1})
SCIKIT = "scikit-learn: recall_score and f1_score, parameter labels"


class Fit(NamedTuple):
    """A macro average that is printed for a matrix, and which of :data:`DEFINITIONS` give it."""

    metric: str
    printed: Number
    name: str
    definitions: frozenset[str]
    apart: bool
    """Whether the definitions differ there at all."""


def values(matrix: Matrix) -> dict[str, dict[str, float]]:
    """Return each metric of a matrix, by what its average is taken over ("" where that does not matter)."""
    counts = matrix.counts
    supports, predicted = counts.sum(1), counts.sum(0)
    recall, f1 = recalls(counts), f1s(counts)
    over = {PRESENT: supports > 0, SEEN: (supports > 0) | (predicted > 0), ALL: np.ones(len(supports), bool)}

    def macro(each: Floats) -> dict[str, float]:
        return {name: float(np.nansum(each) / kept.sum()) for name, kept in over.items()}

    found = {
        UAR: macro(recall), UF1: macro(f1),
        WF1: {"": float(wf1(counts))}, ACCURACY: {"": float(accuracy(counts))},
    }  # fmt: skip
    for score, of_class in OF_CLASS.items():
        for name, value in zip(matrix.classes, of_class(counts), strict=True):
            found[f"{score}_{name}"] = {"": float(value)}
    return found


def matched(matrices: Sequence[Matrix], row: Scores) -> Matrix | None:
    """Return the matrix that a row of scores is of, by its keys or by what both say; None where none is.

    Keys match where the row has a column of the same name for each.  Otherwise what does not depend on a
    definition has to: n or the test clips of each class, and accuracy or a recall; and one matrix alone.
    """
    for matrix in matrices:
        if matrix.keys and all(row.labels.get(key) == value for key, value in matrix.keys.items()):
            return matrix
    fitting = [matrix for matrix in matrices if _same(matrix, row)]
    distinct = {matrix.counts.tobytes() + repr(matrix.classes).encode() for matrix in fitting}
    return fitting[0] if len(distinct) == 1 else None


def _same(matrix: Matrix, row: Scores) -> bool:
    supports = matrix.supports
    sizes = []
    if row.n is not None:
        sizes.append(row.n == sum(supports.values()))
    if row.supports:
        sizes.append({c: n for c, n in row.supports.items() if n} == {c: n for c, n in supports.items() if n})
    each = {name: by[""] for name, by in values(matrix).items() if "" in by and np.isfinite(by[""])}
    scored = [
        printed.holds(each[name]) for name, printed in row.numbers.items()
        if name in each and (name == ACCURACY or name.startswith(f"{RECALL}_"))
    ]  # fmt: skip
    return bool(sizes) and bool(scored) and all(sizes) and all(scored)


def labels(matrix: Matrix, row: Scores) -> tuple[list[Finding], list[Fit]]:
    """Return what is wrong with the scores printed for a matrix, and how its macro averages are defined."""
    each, findings, fits = values(matrix), [], []
    for metric, printed in row.numbers.items():
        if metric not in each or not np.isfinite(list(each[metric].values())).all():
            continue
        own = each[metric]
        holding = frozenset(name for name, value in own.items() if printed.holds(value))
        if holding:
            if "" not in own:
                apart = any(not printed.holds(value) for value in own.values())
                fits.append(Fit(metric, printed, name_of(row), holding, apart))
                findings += _averaged_over_seen(matrix, metric, printed, own, holding)
            continue
        findings.append(_other_number(matrix, metric, printed, each))
    return findings, fits


def _averaged_over_seen(
    matrix: Matrix, metric: str, printed: Number, own: Mapping[str, float], holding: frozenset[str]
) -> list[Finding]:
    if holding != {SEEN}:
        return []
    counts = matrix.counts
    seen = [name for name, n in zip(matrix.classes, counts.sum(1) + counts.sum(0), strict=True) if n]
    there = [name for name, n in matrix.supports.items() if n]
    return [
        Finding(
            WARNING, LABEL, "labels", printed.where,
            f"{PROSE[metric]} {_short(printed)} is averaged over the {len(seen)} classes that are true or "
            "predicted "
            f"({', '.join(seen)}), so it depends on which wrong classes the model names; over the "
            f"{_classes(len(there))} with test clips ({', '.join(there)}) it is {shown(own[PRESENT])}, "
            "over all "
            f"{len(matrix.classes)} it is {shown(own[ALL])}{matrix.title}",
            SCIKIT,
        )
    ]  # fmt: skip


def _other_number(
    matrix: Matrix, metric: str, printed: Number, each: Mapping[str, Mapping[str, float]]
) -> Finding:
    """Say what a number is that is not the metric it is called."""
    own = each[metric]
    gives = " or ".join(
        dict.fromkeys(f"{shown(value)}{f' (over {name})' if name else ''}" for name, value in own.items())
    )
    if len(set(own.values())) == 1:
        gives = shown(next(iter(own.values())))
    called = PROSE.get(metric, metric.replace("_", " of ", 1))
    cut = any(printed.cut_from(value) for value in own.values())
    if cut:
        return Finding(
            WARNING, ARITHMETIC, "labels", printed.where,
            f"{called} {_short(printed)}: the matrix gives {gives}; the digits are cut off instead of "
            "rounded {matrix.title}",
        )  # fmt: skip
    others = [
        f"{PROSE[name]}{f' over {over}' if over else ''}"
        for name in PROSE
        if name != metric and metric in PROSE
        for over, value in each[name].items()
        if printed.holds(value)
    ]
    if others and len(printed.text.partition(".")[2]) >= 2:
        return Finding(
            IMPOSSIBLE, LABEL, "labels", printed.where,
            f"{_short(printed)} is printed as {called}, but it is the {others[0]} of the matrix, whose "
            f"{called} is "
            f"{gives}{matrix.title}",
        )  # fmt: skip
    return Finding(
        IMPOSSIBLE, ARITHMETIC, "labels", printed.where,
        f"{called} {_short(printed)}, but the matrix gives {gives}{matrix.title}",
    )  # fmt: skip


def two_definitions(fits: Sequence[Fit]) -> Iterator[Finding]:
    """Yield the metrics that no single definition gives in all rows, where the definitions differ."""
    for metric in (UAR, UF1):
        rows = [fit for fit in fits if fit.metric == metric and fit.apart]
        shared = frozenset(DEFINITIONS).intersection(*(fit.definitions for fit in rows))
        if not rows or shared:
            continue
        parts = []
        for definition in sorted(DEFINITIONS, key=lambda d: -sum(d in fit.definitions for fit in rows)):
            of_it = [fit for fit in rows if fit.definitions == {definition}]
            if of_it:
                parts.append(
                    f"over {definition} in " + "; ".join(f"{f.name} ({_short(f.printed)})" for f in of_it)
                )
        yield Finding(
            WARNING, LABEL, "labels", rows[0].printed.where,
            f"{PROSE[metric]} has two definitions side by side, and numbers of the one cannot be compared "
            "with "
            f"numbers of the other: {', but '.join(parts)}",
            SCIKIT,
        )  # fmt: skip


def two_names(rows: Sequence[Scores]) -> Iterator[Finding]:
    """Yield a number that is printed as one metric of a system here, and as another of the same system there.

    Left out is what is equal by itself: above :data:`NEAR_CEILING` all metrics are alike, and with as many
    clips of each class UAR is the accuracy and UF1 is WF1.
    """
    by_digits: dict[str, list[tuple[Scores, str, Number]]] = {}
    for row in rows:
        for metric, printed in row.numbers.items():
            if metric in PROSE and _tells(printed):
                by_digits.setdefault(printed.text, []).append((row, metric, printed))
    for text, every in by_digits.items():
        places = every[:MOST_PLACES]
        for at, (row, metric, printed) in enumerate(places):
            others = [place for place in places[at + 1 :] if _contradicts(row, metric, place)]
            if not others:
                continue
            named = dict.fromkeys(PROSE[each] for _, each, _ in others)
            elsewhere = "; ".join(f"{name_of(other)}, {number.where}" for other, _, number in others)
            beside = [
                f"{PROSE[name]} is {value} there"
                for name, value in others[0][0].numbers.items()
                if name in PROSE and value.text != text
            ]
            yield Finding(
                WARNING, LABEL, "labels", printed.where,
                f"{text} is printed as {PROSE[metric]} ({name_of(row)}) and as {' and '.join(named)} "
                f"({elsewhere}) of "
                f"what seems to be one system{', where ' + ', '.join(beside) if beside else ''}. These are "
                "different "
                "metrics: unless they are equal by chance, one name is wrong",
            )  # fmt: skip


def _contradicts(row: Scores, metric: str, place: tuple[Scores, str, Number]) -> bool:
    other, named, printed = place
    if named == metric or row is other or {metric, named} in EQUAL_IF_BALANCED:
        return False
    again = [other.numbers.get(metric), row.numbers.get(named)]
    if None not in again or any(each and each.text == printed.text for each in again):
        return False  # each prints both: two systems, or two metrics that are equal
    return _same_system(row, other)


def _tells(printed: Number) -> bool:
    """Whether two places hardly print the same digits by chance."""
    digits = printed.text.replace("-", "").replace(".", "").lstrip("0")
    return len(digits) >= 3 and 0 < printed.value <= NEAR_CEILING


def _same_system(one: Scores, other: Scores) -> bool:
    """Whether two rows of a table have equal labels; of different tables, share most words of them."""
    shared = one.labels.keys() & other.labels.keys() - {""}
    if any(one.labels[name] != other.labels[name] for name in shared):
        return False
    first, second = (_label_words(row) for row in (one, other))
    fewer, more = sorted((first, second), key=len)
    alike = sum(any(_alike(word, candidate) for candidate in more) for word in fewer)
    return bool(fewer) and alike >= min(2, len(fewer)) and alike >= 0.6 * len(fewer)


def _label_words(row: Scores) -> list[str]:
    text = " ".join(row.labels.values()).casefold()
    return list(dict.fromkeys(re.findall(r"[^\W_]+", text)))


def _alike(word: str, other: str) -> bool:
    short, long = sorted((word, other), key=len)
    return word == other or (len(short) >= 4 and long.startswith(short))


def _short(printed: Number) -> str:
    """Return a printed number with at most six decimals, for a sentence."""
    decimals = printed.text.partition(".")[2]
    if len(decimals) <= 6 or "e" in printed.text:
        return str(printed)
    return f"{shown(printed.value * (100 if printed.percent else 1))}…{' %' if printed.percent else ''}"


def _classes(count: int) -> str:
    return "1 class" if count == 1 else f"{count} classes"
