"""Tables (CSV) of a corpus as people and spreadsheets write them, and the paths in them."""

import csv
import io
import os
import posixpath
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath, PureWindowsPath
from typing import NamedTuple

from sarangi.base.errors import SarangiError
from sarangi.sources.source import Source

PUBLISHED, OWN = "Get the table again from its publisher.", "Correct your table."
SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}
# blanks that have no shape: marks of direction and of byte order, and the space of no width
OF_EXCEL = re.compile(r"\s*\"?sep=.?\"?\s*(?:[\r\n]|$)", re.IGNORECASE)
"""A first line that tells spreadsheets of the mark between columns, and is not part of the table."""
NOBODY = {
    "", "#n/a", "n/a", "nan", "none", "null", "nil", "?", "-", "--", "unknown", "#ref!", "#name?", "#value!",
}  # fmt: skip
"""What people and programs write where nothing is known."""
LIKE_LATIN = str.maketrans("асеԁһіјӏԛорѕѡхуαιονρυ", "acedhijlqopswxyaiovpu")
"""Small letters of Cyrillic and Greek to those of Latin that nobody can tell them from."""
INVISIBLE = "\u200b\u200e\u200f\u2060\ufeff\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


class Row(NamedTuple):
    """A row of a table."""

    line: int
    """Number of its last line in the file."""
    cells: dict[str, str]
    """By column, without blanks around; empty where the row ends before."""
    problem: str | None = None
    """Why nobody can say what its cells mean."""


class PathError(SarangiError):
    """A path in a table names no file of the corpus; ``inside`` is where it would be, if that is in it."""

    def __init__(self, message: str, inside: str | None = None):
        super().__init__(message)
        self.inside = inside


def table_rows(source: Source, file: str, columns: Sequence[str], advice: str = PUBLISHED) -> Iterator[Row]:
    """Yield each row of a table of a corpus.

    Names of columns are compared without case and blanks around; rows without any content are none.

    Parameters
    ----------
    source
        The corpus.
    file
        Its table: UTF-8, separated by commas.
    columns
        Those that are needed.
    advice
        What to do where it is no such table, by whose it is: :data:`PUBLISHED` or :data:`OWN`.

    Raises
    ------
    SarangiError
        If it is no such table, or lacks a column or has it twice: names the file, what was found and what was
        expected.
    """
    yield from rows_of(source.text(file), f"{source.path}/{file}", columns, advice)


def rows_of(text: str, where: str, columns: Sequence[str], advice: str = PUBLISHED) -> Iterator[Row]:
    """Yield each row of the text of a table, as :func:`table_rows` does; ``where`` names it in messages."""
    _refuse_other_separators(where, text, columns)
    # with its line breaks as they are: the reader of csv takes each kind
    table = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(
            (cells for cells in table if any(map(clean, cells)) and not OF_EXCEL.match(cells[0])), []
        )
        places = _places(f"{where}:{max(1, table.line_num)}", header, columns, advice)
        for cells in table:
            if any(map(clean, cells)):
                row = {name: clean(cells[at]) if at < len(cells) else "" for name, at in places.items()}
                yield Row(table.line_num, row, _problem(header, cells))
    except csv.Error as error:
        raise SarangiError(
            f"{where}:{table.line_num}: not a table that can be read ({error}). {advice}"
        ) from error


def _refuse_other_separators(where: str, text: str, columns: Sequence[str]) -> None:
    head = OF_EXCEL.sub("", text).lstrip().partition("\n")[0].casefold()
    for mark, words in SEPARATORS.items():
        found = {clean(name).strip('"') for name in head.split(mark)}
        if len(columns) > 1 and {column.casefold() for column in columns} <= found:
            raise SarangiError(
                f"{where}:1: its columns are separated by {words}, expected commas. Save the table again as "
                "CSV (UTF-8) with commas between the columns"
            )


def _places(where: str, header: list[str], columns: Sequence[str], advice: str) -> dict[str, int]:
    """Return where each needed column stands."""
    found = [clean(name).casefold() for name in header]
    shown = ", ".join(header) or "none"
    missing = [column for column in columns if column.casefold() not in found]
    if missing:
        raise SarangiError(
            f"{where}: no column {', '.join(missing)}; found {shown}, expected {', '.join(columns)}. {advice}"
        )
    twice = [column for column in columns if Counter(found)[column.casefold()] > 1]
    if twice:
        raise SarangiError(
            f"{where}: column {', '.join(twice)} appears more than once; found {shown}, expected each "
            f"name once. {advice}"
        )
    return {column: found.index(column.casefold()) for column in columns}


def _problem(header: list[str], cells: list[str]) -> str | None:
    if [clean(cell).casefold() for cell in cells] == [clean(name).casefold() for name in header]:
        return "the header is repeated here; remove this line"
    if any(map(clean, cells[len(header) :])):
        return (
            f"{len(cells)} cells, and the header has {len(header)}: a cell with a comma in it must be in "
            'double quotes (")'
        )
    return None


def clean(cell: str) -> str:
    """Return the content of a cell: composed (NFC), without blanks around, seen or unseen.

    Half a pair of surrogates, which JSON can escape and no UTF-8 can hold, becomes U+FFFD.
    """
    text = unicodedata.normalize("NFC", cell)
    if not text.isascii():
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    while (less := text.strip().strip(INVISIBLE)) != text:
        text = less
    return text


def file_of(source: Source, table: str, written: str) -> str:
    """Return the file of a corpus that a path in a table names.

    The path begins at the folder of the table, at that of the corpus where ``table`` is empty.  Case, the
    Unicode form and the kind of slash do not matter where one file alone fits.

    Raises
    ------
    PathError
        If it leads out of the corpus, there is no such file, or several fit.
    """
    path = _inside(source, table, written)
    candidates = source.like(path) or source.like(path.replace("\\", "/"))
    if len(candidates) == 1:
        return candidates[0]
    if candidates:
        raise PathError(
            f"path {written!r} fits {', '.join(candidates)}, which differ only by case; write one of them",
            path,
        )
    raise PathError(
        f"path {written!r}: there is no such file in the corpus (hidden files are left out)", path
    )


def _inside(source: Source, table: str, written: str) -> str:
    """Return the path below the corpus that a path in a table stands for."""
    instead = (
        f"into {source.path} and write its path from the folder of {PurePosixPath(table).name}"
        if table
        else "below the folder of audio and write its path from there"
    )
    leads_out = PathError(
        f"path {written!r} leads out of the corpus, and nothing is read there; put the recording {instead}"
    )
    windows = PureWindowsPath(written)
    if written.startswith("/") and source.path.is_dir():
        # an absolute path into the corpus's own folder
        path = os.path.relpath(os.path.realpath(written), os.path.realpath(source.path))
    elif windows.anchor or "\0" in written:
        raise leads_out
    else:
        slashed = written if "/" in written else written.replace("\\", "/")
        path = posixpath.normpath(posixpath.join(posixpath.dirname(table), slashed))
    if path == ".." or path.startswith("../"):
        raise leads_out
    return path


def refuse_two_spellings(where: str, column: str, rows: Sequence[Row]) -> None:
    """Refuse a table that writes one name in two ways: a split would train on it and test on it.

    Two names are one where they differ only by case, by blanks, ``_`` and ``-``, by zeros before a number, by
    letters of other scripts that look the same, or by what nobody sees and spreadsheets add: marks without a
    shape, ``'`` in front, ``.0`` behind a number.

    Raises
    ------
    SarangiError
        Names both, with their lines.
    """
    spellings = Spellings(where, column)
    for row in rows:
        if row.problem is None:
            spellings.add(row.cells[column], f"line {row.line}")


class Spellings:
    """The names in a column of a table, as they come; two that seem to be one are refused.

    Parameters
    ----------
    where, column
        Table and column, for messages.
    """

    def __init__(self, where: str, column: str):
        self.where, self.column = where, column
        self._first: dict[str, tuple[str, str]] = {}

    def add(self, name: str, place: str) -> None:
        """Take a name, and where it is written; as :func:`refuse_two_spellings`, which says what is refused.

        Raises
        ------
        SarangiError
            Names both, with their places.
        """
        if not name:
            return
        other, there = self._first.setdefault(_likeness_of_name(name), (name, place))
        if other != name:
            raise SarangiError(
                f"{self.where}: {self.column} {other!r} ({there}) and {name!r} ({place}) seem to be one; "
                f"write one name, or names that differ by more. {OWN}"
            )


def _likeness_of_name(name: str) -> str:
    """Return a name as it is compared: of two that seem to be one, the same."""
    composed = unicodedata.normalize("NFKC", name).casefold().translate(LIKE_LATIN)
    digits = (str(unicodedata.digit(letter, letter)) for letter in composed)
    seen = "".join(letter for letter in digits if not _without_shape(letter))
    words = re.sub(r"[\s_-]+", " ", seen.lstrip("'")).strip()
    return re.sub(r"(?<![\d.])0+(?=\d)", "", re.sub(r"^(\d+)\.0+$", r"\1", words))


def _without_shape(letter: str) -> bool:
    # variation selectors are marks; a line break or a tab is a blank
    return (
        unicodedata.category(letter) in ("Cc", "Cf") and not letter.isspace()
    ) or "\ufe00" <= letter <= "\ufe0f"


def names_nobody(name: str) -> bool:
    """Return whether a cell names no speaker: it is empty, or what stands for what is not known."""
    return name.casefold() in NOBODY
