"""Tables of what the published study printed beside ours, model by model and seed by seed.

What was *printed* is a mapping of published experiments, from
:func:`sarangi.published.printed.printed_experiments`.
*Ours* are experiments or transfers, each a mapping: ``name``, ``corpus``, ``test``, ``protocol`` and
``model`` (titles of both), ``leaks`` (of the protocol), ``replayed`` (whether the published study has this
protocol), ``scores`` (file of schema :data:`sarangi.base.score_rows.SCORES`, or None) and ``why`` (what is
missing, where there is none).
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from sarangi.base import store
from sarangi.base.evidence import reference
from sarangi.base.labels import Labels
from sarangi.base.limit_sources import LimitSources
from sarangi.base.marks import marks_in
from sarangi.base.missing import CORPUS, FOLDS, TRANSCRIPTS, WEIGHTS, Missing
from sarangi.base.score_rows import headline
from sarangi.base.slices import seed_within
from sarangi.base.typed_texts import NumberText, ScoreText
from sarangi.paper.limit_notes import limit_notes
from sarangi.paper.limits import limits_of_scores
from sarangi.paper.mark_notes import letters, meanings
from sarangi.paper.tables.not_here import not_here
from sarangi.paper.tables.table import Table
from sarangi.paper.tables.writing import write_table
from sarangi.paper.texts import interval_text, number_text

Printed = Mapping[str, Mapping[str, Any]]
Ours = Mapping[str, Any]

CLAIMS = "project:claims.yaml"
NOT_PUBLISHED, NOT_TRIED = "not published", "not tried"
LACKING = {
    CORPUS: "no corpus", WEIGHTS: "no weights", FOLDS: "no folds", TRANSCRIPTS: "no transcripts",
}  # fmt: skip
"""What is missing of what is configured, in the short words of a cell, by its kind."""
OURS = "whether it stays"
"""In a row, for one without a number of ours that belongs to another with such a number."""
NOTHING = "There is nothing to show: the configuration has no such experiment, nor have the claims."


class Scores:
    """The scores of some experiments of ours, each file read once.

    Attributes
    ----------
    marks
        Of all cells that were shown, each once.
    shown
        Rows of all cells that were shown.
    waits
        What those waited for that could not be shown.
    """

    def __init__(self) -> None:
        self.marks: list[str] = []
        self.shown: list[pd.Series] = []
        self.waits: list[Missing] = []
        self._reported: dict[str, pd.DataFrame] = {}
        self._all: dict[str, pd.DataFrame] = {}

    def row(self, ours: Ours | None, metric: str, part: str | None = None) -> pd.Series | None:
        """Return the row of a metric as it is reported, or of a slice; None where there is none."""
        if ours is None or ours["scores"] is None:
            return None
        file = ours["scores"]
        if file not in self._all:
            self._all[file] = store.read(file).assign(file=str(file))
            self._reported[file] = headline([file])
        table = self._reported[file] if part is None else self._all[file]
        rows = table[table["metric"] == metric]
        rows = rows if part is None else rows[rows["slice"] == part]
        if rows.empty or pd.isna(rows["value"].iloc[0]):
            return None
        self.shown.append(rows.iloc[0])
        return self.shown[-1]

    def seeds(self, ours: Ours | None, part: str | None = None) -> list[str]:
        """Return the slices of single seeds, of all or of a slice, in the order of their numbers."""
        if ours is None or self.row(ours, "uar") is None:
            return []
        numbers = {name: seed_within(name, part) for name in self._all[ours["scores"]]["slice"].unique()}
        return sorted((name for name, seed in numbers.items() if seed is not None), key=numbers.__getitem__)

    def marked(self, row: pd.Series) -> str:
        """Return the letters of a row's marks, which are noted for the notes below the table."""
        held = marks_in(row["mark"])
        self.marks += held
        return letters(held)

    def why_not(self, ours: Ours | None) -> str:
        """Return why there is no number of ours, in short words; what is missing is noted."""
        if ours is None:
            return NOT_TRIED
        if ours["scores"] is not None:
            return "not available: not scored"
        self.waits += ours["why"]
        short = dict.fromkeys(
            LACKING.get(missing.kind, "not made") if missing.configured else "not configured"
            for missing in ours["why"]
        )
        return f"not available: {', '.join(short)}"

    def notes(self) -> list[str]:
        """Return the meanings of the marks, and what is waited for."""
        notes = [*meanings(self.marks), *not_here(each.in_words for each in self.waits if each.configured)]
        if any(not each.configured for each in self.waits):
            notes.append("Not configured: this study has no experiment that replays the published one.")
        return notes


def stands(row: pd.Series, *columns: str) -> list[dict[str, Any]]:
    """Return where columns of a row of scores stand."""
    where = {"metric": row["metric"], "slice": row["slice"]}
    return [reference(row["file"], column, **where) for column in columns]


def printed_where(said: Mapping[str, Any], key: str, column: str) -> dict[str, Any]:
    """Return where a published number stands, to be found by what its record says."""
    number = said["numbers"][key]
    where = {"experiment": said["experiment"], "metric": number["metric"]}
    return reference(CLAIMS, column, **where, **({"slice": number["slice"]} if "slice" in number else {}))


def printed_number(said: Mapping[str, Any] | None, metric: str) -> tuple[str, list[dict]]:
    """Return the published number of a metric as it was printed, and where it stands."""
    keys = [] if said is None else [k for k, n in said["numbers"].items() if n["metric"] == metric]
    if not keys:
        return NOT_PUBLISHED, []
    return str(said["numbers"][keys[0]]["value"]), [printed_where(said, keys[0], "value")]


def measured_number(scores: Scores, ours: Ours | None, metric: str) -> tuple[str, list[dict]]:
    """Return our number with its interval and the letters of its marks, and where it stands."""
    row = scores.row(ours, metric)
    if row is None:
        return scores.why_not(ours), []
    scored = with_interval(row)
    text = f"{scored} {scores.marked(row)}".rstrip()
    marks = marks_in(row["mark"])
    return ScoreText(text, scored.value, scored.low, scored.high, marks), stands(row, "value", "low", "high")


def with_interval(row: pd.Series) -> ScoreText:
    """Return a score with its interval as text."""
    value, low, high = (row[name] for name in ("value", "low", "high"))
    return ScoreText(f"{number_text(value)} {interval_text(low, high)}", value, low, high)


def _measured(cell: Any) -> bool:
    return isinstance(cell, NumberText | ScoreText)


def write_compared(
    table: Table, scores: Scores, sources: LimitSources, labels: Labels, output: dict[str, Path]
) -> None:
    """Write lines of published numbers and ours; notes of the scores shown, further ones, then the limits.

    A line without a number of ours is left out, and counted.
    """
    notes = [*scores.notes(), *table.notes] if table.rows else [NOTHING]
    kept = [place for place, row in enumerate(table.rows) if row.get(OURS, any(map(_measured, row.values())))]
    if absent := len(table.rows) - len(kept):
        lines = "1 line" if absent == 1 else f"{absent} lines"
        notes.append(f"Without {lines} that would have no number of ours.")
    rows, evidence = ([all_[place] for place in kept] for all_ in (table.rows, table.evidence))
    table = replace(table, rows=rows, evidence=evidence)
    if scores.shown:
        notes += limit_notes(limits_of_scores(pd.DataFrame(scores.shown), sources), labels)
    write_table(replace(table, notes=notes), labels, output)
