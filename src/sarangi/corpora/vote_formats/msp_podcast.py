"""MSP-Podcast's single annotations: ``labels_detailed.csv`` or ``labels_detailed.json``.

In CSV a row an annotator, either with the columns FileName, Workers, EmoClass_Major, EmoClass_Second, EmoAct,
EmoVal and EmoDom, or with FileName and EmoDetail, whose cell is
``WORKER00000325; Angry; Angry,Annoyed; A:5.0; V:2.0; D:6.0;``.  In JSON an object by recording, of objects
by annotator with EmoClass_Major, EmoAct, EmoVal and EmoDom.  The vote is the primary emotion.  Written to
what is published about the files, which are licensed: they were not seen.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sarangi.base.documents import DocumentError, Pairs, json_of, text_in
from sarangi.base.errors import SarangiError
from sarangi.corpora.table_formats import load
from sarangi.corpora.vote_row import VoteRow
from sarangi.corpora.vote_settings import VoteSettings
from sarangi.sources.tables import clean

EMOTIONS: Mapping[str, str] = {"contempt": "contempt"}
OTHERS = ("other",)
DELIMITED = "delimited"
NAME, WORKER, DETAIL, PRIMARY = "filename", "workers", "emodetail", "emoclass_major"
RATINGS = {"arousal": "emoact", "valence": "emoval", "dominance": "emodom"}
IN_DETAIL = {"arousal": "A", "valence": "V", "dominance": "D"}
RATED = re.compile(r"([AVD]):\s*(\S*)")
FREE = re.compile(r"other\b.*", re.IGNORECASE | re.DOTALL)
"""An emotion in the annotator's own words."""
EXPECTED = "FileName with Workers and EmoClass_Major, or with EmoDetail"


def read(table: Path, settings: VoteSettings) -> Iterator[VoteRow]:
    """Yield each annotation.

    Parameters
    ----------
    table
        ``labels_detailed.csv`` or ``labels_detailed.json``.
    settings
        Its columns are not used: they are those of the format.

    Raises
    ------
    SarangiError
        If it cannot be read, or has other columns.
    """
    yield from _of_json(table) if table.suffix.lower() == ".json" else _of_csv(table)


def _of_csv(table: Path) -> Iterator[VoteRow]:
    for row in load(DELIMITED).read(table, table.parent, None):
        cells = {clean(name).casefold(): text or "" for name, text in row.cells.items()}
        file = cells.get(NAME)
        if file is None or not (DETAIL in cells or {WORKER, PRIMARY} <= cells.keys()):
            found = ", ".join(row.cells) or "none"
            raise SarangiError(f"{table}: its columns are {found}; expected {EXPECTED}")
        if DETAIL in cells:
            yield _of_detail(row.where, file, cells[DETAIL])._replace(problem=row.problem)
            continue
        ratings = {name: cells[column] for name, column in RATINGS.items() if column in cells}
        label = _plain(cells[PRIMARY])
        yield VoteRow(row.where, file, cells[WORKER], label, ratings=ratings, problem=row.problem)


def _of_detail(where: str, file: str, cell: str) -> VoteRow:
    parts = [part.strip() for part in cell.split(";")]
    if len(parts) < 2:
        problem = f"EmoDetail is {cell!r}; expected WORKER<n>; <emotion>; <emotions>; A:<n>; V:<n>; D:<n>;"
        return VoteRow(where, file, "", "", problem=problem)
    rated = {match[1]: match[2] for match in map(RATED.fullmatch, parts[2:]) if match}
    ratings = {name: rated[letter] for name, letter in IN_DETAIL.items() if letter in rated}
    return VoteRow(where, file, parts[0], _plain(parts[1]), ratings=ratings)


def _of_json(table: Path) -> Iterator[VoteRow]:
    try:
        recordings = json_of(text_in(table), pairs=True)  # a name given twice is seen, not overwritten
    except (OSError, DocumentError) as error:
        raise SarangiError(f"{table} cannot be read: {error}") from error
    if not isinstance(recordings, Pairs):
        kind = type(recordings).__name__
        raise SarangiError(f"{table}: expected an object by recording, found {kind}")
    for number, (name, workers) in enumerate(recordings, 1):
        file = clean(name)
        where = f"{table.name}, {number}. {file}"
        if not isinstance(workers, Pairs):
            kind = type(workers).__name__
            yield VoteRow(where, file, "", "", problem=f"expected an object by annotator, found {kind}")
            continue
        for annotator, (worker, annotation) in enumerate(workers, 1):
            yield _of_object(f"{where}, {annotator}. {clean(worker)}", file, clean(worker), annotation)


def _of_object(place: str, file: str, worker: str, annotation: Any) -> VoteRow:
    if not isinstance(annotation, Pairs):
        problem = f"expected an object with EmoClass_Major, found {type(annotation).__name__}"
        return VoteRow(place, file, worker, "", problem=problem)
    cells = {clean(name).casefold(): _text(value) for name, value in annotation}
    ratings = {name: cells[column] for name, column in RATINGS.items() if column in cells}
    return VoteRow(place, file, worker, _plain(cells.get(PRIMARY, "")), ratings=ratings)


def _text(value: Any) -> str:
    return "" if value is None else clean(str(value))


def _plain(label: str) -> str:
    """Return a label, without the annotator's own words."""
    return "Other" if FREE.fullmatch(label) else label
