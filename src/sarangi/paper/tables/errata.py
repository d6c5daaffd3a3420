"""The tables of errata: what can be said against the published study, and apart what is no fault of it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from sarangi.base.evidence import reference
from sarangi.base.fault_kinds import MEANS
from sarangi.base.labels import Labels
from sarangi.base.missing import Missing
from sarangi.base.spreadsheets import as_csv
from sarangi.base.typed_texts import NONE
from sarangi.paper.mark_notes import letters, meanings
from sarangi.paper.tables.columns import Column
from sarangi.paper.tables.table import Table
from sarangi.paper.tables.writing import write_table
from sarangi.paper.texts import interval_text
from sarangi.published.accusations import PARTS, disclosure_of
from sarangi.published.errata import Operand, Operands, read_operands, shown_by, unnamed, worth
from sarangi.published.readings import SIDES

OF_SIDES = {
    "published": Column("As printed", wraps=0.11), "study": Column("Study's way", wraps=0.15),
    "valid": Column("Another way", wraps=0.15),
}  # fmt: skip
COMPARED = [
    Column("Compared", wraps=0.14), *OF_SIDES.values(), Column("Difference", wraps=0.08),
    Column("Evidence", wraps=0.25),
]  # fmt: skip
SAID, POINT = "What can be said", "Point"
COLUMNS = [
    Column("Entry", text=True), Column("Kind", wraps=0.08, blank="as above"),
    Column(SAID, wraps=0.2, blank="as above"), *COMPARED,
]  # fmt: skip
COLUMNS_APART = [Column("List", wraps=0.1), Column(POINT, wraps=0.18, blank="as above"), *COMPARED]
DISCLOSED, CORPUS, LIMITATION = "disclosed", "corpus", "limitation"
FLAT_COLUMNS = [
    "entry", "kind", "statement", "disclosed", "compared",
    *(f"{side}{part}" for side in SIDES for part in ("", "_value", "_low", "_high", "_of", "_source")),
    "difference", "evidence", "waits_for",
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
    difference
        How far the numbers are apart; empty where one is missing.
    shown
        The entry's evidence; in print on its first line.
    missing
        Of the sides; on the entry's first line also of its evidence.
    first
        Whether it is the entry's first line.
    """

    entry: Mapping[str, Any]
    compared: str
    sides: Mapping[str, Operand]
    difference: str
    shown: Sequence[str]
    missing: Sequence[Missing]
    first: bool


def errata_table(
    errata: Mapping[str, Sequence[Mapping[str, Any]]],
    records: Mapping[str, Any],
    tables: Mapping[str, Sequence[Path]],
    missing: Mapping[str, Sequence[Missing]],
    labels: Labels,
    output: dict[str, Path],
    apart: dict[str, Path],
) -> None:
    """Write what can be said against the published study, and apart from it what is no fault of it.

    What a rule says against a claim and no point of the errata names has a line of its own, below.  The CSV
    has the numbers and files of each line.

    Parameters
    ----------
    errata
        From :func:`sarangi.study.claims_file.read_errata`.
    records
        The claims that they name, with what these are judged with.
    tables
        Files by kind: ``findings``, ``scores``, ``differences`` and ``audits`` (``<corpus>.parquet``).
    missing
        By experiment or corpus of an entry that is not among these, what is missing of it.
    labels
        Titles, and which corpora are synthetic.
    output, apart
        Files to write by suffix: ``tex``, ``md``, ``csv``, ``html``, ``json``.
    """
    operands = read_operands(records, tables, missing, labels)
    named = [point for part in PARTS[:2] for point in errata.get(part, ())]
    entries = [*errata.get("entries", ()), *unnamed(named, operands.verdicts)]
    lines = [line for entry in entries for line in _lines(entry, operands)]
    numbers = (
        "An interval in brackets is over groups unless it says over clips, and no two are compared but in a "
        "line. A difference is that of another way less the study's, or less the printed number where the "
        "study's way has none of its own; points are hundredths of a score."
    )
    kinds = " ".join(f"{kind.capitalize()}: {means}." for kind, means in MEANS.items())
    caption = f"What can be said against the published study, entry by entry, and where it says so. {kinds}"
    cells = [_cells(line) for line in lines]
    _write("errata", f"{caption} {numbers}", COLUMNS, lines, cells, operands, output)
    lists = {DISCLOSED: "disclosed", CORPUS: "corpora", LIMITATION: "limitations"}
    others = [
        (name, line)
        for name, part in lists.items()
        for point in errata.get(part, ())
        for line in _lines(point, operands)
    ]
    caption = (
        "Beside the errata, and counted nowhere: what the study says itself, facts of public corpora, and "
        "limitations, each of them worth an experiment."
    )
    cells = [_cells_apart(name, line, labels) for name, line in others]
    lines = [line for _, line in others]
    _write("errata_apart", f"{caption} {numbers}", COLUMNS_APART, lines, cells, operands, apart)


def _write(
    name: str,
    caption: str,
    columns: Sequence[Column],
    lines: Sequence[Line],
    cells: Sequence[Mapping[str, str]],
    operands: Operands,
    output: dict[str, Path],
) -> None:
    marks = [mark for line in lines for side in line.sides.values() for mark in side.marks]
    notes = [*meanings(marks), *_advice([each for line in lines for each in line.missing])]
    behind = [_behind(line, operands) for line in lines]
    write_table(Table(name, caption, columns, cells, behind, notes), operands.labels, output)
    table = pd.DataFrame([_flat(line) for line in lines], columns=FLAT_COLUMNS)
    output["csv"].write_text(as_csv(table), encoding="utf-8")


def _lines(entry: Mapping[str, Any], operands: Operands) -> list[Line]:
    shown, absent = shown_by(entry, operands)
    lines: list[Line] = []
    for row in entry.get("rows", [{"compared": NONE}]):
        first = not lines
        sides = {side: operands.operand(row[side]) if side in row else Operand() for side in SIDES}
        needed = [each for side in sides.values() for each in side.missing] + (absent if first else [])
        missing = list(dict.fromkeys(needed))
        lines.append(Line(entry, row["compared"], sides, worth(row, sides), shown, missing, first))
    return lines


def _cells(line: Line) -> dict[str, str]:
    """Return the cells of an entry, which says where the study discloses it."""
    said = f"{line.entry['statement']} Disclosed {disclosure_of(line.entry)}." if line.first else ""
    return {
        "Entry": str(line.entry["number"]), "Kind": line.entry["kind"] if line.first else "", SAID: said,
    } | _compared(line)  # fmt: skip


def _cells_apart(name: str, line: Line, labels: Labels) -> dict[str, str]:
    """Return the cells of a point that is no fault."""
    said = {
        DISCLOSED: lambda: f"disclosed {disclosure_of(line.entry)}",
        CORPUS: lambda: f"corpus {labels.corpus(line.entry['corpus'])}",
        LIMITATION: lambda: "limitation",
    }[name]()
    return {"List": said, POINT: line.entry["statement"] if line.first else ""} | _compared(line)


def _compared(line: Line) -> dict[str, str]:
    short = dict.fromkeys(each.in_words for each in line.missing)
    evidence = [*(line.shown if line.first else ()), *([f"needs {'; '.join(short)}"] if short else ())]
    return {
        "Compared": line.compared,
        "As printed": _text(line.sides["published"]) or NONE,
        "Study's way": _cell(line.sides["study"]),
        "Another way": _cell(line.sides["valid"]),
        "Difference": line.difference or NONE,
        "Evidence": "; ".join(evidence) or NONE,
    }


def _flat(line: Line) -> dict[str, Any]:
    """Return a line of the CSV: its numbers, what each was measured on and the file it is from."""
    flat = {key: line.entry.get(key, "") for key in ("kind", "statement")} | {"compared": line.compared}
    flat["entry"] = line.entry.get("number", "")
    disclosed = "disclosed" in line.entry or "where" in line.entry
    flat["disclosed"] = str(disclosure_of(line.entry)) if disclosed else ""
    for name, side in line.sides.items():
        flat |= {name: _text(side), f"{name}_value": side.value, f"{name}_low": side.low}
        flat |= {f"{name}_high": side.high, f"{name}_of": side.label, f"{name}_source": side.source}
    needed = "; ".join(dict.fromkeys(each.explained for each in line.missing))
    return flat | {"difference": line.difference, "evidence": "; ".join(line.shown), "waits_for": needed}


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
    return sides | {"Difference": compared, "Evidence": shown, "": [*compared, *shown]}


def _advice(missing: Sequence[Missing]) -> list[str]:
    """Return notes that say what is missing and what to do, what takes the same in one."""
    together: dict[str, list[str]] = {}
    for each in sorted(set(missing), key=str):
        together.setdefault(each.advice, []).append(each.in_words)
    return [
        f"Needs {', '.join(dict.fromkeys(names))}{f': {advice}' if advice else ''}".rstrip(".") + "."
        for advice, names in together.items()
    ]


def _cell(side: Operand) -> str:
    """Return a number with what it was measured on and the letters of its marks."""
    if side.missing:
        return "not available"
    marked = f"{_text(side)} {letters(side.marks)}".rstrip()
    return ": ".join(part for part in (marked, side.label) if part) or NONE


def _text(side: Operand) -> str:
    """Return a number with its interval; empty where there is none."""
    if side.printed or math.isnan(side.value):
        return side.printed
    interval = "" if math.isnan(side.low) else f" {interval_text(side.low, side.high)}"
    return f"{side.value:{side.form}}{interval}"
