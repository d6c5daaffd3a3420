"""Scores, supports and matrices as they are typed on the command line."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sarangi.base.errors import SarangiError
from sarangi.consistency.evidence import Matrix, Scores, Table
from sarangi.consistency.finding import Finding
from sarangi.consistency.matrices import LARGEST, MOST_CLASSES, of_rows
from sarangi.consistency.names import PROSE, meaning
from sarangi.consistency.numbers import Number, cell, number

WHERE = "the command line"


def supports_of(text: str) -> dict[str, int]:
    """Return the test clips of each class, from ``angry=78,happy=2``.

    Raises
    ------
    SarangiError
        If an entry is not ``class=whole number``, or a class is there twice.
    """
    found: dict[str, int] = {}
    for entry in filter(None, re.split(r"[,;]\s*|\s+", text.strip())):
        name, _, count = entry.partition("=")
        if not name or not re.fullmatch(r"\d{1,9}", count):
            raise SarangiError(
                f"--supports: {entry!r}, expected class=clips, as in --supports "
                "angry=78,happy=2,neutral=8,sad=0"
            )
        if name in found:
            raise SarangiError(f"--supports: {name} is there twice; expected each class once")
        found[name] = int(count)
    if not sum(found.values()):
        raise SarangiError("--supports: no test clip at all; expected at least one class with clips")
    return found


def scores_of(texts: Sequence[str]) -> Scores:
    """Return typed scores, such as ``uar=0.103`` or ``uar=0.103 [0.075, 0.131]``, as a row.

    Raises
    ------
    SarangiError
        If one is not ``name=number``, or its name is no metric that a check knows.
    """
    numbers, intervals, n = {}, {}, None
    for text in texts:
        name, equals, rest = text.partition("=")
        what = meaning(name)
        if not equals or what is None or what.what in ("low", "high", "support", "chance") or what.others:
            raise SarangiError(
                f"--score: {text!r}, expected name=number with a name such as uar, wf1, uf1, accuracy, "
                "recall_angry, "
                "f1_angry, as in --score uar=0.103"
            )
        where = f"--score {name.strip()}"
        found = cell(rest, where)
        if found.number is None:
            raise SarangiError(f"{where}: {rest.strip()!r}, expected a number such as 0.103 or 10.3%")
        metric = f"{what.what}_{what.of}" if what.of else what.what
        if metric in numbers:
            raise SarangiError(
                f"{where}: {PROSE.get(metric, metric)} is given twice; expected each score once"
            )
        printed = found.number
        if printed.low > 1 and not printed.percent:
            found = found._replace(
                number=printed.as_percent(), low=found.low and found.low.as_percent(),
                high=found.high and found.high.as_percent(),
            )  # fmt: skip
        if found.number is None or not 0 <= found.number.value <= 1:
            raise SarangiError(f"{where}: {rest.strip()}, expected a share from 0 to 1, or per cent to 100 %")
        numbers[metric] = found.number
        if found.low is not None and found.high is not None:
            intervals[metric] = found.low, found.high
        n = n or found.n
    return Scores(where=WHERE, numbers=numbers, intervals=intervals, n=n)


def matrix_of(
    text: str, classes: Sequence[str], supports: Mapping[str, int]
) -> tuple[list[Matrix], list[Finding]]:
    """Return a typed matrix, as in ``"28 0; 3 9"``: a row a true class, counts or per cent.

    Raises
    ------
    SarangiError
        If it is not square, has another number of classes, or a cell is not a number.
    """
    rows = [row.replace(",", " ").split() for row in text.strip().strip(";").split(";")]
    widths = {len(row) for row in rows}
    if widths != {len(rows)} or not 2 <= len(rows) <= MOST_CLASSES:
        raise SarangiError(
            f"--matrix: {len(rows)} rows of {' and '.join(map(str, sorted(widths)))} numbers; expected a "
            "square of "
            'two or more classes, rows separated by semicolons, as in --matrix "28 0; 3 9"'
        )
    names = tuple(classes) or tuple(supports) or tuple(f"class {at + 1}" for at in range(len(rows)))
    if len(names) != len(rows) or len(set(names)) != len(names):
        raise SarangiError(
            f"--classes: {', '.join(names)}; expected {len(rows)} different names, one for each row of "
            "--matrix"
        )
    numbers: list[list[Number]] = []
    for row, of in zip(rows, names, strict=True):
        numbers.append([])
        for text_of, column in zip(row, names, strict=True):
            found = number(text_of, f"--matrix, row {of}")
            if found is None or not 0 <= found.value <= LARGEST:
                raise SarangiError(
                    f"--matrix, row {of}, column {column}: {text_of!r}, expected a number of clips, or a "
                    "share"
                )
            numbers[-1].append(found)
    return of_rows(numbers, names, supports, "--matrix")


def completed(
    table: Table, supports: Mapping[str, int], n: int | None, groups: int | None, classes: int | None,
    chance: str | None,
) -> Table:  # fmt: skip
    """Return a table whose rows have what was typed of the test set, where they do not say it themselves.

    Raises
    ------
    SarangiError
        If a chance level is not a number from 0 to 1.
    """
    level = number(chance, "--chance") if chance is not None else None
    if chance is not None and (level is None or not 0 < level.value < 1):
        raise SarangiError(f"--chance: {chance!r}, expected a share between 0 and 1, such as 0.25")
    rows = [
        replace(
            row, supports=row.supports or dict(supports), n=row.n or n, groups=row.groups or groups,
            classes=row.classes or classes, chance=row.chance or level,
        )
        for row in table.rows
    ]  # fmt: skip
    return replace(table, rows=rows)
