"""The table of robustness: what each model loses on worse recordings of the same clips."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from sarangi.base import store
from sarangi.base.evidence import Evidence, reference
from sarangi.base.labels import Labels
from sarangi.base.marks import marks_in
from sarangi.base.missing import Missing
from sarangi.paper.conditions import TITLES
from sarangi.paper.mark_notes import letters, meanings
from sarangi.paper.tables.columns import CORPUS, INTERVAL, MARKS, MODEL, PROTOCOL, Column, numeric
from sarangi.paper.tables.not_here import cannot_run
from sarangi.paper.tables.table import Table
from sarangi.paper.tables.writing import write_table
from sarangi.paper.texts import interval_text, number_text


def robustness_table(
    files: Sequence[Path],
    waiting: Sequence[tuple[str, str, str, Sequence[Missing]]],
    labels: Labels,
    output: dict[str, Path],
) -> None:
    """Write the UAR of each model under each condition, beside that on the recordings as they are.

    Parameters
    ----------
    files
        Of schema :data:`sarangi.base.robustness_rows.ROBUSTNESS`.
    waiting
        Corpus, protocol and model of each experiment that cannot be tested, with what it needs.
    labels, output
        As in :func:`sarangi.paper.tables.languages.within_language_table`.
    """
    rows, evidence, marks = [], [], []
    for path in files:
        table = store.read(path).assign(file=str(path))
        for _, row in table[table["metric"] == "uar"].iterrows():
            held = marks_in(row["mark"])
            marks += held
            rows.append(
                {
                    "Corpus": labels.corpus(row["corpus"]),
                    "Protocol": labels.protocol(row["protocol"]),
                    "Model": labels.model(row["model"]),
                    "Condition": TITLES[row["condition"]],
                    "UAR": number_text(row["value_disturbed"], ".3f"),
                    "As recorded": number_text(row["value_as_recorded"], ".3f"),
                    "Difference": number_text(row["value"], "+.3f"),
                    "Interval": interval_text(row["low"], row["high"]),
                    "n": str(row["n"]),
                    "Groups": str(row["groups"]),
                    "Missing": str(row["missing"]),
                    "Marks": letters(held),
                }
            )
            evidence.append(_behind(row))
    notes = cannot_run(waiting)
    caption = (
        "Robustness: UAR of trained models on the same test clips under conditions that they were not "
        "trained on, beside that on the recordings as they are, and the difference with its interval over "
        "groups. Folds are scored together. Intervals are not corrected for how many there "
        "are. Words, where a model reads any, are those of the recordings as they are."
    )
    write_table(
        Table("robustness", caption, COLUMNS, rows, evidence, [*meanings(marks), *notes]), labels, output
    )


def _behind(row: pd.Series) -> Evidence:
    """Return where the columns of a row come from."""

    def stand(*columns: str) -> list[dict]:
        where = {"condition": row["condition"], "metric": "uar"}
        return [reference(row["file"], column, **where) for column in columns]

    return {
        "": stand("value"),
        "UAR": stand("value_disturbed"),
        "As recorded": stand("value_as_recorded"),
        "Interval": stand("low", "high"),
        "n": stand("n"),
        "Groups": stand("groups"),
        "Missing": stand("missing"),
        "Marks": stand("mark"),
    }


COLUMNS = [
    CORPUS, PROTOCOL, MODEL, Column("Condition", text=True), *numeric("UAR", "As recorded", "Difference"),
    INTERVAL, *numeric("n", "Groups", "Missing"), MARKS,
]  # fmt: skip
