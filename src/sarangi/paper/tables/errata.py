"""The table of errata: what was published, the same in the study's way and in a valid one, and the worth."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from sarangi.base.evidence import reference
from sarangi.base.labels import Labels
from sarangi.base.missing import Missing
from sarangi.base.spreadsheets import as_csv
from sarangi.paper.mark_notes import letters, meanings
from sarangi.paper.tables.columns import Column
from sarangi.paper.tables.table import Table
from sarangi.paper.tables.writing import write_table
from sarangi.paper.texts import interval_text
from sarangi.published.errata import Operand, Operands, read_operands, shown_by, unnamed, worth
from sarangi.published.readings import SIDES

OF_SIDES = {
    "published": Column("As published", wraps=0.11), "study": Column("Study's way", wraps=0.16),
    "valid": Column("Valid way", wraps=0.16),
}  # fmt: skip
COLUMNS = [
    Column("Entry", text=True), Column("At fault", wraps=0.22, blank="as above"),
    Column("Compared", wraps=0.15), *OF_SIDES.values(), Column("Worth", wraps=0.08),
    Column("Evidence", wraps=0.28),
]  # fmt: skip
FLAT_COLUMNS = [
    "entry", "statement", "compared",
    *(f"{side}{part}" for side in SIDES for part in ("", "_value", "_low", "_high", "_of", "_source")),
    "worth", "evidence", "waits_for",
]  # fmt: skip


@dataclass(frozen=True)
class Line:
    """A line of the table: a comparison of an entry.

    Attributes
    ----------
    entry
        Of the file of errata.
    compared
        What is compared, in words.
    sides
        By the names of :data:`sarangi.published.readings.SIDES`.
    worth
        What the fault is worth; empty where a number is missing.
    shown
        What shows the entry's fault; in print on its first line.
    missing
        Of the sides; on the entry's first line also of what shows its fault.
    first
        Whether it is the entry's first line.
    """

    entry: Mapping[str, Any]
    compared: str
    sides: Mapping[str, Operand]
    worth: str
    shown: Sequence[str]
    missing: Sequence[Missing]
    first: bool


def errata_table(
    errata: Sequence[Mapping[str, Any]],
    records: Mapping[str, Any],
    tables: Mapping[str, Sequence[Path]],
    missing: Mapping[str, Sequence[Missing]],
    labels: Labels,
    output: dict[str, Path],
) -> None:
    """Write every erratum: what was published, the same in the study's way and in a valid one, the worth.

    A claim that a finding's verdict puts at fault and that no entry names has a line of its own, below.
    The CSV has the numbers and files of each line.

    Parameters
    ----------
    errata
        Entries of :func:`sarangi.study.claims_file.read_errata`.
    records
        The claims that they name, with what these are computed from.
    tables
        Files by kind: ``findings``, ``scores``, ``differences`` and ``audits`` (``<corpus>.parquet``).
    missing
        By experiment or corpus of an entry that is not among these, what is missing of it.
    labels
        Titles, and which corpora are synthetic.
    output
        Files to write by suffix: ``tex``, ``md``, ``csv``, ``json``.
    """
    operands = read_operands(records, tables, missing, labels)
    lines = [
        line for entry in [*errata, *unnamed(errata, operands.verdicts)] for line in _lines(entry, operands)
    ]
    caption = (
        "Errata: where the published study is at fault. Each is shown by its own print or by the audit, and "
        "compares what was published with the same number measured or computed in the study's way and in a "
        "valid one; an interval in brackets is over groups unless it says over clips, and no two are "
        "compared but within a line. Worth is the valid one less the study's, or less the published one if "
        "the study's way has none of its own; points are hundredths of a score."
    )
    marks = [mark for line in lines for side in line.sides.values() for mark in side.marks]
    notes = [*meanings(marks), *_advice([each for line in lines for each in line.missing])]
    cells, behind = [_cells(line) for line in lines], [_behind(line, operands) for line in lines]
    write_table(Table("errata", caption, COLUMNS, cells, behind, notes), labels, output)
    table = pd.DataFrame([_flat(line) for line in lines], columns=FLAT_COLUMNS)
    output["csv"].write_text(as_csv(table), encoding="utf-8")


def _lines(entry: Mapping[str, Any], operands: Operands) -> list[Line]:
    shown, absent = shown_by(entry, operands)
    lines: list[Line] = []
    for row in entry["rows"]:
        first = not lines
        sides = {side: operands.operand(row[side]) if side in row else Operand() for side in SIDES}
        needed = [each for side in sides.values() for each in side.missing] + (absent if first else [])
        missing = list(dict.fromkeys(needed))
        lines.append(Line(entry, row["compared"], sides, worth(row, sides), shown, missing, first))
    return lines


def _cells(line: Line) -> dict[str, str]:
    short = dict.fromkeys(each.what for each in line.missing)
    evidence = [*(line.shown if line.first else ()), *([f"waits for {'; '.join(short)}"] if short else ())]
    return {
        "Entry": str(line.entry["number"]),
        "At fault": line.entry["statement"] if line.first else "",
        "Compared": line.compared,
        "As published": _text(line.sides["published"]) or "--",
        "Study's way": _cell(line.sides["study"]),
        "Valid way": _cell(line.sides["valid"]),
        "Worth": line.worth or "--",
        "Evidence": "; ".join(evidence),
    }


def _flat(line: Line) -> dict[str, Any]:
    """Return a line of the CSV: its numbers, what each was measured on and the file it is from."""
    flat = {"entry": line.entry["number"], "statement": line.entry["statement"], "compared": line.compared}
    for name, side in line.sides.items():
        flat |= {name: _text(side), f"{name}_value": side.value, f"{name}_low": side.low}
        flat |= {f"{name}_high": side.high, f"{name}_of": side.label, f"{name}_source": side.source}
    needed = "; ".join(map(str, line.missing))
    return flat | {"worth": line.worth, "evidence": "; ".join(line.shown), "waits_for": needed}


def _behind(line: Line, operands: Operands) -> dict[str, list[Mapping[str, Any]]]:
    """Return where the columns of a line come from."""
    sides = {column.name: list(line.sides[side].behind) for side, column in OF_SIDES.items()}
    compared = [one for side in line.sides.values() for one in side.behind]
    shown = list(operands.behind_claims(line.entry.get("claims", ())))
    for check in line.entry.get("audit", ()):
        where = {key: check[key] for key in ("check", "subject") if key in check}
        if check["corpus"] in operands.audits:
            file = operands.audits[check["corpus"]]["file"].iloc[0]
            shown.append(reference(file, "value", **where))
    return sides | {"Worth": compared, "Evidence": shown, "": [*compared, *shown]}


def _advice(missing: Sequence[Missing]) -> list[str]:
    """Return notes that say what is missing and what to do, what takes the same in one."""
    together: dict[str, list[str]] = {}
    for each in sorted(set(missing), key=str):
        together.setdefault(each.advice, []).append(each.what)
    return [
        f"Waits for {', '.join(names)}{f': {advice}' if advice else ''}".rstrip(".") + "."
        for advice, names in together.items()
    ]


def _cell(side: Operand) -> str:
    """Return a number with what it was measured on and the letters of its marks."""
    if side.missing:
        return "waits"
    marked = f"{_text(side)} {letters(side.marks)}".rstrip()
    return ": ".join(part for part in (marked, side.label) if part) or "--"


def _text(side: Operand) -> str:
    """Return a number with its interval; empty where there is none."""
    if side.printed or math.isnan(side.value):
        return side.printed
    interval = "" if math.isnan(side.low) else f" {interval_text(side.low, side.high)}"
    return f"{side.value:{side.form}}{interval}"
