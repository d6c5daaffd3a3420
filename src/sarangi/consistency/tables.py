"""Tables of scores as papers print them: one row a system, or one row a number."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from sarangi.base.errors import SarangiError, shown
from sarangi.base.fault_kinds import LABEL
from sarangi.consistency import matrices
from sarangi.consistency.cells import Grid, Line, grid
from sarangi.consistency.class_reports import is_report, of_report
from sarangi.consistency.evidence import Scores, Table
from sarangi.consistency.finding import FACT, NOTE, WARNING, Finding
from sarangi.consistency.names import ENDS, OF_CLASS_TOO, PROSE, Meaning, meaning, words
from sarangi.consistency.numbers import Cell, Number, cell, needs_percent, number
from sarangi.sources.tables import NOBODY

COMPARED = re.compile(
    r"(?P<across>\d*\.\d+)\s*(?:%|pp)?\s+vs\.?\s+(?P<within>\d*\.\d+)\s*(?:%|pp)?\s*,?\s*(?:gap|difference)?\s*:?\s*"
    r"(?P<gap>[+\-−]?\d+\.\d+)\s*(?:pp|points?|%)",
    re.IGNORECASE,
)
"""A comparison in a cell, as in ``0.2734 vs 0.5699, -30.99 pp``."""
METRIC, VALUE = {"metric", "measure", "score"}, {"value", "result"}
NAME = {"name", "key", "quantity"}
NOT_LABELS = re.compile(r"\b(note|notes|comment|where|source|reference|printed as)\b")
DASHES = {"–", "—", "n.a.", "x"}
COUNTS = ("n", "classes", "groups", "repeats")


class _Piece(NamedTuple):
    """One printed thing of a row: what it is, and its cell."""

    meaning: Meaning
    cell: Cell
    heading: str


def read(path: Path, supports: Mapping[str, int]) -> Table:
    """Read a table of scores or of confusions; which of both its header says.

    Parameters
    ----------
    path
        CSV with commas, semicolons, tabs or bars (Markdown).
    supports
        Test clips of each class, for a matrix in per cent.

    Raises
    ------
    SarangiError
        If it is neither, or a cell of a matrix is not a number: names the file, line and column.
    """
    table = grid(path)
    if matrices.is_list(table):
        return Table(name=table.path, matrices=matrices.of_list(table))
    if matrices.is_square(table):
        squares, findings = matrices.of_square(table, supports)
        return Table(name=table.path, matrices=squares, findings=findings)
    return table_of(table)


def table_of(table: Grid) -> Table:
    """Return the scores of a table.

    Raises
    ------
    SarangiError
        If no column or row of it is a score that a check knows.
    """
    plain = [words(name) for name in table.header]
    metric = next((at for at, name in enumerate(plain) if name in METRIC), None)
    value = next((at for at, name in enumerate(plain) if name in VALUE), None)
    name = next((at for at, name in enumerate(plain) if name in NAME), None)
    findings: list[Finding] = []
    if metric is not None and value is not None:
        rows = list(_one_number_a_row(table, metric, value))
    elif is_report(table):
        rows = [of_report(table)]
    elif name is not None and value is not None:
        rows = list(_named_numbers(table, name, value))
    else:
        findings += _headings(table)
        findings += _unread(table)
        rows = [_row(table, line, _meanings(table.header)) for line in table.lines]
    rows, percent = _in_shares(rows, table)
    findings += percent
    comparisons = list(_comparisons(table))
    rows = [row for row in rows if row.numbers or row.columns or row.supports]
    if not rows and not comparisons:
        raise SarangiError(
            f"{table.path}:1: no column with numbers that a check knows; found {', '.join(table.header)}, "
            "expected "
            "columns such as UAR, WF1, UF1 (macro F1), accuracy, recall_angry, n, low, high, or true, "
            "predicted, n"
        )
    return Table(name=table.path, rows=[*rows, *comparisons], findings=findings)


def _meanings(header: Sequence[str]) -> dict[int, Meaning]:
    found: dict[int, Meaning] = {}
    for at, name in enumerate(header):
        what = meaning(name)
        # of two columns for one thing the first; low and high belong to what is before them
        if what is not None and (what.what in ("low", "high") or what not in found.values()):
            found[at] = what
    metrics = [what.what for what in found.values() if what.what in PROSE]
    # low and high alone belong to the one metric that is there
    for at, what in found.items():
        if what.what in ("low", "high") and not what.of and len(metrics) == 1:
            found[at] = Meaning(what.what, metrics[0])
        elif what.what in ("low", "high") and not what.of:
            before = [found[place].what for place in found if place < at and found[place].what in PROSE]
            found[at] = Meaning(what.what, before[-1] if before else "")
    return found


def _headings(table: Grid) -> Iterator[Finding]:
    """Say which headings name two metrics, or none that can be told."""
    where = f"{table.path}:1"
    for name in table.header:
        what = meaning(name)
        if what is not None and what.others:
            both = " and ".join(PROSE[each] for each in (what.what, *what.others))
            yield Finding(
                WARNING, LABEL, "labels", f"{where}, column {name}",
                f"one column is headed {name}: {both} are different metrics, and its numbers can be of one "
                "only "
                f"(checked as {PROSE[what.what]})",
            )  # fmt: skip
        if words(name) in ("f1", "f1 score", "f score", "f measure"):
            yield Finding(
                NOTE, LABEL, "labels", f"{where}, column {name}",
                "F1 of several classes can be the macro, the weighted or the micro average, and the "
                "heading does not "
                "say which; not checked",
            )  # fmt: skip
    read_as = _meanings(table.header)
    for at, name in enumerate(table.header):
        what = meaning(name)
        first = next((table.header[place] for place, each in read_as.items() if each == what), None)
        if what is not None and at not in read_as and first is not None:
            called = PROSE.get(what.what, f"{what.what} {what.of}".strip())
            yield Finding(
                NOTE, LABEL, "labels", f"{where}, column {name}",
                f"columns {first} and {name} are both {called}; this one is not checked",
            )  # fmt: skip


def _unread(table: Grid) -> Iterator[Finding]:
    """Say which cells of columns with scores are not numbers, once a column."""
    for at in _meanings(table.header):
        odd = [
            line for line in table.lines
            if line.cells[at].casefold() not in NOBODY | DASHES and cell(line.cells[at], "").number is None
        ]  # fmt: skip
        if odd:
            more = f", and {len(odd) - 1} more of its cells" if len(odd) > 1 else ""
            text = f"{shown(odd[0].cells[at])!r}{more}: not a number that is understood; not checked"
            yield Finding(NOTE, FACT, "reading", table.where(odd[0], at), text)


def _row(table: Grid, line: Line, meanings: Mapping[int, Meaning]) -> Scores:
    pieces, columns, labels = [], {}, {}
    for at, text in enumerate(line.cells):
        heading, found = table.header[at], cell(text, table.where(line, at))
        if found.number is None:
            before = [each for place, each in meanings.items() if place < at and each.what in PROSE]
            if found.low is not None and before:  # an interval in a column of its own
                ends = zip(("low", "high"), (found.low, found.high), strict=True)
                pieces += [_Piece(Meaning(end, before[-1].what), Cell(each), heading) for end, each in ends]
            elif text and not NOT_LABELS.search(words(heading)) and found.n is None:
                labels[heading] = text
            continue
        if at in meanings:
            pieces.append(_Piece(meanings[at], found, heading))
        if matrices.is_run(heading) or (at == 0 and at not in meanings):
            labels[heading] = text
        columns[heading] = found.number
    return _scores(table.where(line), labels, pieces, columns)


def _scores(
    where: str, labels: Mapping[str, str], pieces: Iterable[_Piece], columns: Mapping[str, Number]
) -> Scores:
    numbers: dict[str, Number] = {}
    ends: dict[tuple[str, str], Number] = {}
    counts: dict[str, int] = {}
    supports: dict[str, int] = {}
    chance = None
    for piece in pieces:
        what, of, _ = piece.meaning
        printed = piece.cell.number
        if printed is None:
            continue
        if what in COUNTS:
            counts[what] = _whole(printed, piece.heading, 1)
        elif what == "support":
            supports[of] = _whole(printed, piece.heading, 0)
        elif what == "chance":
            chance = printed
        elif what in ("low", "high"):
            ends[of, what] = printed
        else:
            metric = f"{what}_{of}" if of else what
            numbers[metric] = printed
            if piece.cell.low is not None and piece.cell.high is not None:
                ends[metric, "low"], ends[metric, "high"] = piece.cell.low, piece.cell.high
            if piece.cell.n is not None:
                counts.setdefault("n", piece.cell.n)
    intervals = {
        metric: (ends[metric, "low"], ends[metric, "high"])
        for metric in numbers
        if (metric, "low") in ends and (metric, "high") in ends
    }
    return Scores(
        where=where, labels=labels, numbers=numbers, intervals=intervals, supports=supports, chance=chance,
        columns=columns, **_counts(counts),
    )  # fmt: skip


def _counts(counts: Mapping[str, int]) -> dict[str, Any]:
    return {name: counts.get(name) for name in COUNTS}


def _whole(printed: Number, heading: str, least: int) -> int:
    if printed.percent or printed.value.denominator != 1 or not least <= printed.value <= matrices.LARGEST:
        raise SarangiError(
            f"{printed.where}: {printed.text}, expected a whole number from {least} on, since the column is "
            f"{heading}"
        )
    return int(printed.value)


def _one_number_a_row(table: Grid, metric: int, value: int) -> Iterator[Scores]:
    """Yield the systems of a table with columns metric and value: what its other columns tell apart."""
    meanings = {at: what for at, what in _meanings(table.header).items() if at not in (metric, value)}
    plain = [words(name) for name in table.header]
    keys = [
        at for at in range(len(plain))
        if at not in (metric, value) and at not in meanings and not NOT_LABELS.search(plain[at])
    ]  # fmt: skip
    systems: dict[tuple[str, ...], list[Line]] = {}
    for line in table.lines:
        systems.setdefault(tuple(line.cells[at] for at in keys), []).append(line)
    for key, lines in systems.items():
        labels = {table.header[at]: text for at, text in zip(keys, key, strict=True) if text}
        by_n: dict[str, list[Line]] = {}
        for line in lines:
            counts = "|".join(line.cells[at] for at, what in meanings.items() if what.what in COUNTS)
            by_n.setdefault(counts, []).append(line)
        for same in by_n.values():
            pieces = []
            for line in same:
                named = meaning(line.cells[metric])
                if named is None:
                    continue
                scored = f"{named.what}_{named.of}" if named.of else named.what
                pieces.append(
                    _Piece(named, cell(line.cells[value], table.where(line, value)), line.cells[metric])
                )
                for at, what in meanings.items():
                    own = Meaning(what.what, scored) if what.what in ("low", "high") else what
                    pieces.append(_Piece(own, cell(line.cells[at], table.where(line, at)), table.header[at]))
            yield _scores(table.where(same[0]), labels, pieces, {})


def _named_numbers(table: Grid, name: int, value: int) -> Iterator[Scores]:
    """Yield the systems of a list of named numbers, as in ``meld.text.f1.joy,0.5869``."""
    systems: dict[str, list[tuple[Line, Meaning]]] = {}
    for line in table.lines:
        found = _of_name(line.cells[name])
        if found is not None:
            systems.setdefault(found[0], []).append((line, found[1]))
    for system, lines in systems.items():
        pieces = [
            _Piece(what, cell(line.cells[value], table.where(line, value)), line.cells[name])
            for line, what in lines
        ]
        if any(piece.meaning.what not in (*COUNTS, "support") for piece in pieces):
            yield _scores(table.where(lines[0][0]), {"": system}, pieces, {})


def _of_name(text: str) -> tuple[str, Meaning] | None:
    """Return the system and the meaning of a dotted name; None where no part of it is a score.

    Examples
    --------
    >>> _of_name("meld.text.f1.joy")
    ('meld.text', Meaning(what='f1', of='joy', others=()))
    """
    parts = text.split(".")
    for at in range(len(parts) - 1, -1, -1):
        part, before = parts[at], parts[:at]
        for start, rest in _splits(part):
            what = meaning(rest)
            after = parts[at + 1 :]
            if rest.casefold() in OF_CLASS_TOO and after:
                what, after = Meaning(rest.casefold(), after[0]), after[1:]
            elif rest.casefold() in OF_CLASS_TOO or what is None or what.of or what.others:
                continue
            if start:
                before = [*before, start]
            if (
                len(after) == 1
                and (end := meaning(f"{words('uar')} {words(after[0])}"))
                and end.what in ("low", "high")
            ):
                scored = f"{what.what}_{what.of}" if what.of else what.what
                return ".".join(before), Meaning(end.what, scored)
            after = [each for each in after if each not in ENDS]
            return ".".join([*before, *after]), what
    return None


def _splits(part: str) -> Iterator[tuple[str, str]]:
    """Yield a part of a name as it is, then without its first word, and so on."""
    pieces = part.split("_")
    for count in range(len(pieces)):
        yield "_".join(pieces[:count]), "_".join(pieces[count:])


def _comparisons(table: Grid) -> Iterator[Scores]:
    """Yield each comparison that a cell spells out, as a row with the columns across, within and gap."""
    for line in table.lines:
        for at, text in enumerate(line.cells):
            match = COMPARED.search(text)
            if match is None:
                continue
            where = table.where(line, at)
            found = {key: number(match[key], where) for key in ("across", "within", "gap")}
            columns = {key: each for key, each in found.items() if each is not None}
            yield Scores(where=where, labels={"comparison": line.cells[0]}, columns=columns)


def _in_shares(rows: Sequence[Scores], table: Grid) -> tuple[list[Scores], list[Finding]]:
    """Return the rows with scores in per cent as shares, and which these are.

    A metric is in per cent where its heading says so, or most of its numbers are above 1.
    """
    heads = tuple(f"column {name}" for name in table.header if "%" in name or "per cent" in name.casefold())
    metrics = dict.fromkeys(name for row in rows for name in row.numbers)
    findings, in_percent = [], set()
    for name in metrics:
        printed = [row.numbers[name] for row in rows if name in row.numbers]
        plain = [each for each in printed if not each.percent]
        large = [each for each in plain if needs_percent([each])]
        odd: list[Number] = []
        why = ""
        if plain and plain[0].where.endswith(heads):
            in_percent.add(name)
        elif large and len(large) * 2 >= len(plain):
            in_percent.add(name)
            odd = [each for each in plain if 0 < each.high <= 1 and "." in each.text]
            why = (
                "most numbers of its column are above 1, so the column is in per cent, and this seems a share"
            )
        else:
            odd, why = large, "most numbers of its column are shares, and this is none"
        findings += [_mixed(each, why, metric=name) for each in odd]
        rows = [_without(row, name) if row.numbers.get(name) in odd else row for row in rows]
    called = ", ".join(PROSE.get(name, name.replace("_", " of ", 1)) for name in sorted(in_percent))
    if called:
        findings.append(Finding(NOTE, FACT, "reading", table.path, f"taken as per cent: {called}"))
    return [_percent_of(row, in_percent) for row in rows], findings


def _mixed(printed: Number, why: str, metric: str) -> Finding:
    severity = WARNING if metric in PROSE and printed.value.denominator != 1 else NOTE
    return Finding(severity, LABEL, "reading", printed.where, f"{printed.text}: {why}; not checked")


def _without(row: Scores, metric: str) -> Scores:
    return replace(row, numbers={name: each for name, each in row.numbers.items() if name != metric})


def _percent_of(row: Scores, names: set[str]) -> Scores:
    convert: Callable[[Number], Number] = Number.as_percent
    numbers = {name: convert(each) if name in names else each for name, each in row.numbers.items()}
    intervals = {
        name: (convert(low), convert(high)) if name in names else (low, high)
        for name, (low, high) in row.intervals.items()
    }
    chance = row.chance
    if chance is not None and names and chance.low > 1:
        chance = convert(chance)
    return replace(row, numbers=numbers, intervals=intervals, chance=chance)
