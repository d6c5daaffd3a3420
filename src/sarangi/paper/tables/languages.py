"""The tables of classical models within one language and across languages."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from sarangi.base.labels import Labels
from sarangi.base.marks import marks_in
from sarangi.base.typed_texts import NONE
from sarangi.paper.cells import Cell, ranks, scored
from sarangi.paper.mark_notes import letters, meanings
from sarangi.paper.tables.cell_evidence import NO_PAIR, behind_cells
from sarangi.paper.tables.columns import FEATURES, MARKS, MODEL, PROTOCOL, Column, numeric
from sarangi.paper.tables.table import Table
from sarangi.paper.tables.writing import write_table
from sarangi.paper.texts import interval_text, number_text


def within_language_table(cells: Sequence[Cell], labels: Labels, output: dict[str, Path]) -> None:
    """Write the UAR of every configuration trained and tested within one language.

    UAR has four digits, since the published ones stand beside it.

    Parameters
    ----------
    cells
        Configurations; those across languages are left out.
    labels
        Titles, and which corpora are synthetic.
    output
        Files to write by suffix: ``tex``, ``md``, ``csv``, ``json``.

    Raises
    ------
    SarangiError
        As :func:`scored`.
    """
    table = scored(cells, labels.synthetic)
    caption = (
        "Classical models within one language. UAR with its interval over groups and chance; published "
        "is the UAR that the published study printed. Rank: of the feature set by its best model, among "
        "those that have a score under the same protocol."
    )
    inside = table["train"] == table["test"]
    _write(table, inside, {"Language": "test"}, caption, "within_language", labels, output)


def across_languages_table(cells: Sequence[Cell], labels: Labels, output: dict[str, Path]) -> None:
    """Write the UAR of every configuration trained on one language and tested on another.

    UAR has four digits, since the published ones stand beside it.

    Parameters
    ----------
    cells
        Configurations; those within a language only tell which models are adapted ones.
    labels, output
        As in :func:`within_language_table`.

    Raises
    ------
    SarangiError
        As :func:`scored`.
    """
    table = scored(cells, labels.synthetic)
    caption = (
        "Classical models across languages. UAR with its interval over the groups of the language "
        "tested, and chance; published is the UAR that the published study printed. Rank: of the feature "
        "set by its best model, among those that have a score in the same direction; models with "
        "adaptation, named after a comma, are ranked apart."
    )
    where = {"Trained on": "train", "Tested on": "test"}
    across = table["train"] != table["test"]
    _write(table, across, where, caption, "across_languages", labels, output)


def _write(
    table: pd.DataFrame,
    shown: pd.Series,
    where: dict[str, str],
    caption: str,
    label: str,
    labels: Labels,
    output: dict[str, Path],
) -> None:
    """Write the cells of one kind, a row each."""
    table = table.assign(rank=ranks(table))[shown]
    absent = int(table["value"].isna().sum())
    table = table[table["value"].notna()]
    lines, marks, evidence = [], [], []
    for row in table.to_dict("records"):
        held = marks_in(row["mark"])
        marks += held
        evidence.append(behind_cells([row]))
        lines.append(
            {"Pair": row["pair"]}
            | {name: row[column] for name, column in where.items()}
            | {
                "Protocol": row["protocol"],
                "Features": row["features"],
                "Model": row["model"],
                "UAR": number_text(row["value"], ".4f"),
                "Interval": interval_text(row["low"], row["high"]),
                "Chance": number_text(row["chance"], ".3f"),
                "Published": NONE if pd.isna(row["published"]) else row["published"],
                "Rank": number_text(row["rank"], ".0f"),
                "n": int(row["n"]),
                "Groups": int(row["groups"]),
                "Marks": letters(held),
            }
        )
    notes = meanings(marks)
    if absent:
        notes.append(f"Without {absent} configurations of which no score can be made here.")
    if table.empty and not absent:
        notes.append(NO_PAIR)
    columns = [PAIR, *(Column(name, text=True) for name in where), *COLUMNS]
    write_table(Table(label, caption, columns, lines, evidence, notes), labels, output)


PAIR = Column("Pair", text=True)
COLUMNS = [
    PROTOCOL, FEATURES, MODEL,
    *numeric("UAR", "Interval", "Chance", "Published", "Rank", "n", "Groups"), MARKS,
]  # fmt: skip
