"""The table of sampling rates: UAR at 16 kHz and at the native rate."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sarangi.base.evidence import Evidence
from sarangi.base.labels import Labels
from sarangi.base.marks import SIDES_DIFFER, marks_in
from sarangi.base.typed_texts import NONE
from sarangi.paper.mark_notes import letters, meanings
from sarangi.paper.reported import uar_of
from sarangi.paper.tables.cell_evidence import NO_SCORE, behind_cells
from sarangi.paper.tables.columns import CORPUS, FEATURES, MARKS, MODEL, POINTS, PROTOCOL, Column, numeric
from sarangi.paper.tables.table import Table
from sarangi.paper.tables.writing import write_table
from sarangi.paper.texts import interval_text, number_text


def sensitivity_table(rows: Sequence[Mapping[str, Any]], labels: Labels, output: dict[str, Path]) -> None:
    """Write UAR from recordings resampled to 16 kHz beside UAR from them at their native rate.

    Parameters
    ----------
    rows
        ``corpus`` (name), ``protocol``, ``features`` and ``model`` (titles), ``resampled`` and
        ``own_rate`` (score files, or None where one cannot be made).
    labels, output
        As in :func:`sarangi.paper.tables.languages.within_language_table`.
        The difference is at the native rate minus at 16 kHz, in percentage points.

    Raises
    ------
    SarangiError
        If a score file does not report one UAR.
    """
    lines, marks, missing, evidence = [], [], False, []
    for row in rows:
        scores = {name: row[name] and uar_of(row[name]) for name in ("resampled", "own_rate")}
        there = [score for score in scores.values() if score is not None]
        held = [mark for score in there for mark in marks_in(score["mark"])]
        if len(there) == 2 and any(there[0][name] != there[1][name] for name in ("classes", "n")):
            held.append(SIDES_DIFFER)
        held = list(dict.fromkeys(held))
        marks += held
        value, low, high = (
            {name: np.nan if score is None else score[key] for name, score in scores.items()}
            for key in ("value", "low", "high")
        )
        known = {
            name: behind_cells([dict(score) | NO_PRINT])
            for name, score in scores.items()
            if score is not None
        }
        evidence.append(_behind_both(known))
        missing |= bool(np.isnan(list(value.values())).any())
        lines.append(
            {
                "Corpus": labels.corpus(row["corpus"]),
                "Protocol": row["protocol"],
                "Features": row["features"],
                "Model": row["model"],
                "16 kHz": number_text(value["resampled"], ".3f"),
                "Interval": interval_text(low["resampled"], high["resampled"]),
                "Native rate": number_text(value["own_rate"], ".3f"),
                "Its interval": interval_text(low["own_rate"], high["own_rate"]),
                "Difference": number_text(100 * (value["own_rate"] - value["resampled"]), "+.1f"),
                "Chance": number_text(there[0]["chance"] if there else np.nan, ".3f"),
                "n": "; ".join(dict.fromkeys(str(score["n"]) for score in there)) or NONE,
                "Groups": "; ".join(dict.fromkeys(str(score["groups"]) for score in there)) or NONE,
                "Marks": letters(held),
            }
        )
    caption = (
        "Sensitivity to the sampling rate. UAR of the same models from the recordings resampled to 16 kHz "
        "and at their native rate, each with its interval over groups, and the difference in percentage "
        "points. Both are scored on the same utterances, so overlapping intervals do not say that the "
        "difference is nothing."
    )
    notes = meanings(marks)
    if missing:
        notes.append(NO_SCORE)
    if not lines:
        notes.append("No corpus with recordings at another rate is available.")
    write_table(Table("sensitivity", caption, COLUMNS, lines, evidence, notes), labels, output)


NO_PRINT = {"name": "", "published": None}


def _behind_both(known: Mapping[str, Evidence]) -> Evidence:
    """Return where the columns of a row of two rates come from, by the rate."""
    blank: Evidence = {"": [], "Interval": []}
    resampled, own = known.get("resampled", blank), known.get("own_rate", blank)
    both = {name: [*resampled.get(name, []), *own.get(name, [])] for name in ("n", "Groups", "Marks")}
    return both | {
        "": [*resampled[""], *own[""]],
        "16 kHz": resampled[""],
        "Interval": resampled["Interval"],
        "Native rate": own[""],
        "Its interval": own["Interval"],
        "Chance": (known.get("resampled") or known.get("own_rate") or {}).get("Chance", []),
    }


COLUMNS = [
    CORPUS, PROTOCOL, FEATURES, MODEL,
    *numeric("16 kHz", "Interval", "Native rate", "Its interval"), Column("Difference", unit=POINTS),
    *numeric("Chance", "n", "Groups"), MARKS,
]  # fmt: skip
