"""The table of a model from outside: its scores, and its differences from the study's own models."""

from collections.abc import Mapping, Sequence

import pandas as pd

from sarangi.base.emotions import ordered
from sarangi.base.marks import marks_in
from sarangi.paper.mark_notes import letters, meanings
from sarangi.paper.tables.columns import CORRECTED, INTERVAL, MARKS, Column, numeric
from sarangi.paper.tables.reported_differences import with_corrected_p
from sarangi.paper.tables.table import Table
from sarangi.paper.texts import interval_text, number_text, p_text

MAIN = ("uar", "wf1", "uf1", "accuracy")
RECALL = "recall_"
DIFFERENCE = "minus "


def rows_of(scores: pd.DataFrame, differences: pd.DataFrame) -> pd.DataFrame:
    """Return scores and differences as rows of one table, in the columns of both and ``corrected``.

    ``second`` is the model that a difference is from, null for a score; ``corrected`` the p of the
    permutation test corrected for all models
    (:func:`sarangi.paper.tables.reported_differences.with_corrected_p`).
    """
    own = scores.drop(columns=["experiment", "test"]).rename(columns={"model": "first"})
    if len(differences):
        differences = with_corrected_p(differences)
    return pd.concat([own, differences], ignore_index=True)


def outside_table(
    rows: pd.DataFrame, caption: str, reported: str, titles: Mapping[str, str], preferred: Sequence[str] = ()
) -> Table:
    """Return the reported scores, and below them the differences in UAR.

    Parameters
    ----------
    rows
        Of :func:`rows_of`.
    caption
        Above the table.
    reported
        The slice that the protocol is reported by.
    titles
        Of models.
    preferred
        The configuration's order of emotions.
    """
    rows = rows[rows["slice"] == reported]
    own, apart = rows[rows["second"].isna()], rows[rows["second"].notna() & (rows["metric"] == "uar")]
    recalls = [name.removeprefix(RECALL) for name in own["metric"] if name.startswith(RECALL)]
    metrics = [*MAIN, *(f"{RECALL}{emotion}" for emotion in ordered(recalls, preferred))]
    own = own.set_index("metric").loc[[name for name in metrics if name in set(own["metric"])]].reset_index()
    lines, marks = [], []
    for row in [*own.to_dict("records"), *apart.to_dict("records")]:
        held = marks_in(row["mark"])
        marks += held
        other = row["second"]
        difference = not pd.isna(other)
        lines.append(
            {
                "Score": f"UAR {DIFFERENCE}{titles[other]}" if difference else _title(row["metric"]),
                "Value": number_text(row["value"], "+.3f" if difference else ".3f"),
                INTERVAL.name: interval_text(row["low"], row["high"]),
                "Chance": "" if difference else number_text(row["chance"]),
                "p": p_text(row["p"]) if difference else "",
                CORRECTED.name: p_text(row["corrected"]) if difference else "",
                "n": int(row["n"]),
                "Groups": int(row["groups"]),
                MARKS.name: letters(list(dict.fromkeys(held))),
            }
        )
    numbers = [*numeric("Chance", "p"), CORRECTED, *numeric("n", "Groups")]
    columns = [Column("Score", text=True), *numeric("Value"), INTERVAL, *numbers, MARKS]
    notes = meanings(list(dict.fromkeys(marks)))
    if len(apart):
        notes.append(
            f"{CORRECTED.name}: p by Holm's correction for the {len(apart)} models compared, without those "
            "whose p could not be as small (Tarone 1990)."
        )
    return Table("outside", caption, columns, lines, [{} for _ in lines], notes)


def _title(metric: str) -> str:
    if metric.startswith(RECALL):
        return f"recall, {metric.removeprefix(RECALL).replace('_', ' ')}"
    return "accuracy" if metric == "accuracy" else metric.upper()
