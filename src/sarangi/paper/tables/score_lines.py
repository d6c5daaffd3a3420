"""What the tables of scores share: a line an experiment, with where its numbers are."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from sarangi.base.evidence import Evidence
from sarangi.base.labels import Labels
from sarangi.base.marks import marks_in
from sarangi.base.typed_texts import NONE
from sarangi.paper.mark_notes import letters, meanings
from sarangi.paper.tables.columns import MARKS, MODEL, PROTOCOL, Column, numeric
from sarangi.paper.tables.score_evidence import BESIDE_UAR, behind_score
from sarangi.paper.texts import interval_text, number_text
from sarangi.statistics.metrics import UAR_ABSENT_AS_ZERO

SPEAKER_ONLY = (
    "speaker only: the speaker's commonest emotion in training. Where every speaker has all emotions "
    "alike it falls below chance, since what is tested is missing from training."
)
POOLED, ABSENT = Column("Pooled"), Column(UAR_ABSENT_AS_ZERO.label)
SHOWN = [
    PROTOCOL, MODEL, *numeric("UAR", "Interval", "Chance"), POOLED, *map(Column, BESIDE_UAR),
    *numeric("n", "Groups", "Seeds"), MARKS,
]  # fmt: skip
"""Columns of a score; its corpus is in others."""


@dataclass(frozen=True)
class ScoreLine:
    """A score as a line of a table.

    Attributes
    ----------
    order
        What sorts lines.
    cells
        By column.
    evidence
        Where its numbers are.
    experiment
        Its name; empty for one that cannot run.
    """

    order: tuple
    cells: Mapping[str, Any]
    evidence: Evidence
    experiment: str = ""


def score_lines(found: pd.DataFrame, labels: Labels) -> tuple[list[ScoreLine], list[str]]:
    """Return a line an experiment and corpus tested, and the notes below them.

    Parameters
    ----------
    found
        Of :func:`sarangi.base.score_rows.headline`.
    labels
        Titles, and the order of the lines.
    """
    lines, marks = [], []
    for (corpus, protocol, model, test), rows in found.groupby(["corpus", "protocol", "model", "test"]):
        metrics = rows.set_index("metric")
        uar = metrics.loc["uar"]
        held = marks_in(uar["mark"])
        marks += held
        cells = {
            "Corpus": labels.corpus(corpus),
            "Tested": labels.corpus(test),
            "Protocol": labels.protocol(protocol),
            "Model": labels.model(model),
            "UAR": number_text(uar["value"]),
            "Interval": interval_text(uar["low"], uar["high"]),
            "Chance": number_text(uar["chance"]),
            "Pooled": number_text(uar["pooled"]),
            **{column: number_text(metrics["value"][name]) for column, name in BESIDE_UAR.items()},
            ABSENT.name: _absent_as_zero(metrics.loc[UAR_ABSENT_AS_ZERO.name]),
            "n": uar["n"],
            "Groups": uar["groups"],
            "Seeds": uar["seeds"],
            "Marks": letters(held),
        }
        order = (*labels.order(corpus, protocol, model), test)
        lines.append(ScoreLine(order, cells, behind_score(metrics), uar["experiment"]))
    notes = meanings(marks)
    if "speaker_only" in set(found["model"]):
        notes.append(SPEAKER_ONLY)
    return lines, notes


def _absent_as_zero(score: pd.Series) -> str:
    """Return the score with its ceiling and chance, where an emotion is absent."""
    if pd.isna(score["value"]) or score["ceiling"] == 1:
        return NONE
    return f"{score['value']:.3f} of {score['ceiling']:.4g}, chance {score['chance']:.4g}"
