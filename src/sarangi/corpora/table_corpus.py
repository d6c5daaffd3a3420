"""A corpus that a table of labels describes: the user's own recordings, without a module of a layout."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from sarangi.base import store
from sarangi.base.emotions import name_of
from sarangi.base.errors import SarangiError
from sarangi.base.hints import nearest
from sarangi.base.parts import TEST, TRAIN, VALIDATION
from sarangi.base.table_columns import FURTHER, SLICED
from sarangi.corpora.label_rows import LabelRow, further_name
from sarangi.corpora.labelled import Reading, utterances_of
from sarangi.corpora.manifest_writer import write_manifest
from sarangi.corpora.table_formats import load
from sarangi.corpora.table_settings import RatedColumn, TableSettings
from sarangi.corpora.table_votes import TableVotes
from sarangi.corpora.utterance import Utterance
from sarangi.corpora.vote_settings import VoteSettings
from sarangi.corpora.vote_writer import write_votes
from sarangi.corpora.votes import Vote
from sarangi.sources.source import Source
from sarangi.sources.tables import clean

PARTS_OF_TABLES = {
    "train": TRAIN, "validation": VALIDATION, "test": TEST, "training": TRAIN, "valid": VALIDATION,
    "val": VALIDATION, "dev": VALIDATION, "development": VALIDATION, "testing": TEST,
}  # fmt: skip
"""What tables call the publisher's parts."""


TEXT = "text"


class TableCorpus:
    """What reads a table corpus, in place of the module of a layout.

    Parameters
    ----------
    table
        The table, or the folder that is one.
    settings
        How to read it.
    votes
        How to read the votes of its annotators; None where there are none.
    table_of_votes
        Their own table; None where they are in columns of this one.
    """

    SUFFIXES = ()
    UNLISTED = "no row of the table names it"

    def __init__(
        self,
        table: Path,
        settings: TableSettings,
        votes: VoteSettings | None = None,
        table_of_votes: Path | None = None,
    ):
        self.table, self.settings = table, settings
        self.settings_of_votes, self.table_of_votes = votes, table_of_votes
        self.votes: list[Vote] = []
        """Of the source that was read last."""
        self.WORDS_ALONE = settings.words_alone
        self.LAYOUT = f"recordings that {table.name} names"
        self.EXPECTED = (
            f"Each row of {table.name} names a recording by its path from the folder of audio. "
            "Correct `audio`, `columns` or the table."
        )

    def utterances(self, source: Source) -> Iterator[Utterance]:
        """Yield one utterance for each row of the table.

        Raises
        ------
        SarangiError
            As :func:`sarangi.corpora.labelled.utterances_of` and
            :class:`sarangi.corpora.table_votes.TableVotes`; and if there is no column of a slice.
        """
        settings = self.settings
        columns: set[str] = set()

        reading = Reading(
            table=self.table.name,
            emotions={clean(label).casefold(): name_of(to) or to for label, to in settings.emotions.items()},
            skip=frozenset(clean(label).casefold() for label in settings.skip),
            language=settings.language,
            name_of=name_of,
            parts=PARTS_OF_TABLES,
            called={name: called for name, called in settings.columns.items() if called},
            words_alone=settings.words_alone,
            rated={name: further_name(rated.column) for name, rated in settings.dimensions.items()},
        )
        votes = None
        if self.settings_of_votes is not None:
            votes = TableVotes(self.table_of_votes, self.settings_of_votes, reading.emotions, reading.skip)

        def rows() -> Iterator[LabelRow]:
            for row in load(settings.format).read(self.table, source.path, settings.columns):
                columns.update(row.cells)
                yield row if votes is None else votes.row(row)

        found = utterances_of(source, rows(), reading)
        if votes is not None:
            votes.refuse_missing_columns(columns)
            self.votes = votes.of(found)
        if settings.words_alone and TEXT not in columns:
            raise SarangiError(
                f"{self.table}: no column {TEXT!r}, and the corpus holds words; state under "
                "`columns` what the "
                f"table calls it, as in columns: {{{TEXT}: <column>}}"
            )
        _refuse_unknown_slices(self.table, settings.slices, columns)
        _refuse_unknown_ratings(self.table, settings.dimensions, columns)
        yield from found


def _refuse_unknown_slices(table: Path, slices: Sequence[str], columns: set[str]) -> None:
    for name in slices:
        if name.startswith(FURTHER) and name not in columns:
            known = sorted(column.removeprefix(FURTHER) for column in columns if column.startswith(FURTHER))
            raise SarangiError(
                f"{table}: no column {name.removeprefix(FURTHER)!r} for `slices`; "
                f"{nearest(name.removeprefix(FURTHER), [*known, *SLICED])}"
            )


def _refuse_unknown_ratings(table: Path, dimensions: Mapping[str, RatedColumn], columns: set[str]) -> None:
    for name, rated in dimensions.items():
        if further_name(rated.column) not in columns:
            known = sorted(column.removeprefix(FURTHER) for column in columns if column.startswith(FURTHER))
            there = nearest(rated.column, known) if known else "it has no further column"
            raise SarangiError(
                f"{table}: no column {rated.column!r} for the dimension {name}. State under "
                "`dimensions` what "
                f"the table calls it, as in dimensions: {{{name}: {{column: <column>}}}}; {there}"
            )


class VotesOfTable(NamedTuple):
    """How votes of annotators are read, from which table if it is their own, and where they are written."""

    settings: VoteSettings
    table: Path | None
    output: store.Output


def table_manifest(
    audio: Path,
    table: Path,
    corpus: str,
    settings: TableSettings,
    shards: int,
    output: store.Output,
    votes: VotesOfTable | None = None,
) -> None:
    """Write the manifest of a corpus that a table describes, as that of any corpus is written.

    Every row of the table is an utterance that is ok, skipped or failed, and a recording that no row names is
    skipped.

    Parameters
    ----------
    audio
        Folder or archive of the recordings.
    table
        The table.
    corpus
        Name of the corpus.
    settings
        How to read the table.
    shards, output
        As for :func:`sarangi.corpora.manifest.manifest`.
    votes
        Of annotators, where there are some; written as :func:`sarangi.corpora.vote_writer.write_votes` does.

    Raises
    ------
    SarangiError
        If a table cannot be read or lacks a column, or no row can be used; counts the reasons.
    """
    scales = {name: rated.scale for name, rated in settings.dimensions.items()}
    if votes is None:
        write_manifest(audio, corpus, TableCorpus(table, settings), shards, output, scales)
        return
    voted = TableCorpus(table, settings, votes.settings, votes.table)
    paths = write_manifest(audio, corpus, voted, shards, output, scales)
    write_votes(corpus, voted.votes, paths, votes.output)
