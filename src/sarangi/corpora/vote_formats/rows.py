"""A table with a row an annotator of a clip, as CSV, JSON Lines or Parquet."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from sarangi.base.errors import SarangiError
from sarangi.base.hints import nearest
from sarangi.corpora.table_formats import load
from sarangi.corpora.vote_row import VoteRow
from sarangi.corpora.vote_settings import VoteSettings
from sarangi.sources.tables import clean

EMOTIONS: Mapping[str, str] = {}
OTHERS: tuple[str, ...] = ()
DELIMITED = "delimited"
NEEDED = ("file", "annotator", "label")
OPTIONAL = ("start", "end")


def read(table: Path, settings: VoteSettings) -> Iterator[VoteRow]:
    """Yield each row of the table.

    Parameters
    ----------
    table
        The file.
    settings
        ``columns`` says what it calls ``file``, ``annotator``, ``label``, ``start`` and ``end`` where that
        differs; ``dimensions`` has the columns of ratings.

    Raises
    ------
    SarangiError
        If it cannot be read, or lacks a column: names the nearest one.
    """
    called = {name: settings.columns.get(name, name) for name in (*NEEDED, *OPTIONAL)}
    # a table of ratings alone has no column of labels
    needed = [
        name for name in NEEDED if name != "label" or not settings.dimensions or name in settings.columns
    ]
    needed += [name for name in OPTIONAL if name in settings.columns]
    for row in load(DELIMITED).read(table, table.parent, None):
        if row.problem is not None and not row.cells:
            yield VoteRow(row.where, "", "", "", problem=row.problem)
            continue
        cells = {clean(name).casefold(): text or "" for name, text in row.cells.items()}
        columns = [called[name] for name in needed] + list(settings.dimensions.values())
        for column in columns:
            if clean(column).casefold() not in cells:
                raise SarangiError(
                    f"{table}: no column {column!r}; {nearest(column, list(row.cells))} State under "
                    "votes.columns what the table calls it, as in columns: {annotator: <column>}"
                )
        stated = {name: cells.get(clean(column).casefold(), "") for name, column in called.items()}
        ratings = {name: cells[clean(column).casefold()] for name, column in settings.dimensions.items()}
        yield VoteRow(row.where, **stated, ratings=ratings, problem=row.problem)
