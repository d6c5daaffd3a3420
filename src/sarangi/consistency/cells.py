"""A table as CSV: its header, and its rows with their lines."""

import codecs
import csv
import io
import re
from pathlib import Path
from typing import NamedTuple

from sarangi.base.errors import SarangiError
from sarangi.sources.listing import problem_of, reason
from sarangi.sources.tables import OF_EXCEL, clean

SEPARATORS = ",;\t|"
LARGEST = 20_000_000  # bytes; a printed table has a few thousand
SAVE = "Save the table as CSV (UTF-8)"
NOT_TEXT = {
    b"PK\x03\x04": "a workbook (Excel or LibreOffice) or a zip", b"\xd0\xcf\x11\xe0": "a workbook of Excel",
    b"PAR1": "Parquet", b"%PDF": "a PDF", b"\x1f\x8b": "compressed (gzip)",
}  # fmt: skip


DECIMAL_COMMA = re.compile(r"(?<![\d.,])(0|\d+(?=,(?:\d{1,2}|\d{4,})(?!\d)))?,(\d+)(?![\d.,])")
"""A number as 0,573 or 57,3; 1,435 is taken for a thousand and more."""


class Line(NamedTuple):
    """A row: the number of its line, and its cells."""

    number: int
    cells: list[str]


class Grid(NamedTuple):
    """A table of text: every row has as many cells as the header."""

    path: str
    header: list[str]
    lines: list[Line]

    def where(self, line: Line, column: int | None = None) -> str:
        """Return file, line and column for a message."""
        place = f"{self.path}:{line.number}"
        if column is None:
            return place
        return f"{place}, column {self.header[column] or column + 1}"


def grid(path: Path) -> Grid:
    """Read a table.

    Raises
    ------
    SarangiError
        If it cannot be read or is no table: names the file and line, what was found, what was expected and
        what to do.
    """
    if not path.exists() and not path.is_symlink():
        raise SarangiError(f"{path}: there is no such file; expected a table as CSV")
    problem = problem_of(path)
    if problem:
        raise SarangiError(f"{path} is {problem}; expected a table as CSV")
    try:
        if path.stat().st_size > LARGEST:
            raise SarangiError(
                f"{path}: {path.stat().st_size:,} bytes, expected a printed table of at most {LARGEST:,}; "
                "give the table of scores or of confusions, not of predictions"
            )
        data = path.read_bytes()
    except OSError as error:
        raise SarangiError(f"{path} cannot be read ({reason(error)})") from error
    for start, what in NOT_TEXT.items():
        if data.startswith(start):
            raise SarangiError(f"{path}: {what}, expected text. {SAVE} and name that file")
    return grid_of(_text(path, data), str(path))


def _text(path: Path, data: bytes) -> str:
    utf_16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return data.decode("utf-16" if utf_16 else "utf-8-sig")
    except UnicodeError as error:
        line = data[: getattr(error, "start", 0)].count(b"\n") + 1
        raise SarangiError(f"{path}:{line}: not text in UTF-8 ({error}). {SAVE}") from error


def grid_of(text: str, path: str) -> Grid:
    """Return the table that a text is; ``path`` names it in messages.

    Raises
    ------
    SarangiError
        If it is no table: names the line, what was found, what was expected and what to do.
    """
    separator = _separator(text)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    header: list[str] | None = None
    lines: list[Line] = []
    try:
        for cells in rows:
            content = [clean(cell) for cell in cells]
            if separator != ",":
                content = [DECIMAL_COMMA.sub(r"\1.\2", cell) for cell in content]
            if not any(content) or (header is None and OF_EXCEL.match(separator.join(cells))):
                continue
            if _is_rule(content):
                continue
            if separator == "|" and not content[0] and not content[-1]:
                content = content[1:-1]  # Markdown has a bar at both ends
            if header is None:
                header = content
                continue
            while len(content) > len(header) and not content[-1]:
                content.pop()
            if len(content) > len(header):
                raise SarangiError(
                    f"{path}:{rows.line_num}: {len(content)} cells, and the header has {len(header)}; "
                    'expected as many. A cell with the separator in it must be in double quotes (")'
                )
            content += [""] * (len(header) - len(content))
            lines.append(Line(rows.line_num, content))
    except csv.Error as error:
        raise SarangiError(
            f"{path}:{rows.line_num}: not a table that can be read ({error}). {SAVE} again"
        ) from error
    if header is None or not lines:
        found = "nothing" if header is None else f"a header ({', '.join(header)}) without a row"
        raise SarangiError(f"{path}: {found}, expected a header and at least one row")
    if len(header) < 2:
        raise SarangiError(
            f"{path}:1: one column ({header[0]}), expected two or more, separated by commas, semicolons, "
            "tabs "
            f"or bars. {SAVE}"
        )
    return Grid(path, header, lines)


def _is_rule(cells: list[str]) -> bool:
    """Whether a line is the rule below the header of a Markdown table."""
    return any("--" in cell for cell in cells) and all(set(cell) <= set("-: ") for cell in cells)


def _separator(text: str) -> str:
    """Return what separates the columns: what the first line has most of, outside of quotes."""
    first = ""
    for line in io.StringIO(text):
        if line.strip() and not OF_EXCEL.match(line):
            first = line
            break
    try:
        widths = {mark: len(next(csv.reader([first], delimiter=mark), [])) for mark in SEPARATORS}
    except csv.Error:
        return ","
    return max(SEPARATORS, key=lambda mark: widths[mark])
