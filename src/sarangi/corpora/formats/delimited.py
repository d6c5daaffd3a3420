"""Tables of labels as CSV (commas, semicolons, tabs, bars), Parquet or JSON Lines, known by their content.

Text is UTF-8 or UTF-16, with Excel's byte order mark or without.
"""

import codecs
import csv
import datetime
import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn, TextIO

import pyarrow as pa
import pyarrow.parquet as pq

from sarangi.base.documents import DocumentError, json_of
from sarangi.base.errors import SarangiError, shown
from sarangi.corpora.label_rows import NEEDED, LabelRow, places_of, row_of
from sarangi.sources.listing import problem_of, reason
from sarangi.sources.parquet_rows import UNREADABLE
from sarangi.sources.tables import OF_EXCEL, clean

SEPARATORS = ",;\t|"
BATCH = 4096
HEAD = 4096  # bytes by which a format is known
NOT_READ = {
    b"PK\x03\x04": "a workbook (Excel or LibreOffice) or a zip", b"\xd0\xcf\x11\xe0": "a workbook of Excel",
    b"\x1f\x8b": "compressed (gzip)", b"BZh": "compressed (bzip2)", b"\xfd7zXZ": "compressed (xz)",
}  # fmt: skip
MARKS = {
    codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16",
}  # fmt: skip


def read(table: Path, audio: Path, columns: Mapping[str, str | None] | None) -> Iterator[LabelRow]:
    """Yield each row of a table of labels; one that is empty throughout is none.

    Memory does not grow with the table.

    Parameters
    ----------
    table
        The file.
    audio
        The folder or archive of the recordings; this format does not read it.
    columns
        By canonical column, what the table calls it; see :func:`sarangi.corpora.label_rows.places_of`.

    Raises
    ------
    SarangiError
        If it cannot be read, is no such table, lacks a column, or has no row: names the file and line, what
        was found and what to do.
    """
    problem = problem_of(table)
    if problem:
        raise SarangiError(f"{table} is {problem}")
    try:
        with table.open("rb") as file:
            head = file.read(HEAD)
    except OSError as error:
        raise SarangiError(f"{table} cannot be read ({reason(error)})") from error
    for start, what in NOT_READ.items():
        if head.startswith(start):
            raise SarangiError(
                f"{table}: {what}, which is not read; save the table as CSV (UTF-8) and name that file"
            )
    rows = _of_parquet(table, columns) if head.startswith(b"PAR1") else _of_text(table, head, columns)
    empty = True
    for row in rows:
        empty = False
        yield row
    if empty:
        raise SarangiError(
            f"{table}: the table has no rows; expected a header with {' and '.join(NEEDED)}, and a row "
            "for each recording"
        )


def _of_parquet(table: Path, columns: Mapping[str, str | None] | None) -> Iterator[LabelRow]:
    try:
        with pq.ParquetFile(table) as file:
            places = places_of(str(table), file.schema_arrow.names, columns)
            names = [file.schema_arrow.names[at] for at in places.values()]
            order = {name: at for at, name in enumerate(places)}
            number = 0
            for batch in file.iter_batches(BATCH, columns=names):
                texts = [_texts(batch.column(batch.schema.get_field_index(name))) for name in names]
                for values in zip(*texts, strict=True):
                    number += 1
                    if any(values):
                        yield row_of(f"{table.name}, row {number}", order, values)
    except UNREADABLE as error:
        raise SarangiError(f"{table}: not Parquet that can be read ({error}). Write it again") from error


def _texts(column: pa.Array) -> list[str | None]:
    return [text_of(value) for value in column.to_pylist()]


def text_of(value: Any) -> str | None:
    """Return a value of Parquet or JSON as the text that it would be in CSV."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return value if isinstance(value, str) else str(value)


def _of_text(table: Path, head: bytes, columns: Mapping[str, str | None] | None) -> Iterator[LabelRow]:
    encoding = _encoding(head)
    # its line breaks as they are: the reader of csv takes each kind
    with table.open(encoding=encoding, newline="") as text:
        try:
            start = text.read(HEAD).lstrip()
            text.seek(0)
            if start.startswith("["):
                raise SarangiError(
                    f"{table}:1: JSON in one piece; expected JSON Lines, one object per line, or CSV"
                )
            yield from (
                _of_json(table, text, columns) if start.startswith("{") else _of_csv(table, text, columns)
            )
        except UnicodeError as error:
            _refuse_encoding(table, encoding, error)


def _encoding(head: bytes) -> str:
    for mark, encoding in MARKS.items():
        if head.startswith(mark):
            return encoding
    # of Latin letters in UTF-16 each other byte is zero
    for places, encoding in ((head[1::2], "utf-16-le"), (head[::2], "utf-16-be")):
        if len(head) > 3 and places.count(0) > len(places) / 2:
            return encoding
    return "utf-8"


def _refuse_encoding(table: Path, encoding: str, error: UnicodeError) -> NoReturn:
    line = 0
    with table.open("rb") as file:
        for line, data in enumerate(file, 1):  # noqa: B007  (the last line is meant)
            try:
                data.decode("utf-8")
            except UnicodeDecodeError:
                break
    where = f"{table}:{line}" if encoding.startswith("utf-8") else f"{table}"
    raise SarangiError(
        f"{where}: not text in {encoding.removesuffix('-sig').upper()} ({error}). Save the table "
        "again as CSV "
        "(UTF-8)"
    ) from error


def _of_csv(table: Path, text: TextIO, columns: Mapping[str, str | None] | None) -> Iterator[LabelRow]:
    separator = _separator(text, columns)
    rows = csv.reader(text, delimiter=separator, strict=True)
    try:
        header = next(
            (cells for cells in rows if any(map(clean, cells)) and not OF_EXCEL.match(separator.join(cells))),
            [],
        )
        if not header:
            return
        places = places_of(f"{table}:{max(1, rows.line_num)}", header, columns)
        plain = [clean(name).casefold() for name in header]
        for cells in rows:
            if not any(map(clean, cells)):
                continue
            row = row_of(f"{table.name}:{rows.line_num}", places, cells)
            if [clean(cell).casefold() for cell in cells] == plain:
                row = row._replace(problem="the header is repeated here; remove this line")
            elif any(map(clean, cells[len(header) :])):
                row = row._replace(
                    problem=f"{len(cells)} cells, and the header has {len(header)}: a cell with "
                    f'{_named(separator)} in it must be in double quotes (")'
                )
            yield row
    except csv.Error as error:
        raise SarangiError(
            f"{table}:{rows.line_num}: not a table that can be read ({error}). Save it again as CSV (UTF-8)"
        ) from error


def _named(separator: str) -> str:
    return {",": "a comma", ";": "a semicolon", "\t": "a tab"}.get(separator, "a bar")


def _separator(text: TextIO, columns: Mapping[str, str | None] | None) -> str:
    """Return what separates the columns: the header then has those that are needed, or else the most."""
    wanted = {clean((columns or {}).get(name) or name).casefold() for name in NEEDED}
    line = ""
    while not line.strip() or OF_EXCEL.match(line):
        stated = re.match(r"\s*\"?sep=(.)", line, re.IGNORECASE)
        if stated and stated[1] in SEPARATORS:
            text.seek(0)
            return stated[1]
        line = text.readline()
        if not line:
            break
    text.seek(0)

    def fits(mark: str) -> tuple[int, int]:
        names = next(csv.reader([line], delimiter=mark), [])
        return len(wanted & {clean(name).casefold() for name in names}), len(names)

    return max(SEPARATORS, key=fits)


def _of_json(table: Path, text: TextIO, columns: Mapping[str, str | None] | None) -> Iterator[LabelRow]:
    header: list[str] = []
    places: dict[str, int] = {}
    number = 0
    # not by iterating, since str.splitlines and the like take other signs for line breaks, too
    while line := text.readline():
        number += 1
        if not line.strip():
            continue
        where = f"{table.name}:{number}"
        try:
            entry = json_of(line)
        except DocumentError as error:
            yield LabelRow(where, {}, f"not JSON ({shown(str(error))})")
            continue
        if not isinstance(entry, dict):
            yield LabelRow(where, {}, f"expected an object, found {type(entry).__name__}")
            continue
        new = [name for name in entry if name not in header]
        if new:
            # an object may leave out what is null; so columns are those of all objects up to here
            first = not header
            header += new
            places = places_of(f"{table}:{number}", header, columns, NEEDED if first else ())
        yield row_of(where, places, [text_of(entry.get(name)) for name in header])
