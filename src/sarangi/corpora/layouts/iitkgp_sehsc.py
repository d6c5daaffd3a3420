"""IITKGP-SEHSC (Koolagudi et al. 2011): Hindi, read through a table that the user gives.

How its files are named is not published, so ``iitkgp_sehsc.csv`` in the folder says of each recording
its ``path`` (below the folder), ``emotion``, ``speaker`` and ``session``.
"""

from collections.abc import Iterator

from sarangi.base.errors import SarangiError
from sarangi.corpora.beside import SUFFIXES
from sarangi.corpora.label_rows import LabelRow
from sarangi.corpora.labelled import Reading, utterances_of
from sarangi.corpora.utterance import Utterance, skipped
from sarangi.sources.source import Source, copies_of
from sarangi.sources.tables import OWN, Row, refuse_two_spellings, table_rows

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
        reading = Reading(
            table[-len(TABLE) :], EMOTIONS, language=LANGUAGE, folder=table[: -len(TABLE)],
            called={"file": "path"}, speakers=True,
        )  # fmt: skip
        for utterance in utterances_of(source, (_label_row(table, row) for row in rows), reading):
            # a copy of the table may lie without recordings
            if table == tables[0] or source.has(utterance.file):
                listed.add(utterance.file)
                yield utterance
    for file in source.paths(*SUFFIXES):
        if file not in listed:
            yield skipped(file, f"{tables[0]} does not list it")


def _label_row(table: str, row: Row) -> LabelRow:
    cells = {"file" if column == "path" else column: text for column, text in row.cells.items()}
    return LabelRow(f"{table}:{row.line}", cells, row.problem)
