"""Confusion matrices: lists of true, predicted and number, squares, and what is typed."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

import numpy as np

from sarangi.base.errors import SarangiError
from sarangi.base.fault_kinds import ARITHMETIC
from sarangi.consistency.cells import Grid, Line
from sarangi.consistency.evidence import Matrix
from sarangi.consistency.finding import IMPOSSIBLE, Finding
from sarangi.consistency.granularity import hits_for
from sarangi.consistency.names import words
from sarangi.consistency.numbers import Number, number, shown

TRUE = {"true", "actual", "label", "reference", "gold", "target class", "true class", "true label", "emotion"}
PREDICTED = {"predicted", "prediction", "pred", "answer", "hypothesis", "predicted class", "predicted label"}
COUNTED = {"n", "count", "counts", "clips", "number", "utterances"}
TOTALS = {"total", "sum", "all", "n", "support"}
RUNS = {"seed", "fold", "run", "repeat", "split", "repetition"}
GROUPS = re.compile(r"\b(held out|speaker|speakers|actor|session|group|subject|show)\b")
MOST_CLASSES = 60
LARGEST = 10**6
"""Clips; a test set of speech has no more."""


def is_list(grid: Grid) -> bool:
    """Whether a table lists confusions, a row for each true and predicted class."""
    plain = {words(name) for name in grid.header}
    return bool(plain & TRUE) and bool(plain & PREDICTED) and bool(plain & COUNTED)


def is_square(grid: Grid) -> bool:
    """Whether a table is a confusion matrix: its rows are named as its columns are, but for totals."""
    rows = [line.cells[0].casefold() for line in grid.lines]
    columns = [name.casefold() for name in grid.header[1:]]
    first, second = ([name for name in names if words(name) not in TOTALS] for names in (rows, columns))
    return len(first) > 1 and bool(first) and sorted(first) == sorted(second)


def of_list(grid: Grid) -> list[Matrix]:
    """Return the matrices of a list of confusions, and what they add up to over seeds, folds or speakers.

    Every further column tells one matrix from another.  A class that is listed as true or predicted anywhere
    in a matrix is one of its classes.

    Raises
    ------
    SarangiError
        If a number is no whole number of clips, a class is empty, or a pair is listed twice.
    """
    plain = [words(name) for name in grid.header]
    at = {}
    for what, names in (("true", TRUE), ("predicted", PREDICTED), ("n", COUNTED)):
        places = [place for place, name in enumerate(plain) if name in names]
        if len(places) > 1:
            raise SarangiError(
                f"{grid.path}:1: columns {' and '.join(grid.header[p] for p in places)} both look like "
                f"{what}; "
                "expected one of them"
            )
        at[what] = places[0]
    keys = [place for place in range(len(plain)) if place not in at.values()]
    cells: dict[tuple[str, ...], dict[tuple[str, str], tuple[int, Line]]] = {}
    for line in grid.lines:
        pair = line.cells[at["true"]], line.cells[at["predicted"]]
        if not all(pair):
            empty = at["predicted"] if pair[0] else at["true"]
            raise SarangiError(f"{grid.where(line, empty)}: empty, expected the name of a class")
        of_key = cells.setdefault(tuple(line.cells[place] for place in keys), {})
        if pair in of_key:
            raise SarangiError(
                f"{grid.where(line)}: true {pair[0]}, predicted {pair[1]} is there a second time (first in "
                "line "
                f"{of_key[pair][1].number}); expected each pair once per matrix. A column that tells the "
                "matrices "
                "apart, such as seed, may be missing"
            )
        of_key[pair] = _clips(grid, line, at["n"]), line
    matrices = []
    for key, pairs in cells.items():
        named = {grid.header[place]: value for place, value in zip(keys, key, strict=True)}
        classes = tuple(dict.fromkeys(name for pair in pairs for name in pair))
        _refuse_many(grid.path, classes)
        counts = np.zeros((len(classes), len(classes)), dtype=np.int64)
        for (true, predicted), (n, _) in pairs.items():
            counts[classes.index(true), classes.index(predicted)] = n
        matrices.append(Matrix(where=_where(grid.path, named), keys=named, classes=classes, counts=counts))
    return [*matrices, *pooled(matrices, grid.path)]


def pooled(matrices: Sequence[Matrix], path: str) -> Iterator[Matrix]:
    """Yield the sum of the matrices that differ by seed, fold or held-out speaker alone."""

    def system(matrix: Matrix) -> tuple[tuple[str, str], ...]:
        return tuple((name, value) for name, value in matrix.keys.items() if not is_run(name))

    ordered = sorted(matrices, key=lambda matrix: (system(matrix), matrix.classes))
    for (keys, classes), group in groupby(ordered, key=lambda matrix: (system(matrix), matrix.classes)):
        parts = list(group)
        if len(parts) > 1:
            where = f"{_where(path, dict(keys))}, {len(parts)} matrices pooled"
            counts = np.sum([part.counts for part in parts], axis=0)
            yield Matrix(where=where, keys=dict(keys), classes=classes, counts=counts, parts=parts)


def is_run(column: str) -> bool:
    """Whether a column tells the runs of one system from each other: seeds, folds, held-out speakers."""
    plain = words(column)
    return plain in RUNS or bool(GROUPS.search(plain))


def by_group(pool: Matrix) -> bool:
    """Whether each part of a pool is the test of another speaker or group."""
    names = [name for name in pool.parts[0].keys if GROUPS.search(words(name))]
    groups = [tuple(part.keys[name] for name in names) for part in pool.parts]
    return bool(names) and all(all(group) for group in groups) and len(set(groups)) == len(groups)


def of_square(grid: Grid, supports: Mapping[str, int]) -> tuple[list[Matrix], list[Finding]]:
    """Return the matrix of a square table, in counts or in shares of each row, and what its totals say.

    Raises
    ------
    SarangiError
        If a cell is not a number, or shares come without the clips of each class.
    """
    columns = {name.casefold(): place for place, name in enumerate(grid.header) if place}
    lines = [line for line in grid.lines if words(line.cells[0]) not in TOTALS]
    classes = tuple(line.cells[0] for line in lines)
    _refuse_many(grid.path, classes)
    rows = [[_number(grid, line, columns[name.casefold()]) for name in classes] for line in lines]
    findings: list[Finding] = []
    for line, row in zip(lines, rows, strict=True):
        for name, place in columns.items():
            if words(name) in TOTALS and line.cells[place] and not _in_shares(rows):
                findings += _total(
                    grid.where(line, place), row, _number(grid, line, place), f"row {line.cells[0]}"
                )
    for line in grid.lines:
        if words(line.cells[0]) in TOTALS and not _in_shares(rows):
            for place, name in enumerate(classes):
                cell = columns[name.casefold()]
                if line.cells[cell]:
                    each = [row[place] for row in rows]
                    findings += _total(
                        grid.where(line, cell), each, _number(grid, line, cell), f"column {name}"
                    )
    matrices, more = of_rows(rows, classes, supports, grid.path)
    return matrices, [*findings, *more]


def of_rows(
    rows: Sequence[Sequence[Number]], classes: tuple[str, ...], supports: Mapping[str, int], where: str
) -> tuple[list[Matrix], list[Finding]]:
    """Return the matrix of K rows of K numbers, counts or shares, and what cannot be in it.

    Raises
    ------
    SarangiError
        If the numbers are neither counts nor shares, or are shares without the clips of each class.
    """
    if not _in_shares(rows) and not _integer_percent(rows, classes, supports):
        counts = np.array([[int(each.value) for each in row] for row in rows], dtype=np.int64)
        matrix = Matrix(where=where, classes=classes, counts=counts)
        return [matrix], list(_other_supports(matrix, supports))
    shares = _as_shares(rows, where)
    missing = [name for name in classes if name not in supports]
    findings = []
    counts = np.zeros((len(classes), len(classes)), dtype=np.int64)
    for place, (name, row) in enumerate(zip(classes, shares, strict=True)):
        low, high = (sum(getattr(each, end) for each in row) for end in ("low", "high"))
        if not low - row[0].step <= 1 <= high + row[0].step and any(each.value for each in row):
            findings.append(
                Finding(
                    IMPOSSIBLE, ARITHMETIC, "matrix", row[0].where,
                    f"the row of {name} adds up to {shown(100 * sum(each.value for each in row), 2)} %, "
                    "not to 100 %, "
                    "and rounding does not explain it",
                )
            )  # fmt: skip
            return [], findings
        if missing:
            continue
        counts[place], found = _counted(row, name, supports[name])
        findings += found
    if missing:
        raise SarangiError(
            f"{where}: shares or per cent, without the test clips of {', '.join(missing)}; expected them "
            "with "
            f"--supports {','.join(f'{name}=N' for name in classes)}, or a matrix of counts"
        )
    if findings:
        return [], findings
    return [Matrix(where=where, classes=classes, counts=counts)], []


def _counted(row: Sequence[Number], name: str, support: int) -> tuple[list[int], list[Finding]]:
    """Return the counts of a row of shares: whole numbers of clips that add up to the support."""
    allowed = [hits_for(each, support) for each in row]
    for each, possible in zip(row, allowed, strict=True):
        if not possible:
            return [0] * len(row), [
                Finding(
                    IMPOSSIBLE, ARITHMETIC, "matrix", each.where,
                    f"{each} of the {support} clips of {name}: no count of {support} rounds to it",
                    "Brown and Heathers 2017 (GRIM)",
                )
            ]  # fmt: skip
    counts = [
        min(max(round(each.value * support), a[0]), a[-1]) for each, a in zip(row, allowed, strict=True)
    ]
    # where several counts round to a share, those that add up
    for place, range_ in enumerate(allowed):
        rest = support - sum(counts)
        counts[place] = min(max(counts[place] + rest, range_[0]), range_[-1])
    if sum(counts) != support:
        return counts, [
            Finding(
                IMPOSSIBLE, ARITHMETIC, "matrix", row[0].where,
                f"the row of {name}: no counts with these shares add up to {support} clips",
                "Brown and Heathers 2017 (GRIM)",
            )
        ]  # fmt: skip
    return counts, []


def _in_shares(rows: Sequence[Sequence[Number]]) -> bool:
    return any(each.percent or "." in each.text for row in rows for each in row)


def _integer_percent(
    rows: Sequence[Sequence[Number]], classes: Sequence[str], supports: Mapping[str, int]
) -> bool:
    """Whether whole numbers are per cent: each row adds up to about 100, and the class has other clips."""
    sums = [int(sum(each.value for each in row)) for row in rows]
    near = all(abs(total - 100) <= len(classes) / 2 or not total for total in sums)
    return near and any(supports.get(name, total) != total for name, total in zip(classes, sums, strict=True))


def _as_shares(rows: Sequence[Sequence[Number]], where: str) -> list[list[Number]]:
    highest = max(float(each.value) for row in rows for each in row)
    plain = any(not each.percent for row in rows for each in row)
    if plain and highest <= 1:
        return [list(row) for row in rows]
    if highest > 100 and plain:
        raise SarangiError(
            f"{where}: cells with a decimal point and cells above 100 ({highest:g}); expected whole "
            "counts, or "
            "shares, or per cent"
        )
    return [[each.as_percent() for each in row] for row in rows]


def _other_supports(matrix: Matrix, supports: Mapping[str, int]) -> Iterator[Finding]:
    for name, n in supports.items():
        own = matrix.supports.get(name)
        if own is None and n:
            raise SarangiError(
                f"--supports {name}={n}: no class of {matrix.where}, which has {', '.join(matrix.classes)}"
            )
        if own is not None and own != n:
            yield Finding(
                IMPOSSIBLE, ARITHMETIC, "matrix", matrix.where,
                f"the row of {name} adds up to {own} clips, and {n} are stated",
            )  # fmt: skip


def _total(where: str, parts: Sequence[Number], printed: Number, what: str) -> Iterator[Finding]:
    whole = sum(part.value for part in parts)
    if whole != printed.value:
        yield Finding(
            IMPOSSIBLE, ARITHMETIC, "matrix", where,
            f"{what} adds up to {shown(whole)}, and {printed} is printed as its total",
        )  # fmt: skip


def _number(grid: Grid, line: Line, place: int) -> Number:
    text = line.cells[place]
    found = number(text or "0", grid.where(line, place))
    if found is None or found.value < 0:
        raise SarangiError(
            f"{grid.where(line, place)}: {text!r}, expected a number of clips, or a share of the row's clips"
        )
    return found


def _clips(grid: Grid, line: Line, place: int) -> int:
    text = line.cells[place]
    found = number(text, grid.where(line, place))
    if found is None or found.percent or found.value.denominator != 1 or not 0 <= found.value <= LARGEST:
        raise SarangiError(
            f"{grid.where(line, place)}: {text!r}, expected a whole number of clips to {LARGEST:,} (give "
            "per cent as a "
            "square "
            "matrix with --supports)"
        )
    return int(found.value)


def _refuse_many(path: str, classes: Sequence[str]) -> None:
    if len(set(classes)) != len(classes):
        raise SarangiError(f"{path}: a class is there twice ({', '.join(classes)}); expected each once")
    if len(classes) > MOST_CLASSES:
        raise SarangiError(
            f"{path}: {len(classes)} classes, expected at most {MOST_CLASSES}; is {classes[0]!r} a class?"
        )


def _where(path: str, keys: Mapping[str, str]) -> str:
    return ", ".join([path, *(f"{name} {value}" for name, value in keys.items() if value)])
