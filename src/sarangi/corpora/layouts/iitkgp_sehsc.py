"""IITKGP-SEHSC (Koolagudi et al. 2011): Hindi, read through a table that the user gives.

How its files are named is not published, so ``iitkgp_sehsc.csv`` in the folder says of each recording
its ``path`` (below the folder), ``emotion``, ``speaker`` and ``session``.
"""

from collections.abc import Iterator

from sarangi.base.errors import SarangiError
from sarangi.corpora.beside import SUFFIXES
from sarangi.corpora.utterance import Utterance, failed, skipped
from sarangi.sources.source import Source, copies_of
from sarangi.sources.tables import (
    OWN,
    PathError,
    Row,
    file_of,
    names_nobody,
    refuse_two_spellings,
    table_rows,
)

TITLE = "IITKGP-SEHSC"
LANGUAGE = "hi"
EMOTIONS = {
    "anger": "angry", "disgust": "disgust", "fear": "fearful", "happy": "happy", "happiness": "happy",
    "neutral": "neutral", "sad": "sad", "sadness": "sad", "sarcastic": "sarcasm", "sarcasm": "sarcasm",
    "surprise": "surprised",
}  # fmt: skip
PROMISES = {"utterances": 12_000, "speakers": 10}
TABLE = "iitkgp_sehsc.csv"
COLUMNS = ("path", "emotion", "speaker", "session")
LAYOUT = f"{TABLE} with columns {', '.join(COLUMNS)}, and the recordings that it lists"


def utterances(source: Source) -> Iterator[Utterance]:
    """Yield one utterance for each line of the table, and for each recording that it leaves out.

    Raises
    ------
    SarangiError
        If there is no table, several differ, one cannot be read, or it writes one speaker in two ways.
    """
    tables = copies_of(source, TABLE)
    if not tables:
        stem = TABLE.removesuffix(".csv")
        others = [path for path in source.paths() if stem in path.casefold().rpartition("/")[2]]
        instead = f"; save {others[0]} as CSV (UTF-8) under that name" if others else ""
        raise SarangiError(f"{source.path}: found 0 files {TABLE}; expected one ({LAYOUT}){instead}")
    listed: set[str] = set()
    for table in tables:
        rows = list(table_rows(source, table, COLUMNS, OWN))
        for column in ("speaker", "session"):
            refuse_two_spellings(f"{source.path}/{table}", column, rows)
        for row in rows:
            yield from _of_row(source, table, row, listed, copy=table != tables[0])
    for file in source.paths(*SUFFIXES):
        if file not in listed:
            yield skipped(file, f"{tables[0]} does not list it")


def _of_row(source: Source, table: str, row: Row, listed: set[str], copy: bool) -> Iterator[Utterance]:
    """Yield the utterance of a row, and add its file to ``listed``; a copy may lie without recordings."""
    cells, where = row.cells, f"{table}:{row.line}"
    file, why = _file_of(source, table, row)
    if copy and not source.has(file):
        return
    listed.add(file)
    known = {
        "path": file.removeprefix(table[: -len(TABLE)]),
        "language": LANGUAGE,
        "speaker": cells["speaker"] or None,
        "group": cells["speaker"] or None,
        "session": cells["session"] or None,
        "label": cells["emotion"],
    }
    emotion = EMOTIONS.get(cells["emotion"].casefold())
    if why is not None:
        yield failed(file, f"{where}: {why}", "a line of the table that names no recording", **known)
    elif emotion is None:
        why = f"emotion {cells['emotion']!r} is unknown; expected one of {', '.join(sorted(EMOTIONS))}"
        yield failed(file, f"{where}: {why}", f"unknown emotion {cells['emotion']!r}", **known)
    elif names_nobody(cells["speaker"]):
        found = f", found {cells['speaker']!r}" if cells["speaker"] else ""
        yield failed(file, f"{where}: no speaker{found}", "no speaker", **known)
    else:
        yield Utterance(**known, file=file, emotion=emotion)


def _file_of(source: Source, table: str, row: Row) -> tuple[str, str | None]:
    """Return the file that a row is about, and why there is none: then it may be the place of the row."""
    where, path = f"{table}:{row.line}", row.cells["path"]
    broken = [name for name, cell in row.cells.items() if "\n" in cell or "\r" in cell]
    if row.problem is not None or not path:
        return where, row.problem or "no path"
    if broken:
        return where, f"the {broken[0]} goes on in the next line: a double quote before it is not closed"
    try:
        return file_of(source, table, path), None
    except PathError as error:
        return error.inside or where, str(error)
