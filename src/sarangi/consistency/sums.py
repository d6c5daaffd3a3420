"""Numbers that do not follow from the parts printed next to them: means, differences, ratios, totals."""

import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import permutations
from typing import NamedTuple

from sarangi.base.fault_kinds import ARITHMETIC, LABEL
from sarangi.consistency.evidence import Scores
from sarangi.consistency.finding import IMPOSSIBLE, NOTE, WARNING, Finding
from sarangi.consistency.names import ACCURACY, FOLD, PROSE, UAR, UF1, WF1, meaning, words
from sarangi.consistency.numbers import Number, shown
from sarangi.statistics.metrics import F1, PRECISION, RECALL

GAP = re.compile(
    r"\b(gap|diff|difference|delta|drop|loss|gain|improvement|premium|change|increase|decrease)\b|δ|Δ",
    re.IGNORECASE,
)
RATIO = re.compile(r"\b(ratio|factor|times)\b|[×x] chance|\bover chance\b", re.IGNORECASE)
MEAN = re.compile(r"(mean|average|avg)( of (seeds|folds|runs))?")
TOTAL = {"total", "sum", "all"}
RELATIVE = "relative to"
NOT_SUMMED = re.compile(r"\b(seed|fold|year|id)\b")
MOST_COLUMNS = 12
"""Of a table, among whose pairs the parts of a difference are looked for."""
SIDES = (("across", "within"), ("ours", "baseline"), ("new", "old"), ("model", "baseline"))


class Formula(NamedTuple):
    """How a column follows from two others: a difference, a ratio, or a difference relative to the second."""

    first: str
    second: str
    scale: int
    sign: str = "-"
    named: bool = False
    """Whether the columns are named as the sides of a comparison."""

    def ends(self, row: Scores) -> tuple[Fraction, Fraction] | None:
        """Return the range that the parts in a row give; None where a part is not there."""
        first, second = row.columns.get(self.first), row.columns.get(self.second)
        if first is None or second is None:
            return None
        if self.sign == "-":
            return (first.low - second.high) * self.scale, (first.high - second.low) * self.scale
        if second.low <= 0 or first.low < 0:
            return None
        less = 1 if self.sign == RELATIVE else 0
        return (first.low / second.high - less) * self.scale, (first.high / second.low - less) * self.scale

    def __str__(self) -> str:
        return f"{self.first} {self.sign} {self.second}"


def of_classes(scores: Scores) -> Iterator[Finding]:
    """Yield the averages of a row that do not follow from its scores of single classes."""
    supports = scores.supports
    recall, f1, precision = (scores.of_class(name) for name in (RECALL, F1, PRECISION))
    classes = len(supports) or scores.classes
    for metric, each in ((UAR, recall), (UF1, f1)):
        if metric in scores.numbers and len(each) > 1 and (classes is None or len(each) == classes):
            yield from _macro(scores.numbers[metric], metric, each, supports)
    n = sum(supports.values())
    for metric, each in ((ACCURACY, recall), (WF1, f1)):
        there = [name for name, count in supports.items() if count]
        if metric in scores.numbers and there and all(name in each for name in there):
            ends = [sum(getattr(each[c], e) * supports[c] for c in there) / n for e in ("low", "high")]
            yield from _unless_meets(scores.numbers[metric], ends, metric, "the mean weighted by test clips")
    for name in f1.keys() & recall.keys() & precision.keys():
        r, p = recall[name], precision[name]
        if p.high + r.high > 0 and p.low >= 0 and r.low >= 0:
            ends = [
                2 * a * b / (a + b) if a + b else Fraction(0) for a, b in ((r.low, p.low), (r.high, p.high))
            ]
            yield from _unless_meets(f1[name], ends, f"F1 of {name}", "2 precision × recall / their sum")


def of_columns(rows: Sequence[Scores]) -> Iterator[Finding]:
    """Yield the differences, ratios, means and totals of a table that its other columns do not give."""
    columns = dict.fromkeys(name for row in rows for name in row.columns)
    for column in columns:
        plain = words(column)
        if GAP.search(column) or GAP.search(plain):
            yield from _derived(rows, column, ratio=False)
        elif RATIO.search(plain):
            yield from _derived(rows, column, ratio=True)
        elif MEAN.fullmatch(plain):
            yield from _mean_of_folds(rows, column)
    yield from _last_rows(rows)


def _derived(rows: Sequence[Scores], column: str, ratio: bool) -> Iterator[Finding]:
    with_it = [row for row in rows if column in row.columns]
    formula = _formula(with_it, column, ratio)
    if formula is None:
        return
    # where no row follows, the column may be something else, unless its parts say what they are
    certain = formula.named or any(_follows(formula, row, column) for row in with_it)
    for row in with_it:
        ends, printed = formula.ends(row), row.columns[column]
        if ends is None or _follows(formula, row, column):
            continue
        value = (ends[0] + ends[1]) / 2
        decimals = max(2, len(printed.text.partition(".")[2]))
        text = (
            f"{column} {printed}, but {formula} is {row.columns[formula.first]} {formula.sign} "
            f"{row.columns[formula.second]} = {float(value):+.{decimals}f}"
            f"{' points' if formula.scale == 100 and formula.sign == '-' else ''}"
        )
        other = next((r for r in with_it if r.columns[column].text == printed.text and r is not row
                      and _follows(formula, r, column)), None)  # fmt: skip
        if other is not None:
            text += (
                f"; {printed} is that of another row, {other.columns[formula.first]} and "
                f"{other.columns[formula.second]} ({name_of(other)})"
            )
        yield Finding(IMPOSSIBLE if certain else WARNING, ARITHMETIC, "sums", printed.where, text)


def _formula(rows: Sequence[Scores], column: str, ratio: bool) -> Formula | None:
    """Return how a column follows from two others: as it does in most rows, or else by their names."""
    names = dict.fromkeys(name for row in rows for name in row.columns if name != column)
    candidates = [
        name for name in names
        if not GAP.search(name) and not RATIO.search(words(name)) and not _is_count(name)
        and all(name in row.columns for row in rows)
    ][:MOST_COLUMNS]  # fmt: skip
    kinds = (("/", 1),) if ratio else (("-", 1), ("-", 100), (RELATIVE, 1), (RELATIVE, 100))
    formulas = [
        Formula(first, second, scale, sign)
        for sign, scale in kinds
        for first, second in permutations(candidates, 2)
    ]
    # first where the size fits, then where the sign does, too
    fits = [
        (sum(_follows(each, row, column) for row in rows), sum(_meets(each, row, column) for row in rows))
        for each in formulas
    ]
    most = max(fits, default=(0, 0))
    if most[0] and most[0] * 2 >= len(rows):
        return formulas[fits.index(most)]
    return _by_name(rows, column, candidates, ratio)


def _by_name(rows: Sequence[Scores], column: str, names: Sequence[str], ratio: bool) -> Formula | None:
    """Return how a column is meant to follow from two that are named as the sides of a comparison."""
    plain = {name: words(name).split() for name in names}
    pair, named = list(names[1::-1]), False
    for sides in SIDES:
        found = [[name for name in names if side in plain[name]] for side in sides]
        if all(len(each) == 1 for each in found):
            pair, named = [each[0] for each in found], True
            break
    if len(pair) != 2 or (not named and len(names) != 2):
        return None
    numbers = [row.columns[column] for row in rows]
    points = max(abs(float(number.value)) for number in numbers) > 1 and not all(n.percent for n in numbers)
    scale, sign = (1, "/") if ratio else (100 if points else 1, "-")
    formulas = [Formula(a, b, scale, sign, named) for a, b in (pair, pair[::-1])]
    # the sign as most rows have it
    signs = [
        sum(_positive(each, row) == (row.columns[column].value > 0) for row in rows) for each in formulas
    ]
    return formulas[0] if signs[0] >= signs[1] else formulas[1]


def _positive(formula: Formula, row: Scores) -> bool | None:
    ends = formula.ends(row)
    return None if ends is None else ends[0] + ends[1] > 0


def _meets(formula: Formula, row: Scores, column: str) -> bool:
    ends = formula.ends(row)
    return ends is not None and row.columns[column].meets(*ends)


def _follows(formula: Formula, row: Scores, column: str) -> bool:
    """Whether a row's parts give its printed number; without a sign it may be the size of the difference."""
    ends, printed = formula.ends(row), row.columns[column]
    if ends is None:
        return False
    unsigned = formula.sign == "-" and not printed.text.startswith("-") and printed.value >= 0
    return printed.meets(*ends) or (unsigned and printed.meets(-ends[1], -ends[0]))


def _is_count(name: str) -> bool:
    known = meaning(name)
    return known is not None and known.what in ("n", "classes", "groups", "repeats", "support")


def name_of(row: Scores) -> str:
    """Return what a row is called in a sentence: its labels, or its place."""
    return ", ".join(value for value in row.labels.values() if value) or row.where


def _mean_of_folds(rows: Sequence[Scores], column: str) -> Iterator[Finding]:
    for row in rows:
        folds = [number for name, number in row.columns.items() if FOLD.fullmatch(words(name))]
        printed = row.columns.get(column)
        if printed is None or len(folds) < 2:
            continue
        ends = [sum((getattr(f, e) for f in folds), Fraction(0)) / len(folds) for e in ("low", "high")]
        yield from _unless_meets(printed, ends, column, f"the mean of the {len(folds)} seeds or folds")


def _last_rows(rows: Sequence[Scores]) -> Iterator[Finding]:
    """Check a row that is called mean or total against the rows above it."""
    for place, row in enumerate(rows):
        called = {words(value) for value in row.labels.values()} - {""}
        above = rows[:place]
        if len(called) != 1 or len(above) < 2:
            continue
        is_total, is_mean = called <= TOTAL, bool(MEAN.fullmatch(next(iter(called))))
        for column, printed in row.columns.items():
            parts = [each.columns[column] for each in above if column in each.columns]
            if len(parts) != len(above) or NOT_SUMMED.search(words(column)):
                continue
            ends = [sum((getattr(part, e) for part in parts), Fraction(0)) for e in ("low", "high")]
            if is_total and _is_count(column):
                whole = sum((part.value for part in parts), Fraction(0))
                if whole != printed.value:
                    yield Finding(
                        IMPOSSIBLE, ARITHMETIC, "sums", printed.where,
                        f"{column} {printed.text} in the row of totals, but the rows above add up to "
                        f"{shown(whole)}",
                    )  # fmt: skip
            elif is_mean and not _is_count(column):
                means = [end / len(parts) for end in ends]
                if not printed.meets(*means) and not _weighted(above, column, printed):
                    yield Finding(
                        WARNING, ARITHMETIC, "sums", printed.where,
                        f"{column} {printed} in the row of means, but the mean of the {len(parts)} rows "
                        "above "
                        f"is {shown(sum(means) / 2)} and no mean weighted by their n is printed either",
                    )  # fmt: skip


def _weighted(above: Sequence[Scores], column: str, printed: Number) -> bool:
    counts = [row.n for row in above]
    if None in counts or not sum(counts):  # type: ignore[arg-type]
        return False
    pairs = [(row.columns[column], row.n or 0) for row in above]
    ends = [
        sum(getattr(number, e) * n for number, n in pairs) / sum(n for _, n in pairs) for e in ("low", "high")
    ]
    return printed.meets(*ends)


def _macro(
    printed: Number, metric: str, each: Mapping[str, Number], supports: Mapping[str, int]
) -> Iterator[Finding]:
    """Check a macro average against the scores of its classes, over those tested up to all of them."""
    low, high = (sum((getattr(number, e) for number in each.values()), Fraction(0)) for e in ("low", "high"))
    there = sum(supports.get(name, 0) > 0 for name in each) if supports else len(each)
    fits = [
        count for count in range(max(there, 1), len(each) + 1) if printed.meets(low / count, high / count)
    ]
    if not fits:
        severity, close = (IMPOSSIBLE, "") if supports else (NOTE, ", if these are all its classes")
        yield Finding(
            severity, ARITHMETIC, "sums", printed.where,
            f"{PROSE[metric]} {printed}, but the mean of the printed classes is "
            f"{shown((low + high) / 2 / len(each))}{close}",
        )  # fmt: skip
    elif len(each) not in fits and there not in fits:
        yield Finding(
            WARNING, LABEL, "sums", printed.where,
            f"{PROSE[metric]} {printed} is the mean over {fits[0]} classes: {there} have test clips (over "
            "these "
            f"it is {shown((low + high) / 2 / there)}), {len(each)} are listed "
            f"({shown((low + high) / 2 / len(each))})",
        )  # fmt: skip


def _unless_meets(printed: Number, ends: Sequence[Fraction], what: str, how: str) -> Iterator[Finding]:
    if not printed.meets(ends[0], ends[1]):
        yield Finding(
            IMPOSSIBLE, ARITHMETIC, "sums", printed.where,
            f"{PROSE.get(what, what)} {printed}, but {how} is {shown((ends[0] + ends[1]) / 2)}",
        )  # fmt: skip
