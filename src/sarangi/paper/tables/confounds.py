"""The table of speaker directions: what features tell of the speaker, and what a score is without them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from sarangi.base import store
from sarangi.base.evidence import Evidence, configured, reference
from sarangi.base.labels import Labels
from sarangi.base.marks import marks_in
from sarangi.base.typed_texts import NONE
from sarangi.paper.mark_notes import letters, meanings
from sarangi.paper.reported import uar_of
from sarangi.paper.tables.columns import CORPUS, INTERVAL, MARKS, MODEL, PROTOCOL, Column, numeric
from sarangi.paper.tables.score_evidence import behind_score
from sarangi.paper.tables.table import Table
from sarangi.paper.tables.writing import write_table
from sarangi.paper.texts import interval_text, number_text


def confounds_table(rows: Sequence[Mapping[str, Any]], labels: Labels, output: dict[str, Path]) -> None:
    """Write how well speakers are told from features, and UAR of emotions, with directions projected out.

    Parameters
    ----------
    rows
        Of :func:`sarangi.study.confound_inputs.rows_of_confounds`.
    labels, output
        As in :func:`sarangi.paper.tables.corpora.corpora_table`.
    """
    lines, evidence, marks, notes = [], [], [], []
    for row in rows:
        line = {
            "Corpus": labels.corpus(row["corpus"]), "Protocol": labels.protocol(row["protocol"]),
            "Model": labels.model(row["model"]), "Projected out": row["projected"],
        }  # fmt: skip
        behind: dict[str, Any] = {"": [configured("models")]}
        if row["missing"]:
            notes.append(f"{line['Model']} on {line['Corpus']}: cannot be made, {row['missing']}.")
        if row["probe"]:
            found = store.read(row["probe"]).set_index("projected").loc[row["projected"]]
            line |= _told(found)
            behind |= _behind_probe(row)
            if isinstance(found["reason"], str):
                notes.append(f"{line['Corpus']}: refused, {found['reason']}.")
        if row["scores"]:
            score = uar_of(row["scores"])
            marks += marks_in(score["mark"])
            line |= _scored(score)
            behind |= _behind_score(score)
        lines.append(BLANK | line)
        evidence.append(behind)
    caption = (
        "Directions of the speaker projected out of a frozen encoder's states or of other features. Speaker: "
        "accuracy of a linear probe on other clips of the same speakers (in parentheses: by chance), with so "
        "many directions out. UAR: of emotions under the protocol, with the directions of each training part "
        "out. Shuffled: as many directions, found for speakers shuffled within each emotion; random: as "
        "many drawn evenly. Only what speaker loses beyond shuffled is lost for the voice's sake."
    )
    every = [*dict.fromkeys(notes), *meanings(marks)]
    write_table(Table("confounds", caption, COLUMNS, lines, evidence, every), labels, output)


def _told(found: pd.Series) -> dict[str, str]:
    """Return the cells of a row of a probe."""
    if isinstance(found["reason"], str):
        return {"Directions": NONE, "Speaker": "refused"}
    return {
        "Directions": f"{found['directions']:.0f}",
        "Speaker": f"{found['accuracy']:.2f} ({found['chance']:.2f})",
    }


def _behind_probe(row: Mapping[str, Any]) -> Evidence:
    file, projected = row["probe"], row["projected"]
    return {
        "Directions": [reference(file, "directions", projected=projected)],
        "Speaker": [reference(file, name, projected=projected) for name in ("accuracy", "chance")],
    }


def _scored(score: pd.Series) -> dict[str, Any]:
    return {
        "UAR": number_text(score["value"]), "Interval": interval_text(score["low"], score["high"]),
        "Chance": number_text(score["chance"]), "n": score["n"], "Groups": score["groups"],
        "Seeds": score["seeds"], "Marks": letters(marks_in(score["mark"])),
    }  # fmt: skip


def _behind_score(score: pd.Series) -> Evidence:
    found = behind_score(pd.DataFrame([score], index=["uar"]))
    return {name: found[name] for name in SCORED} | {"UAR": found[""]}


SCORED = ("Interval", "Chance", "n", "Groups", "Seeds", "Marks")
COLUMNS = [
    CORPUS, PROTOCOL, MODEL, Column("Projected out", text=True), *numeric("Directions", "Speaker", "UAR"),
    INTERVAL, *numeric("Chance", "n", "Groups", "Seeds"), MARKS,
]  # fmt: skip
BLANK = {column.name: NONE for column in COLUMNS} | {"Marks": ""}
