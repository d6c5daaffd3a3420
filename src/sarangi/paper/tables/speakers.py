"""The table of pseudo-speakers: how far they are to be believed, where speakers are known."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sarangi.base import store
from sarangi.base.emotions import ordered
from sarangi.base.evidence import Evidence, configured, reference
from sarangi.base.labels import Labels
from sarangi.base.nesting import MOST, Nesting
from sarangi.base.typed_texts import NONE
from sarangi.paper.tables.columns import CORPUS, Column, numeric
from sarangi.paper.tables.table import Table
from sarangi.paper.tables.writing import write_table
from sarangi.paper.texts import number_text

SHOWN = {
    "Leakage": "residual_leakage", "Purity": "purity", "Completeness": "completeness",
    "Rand index": "adjusted_rand", "Equal error": "equal_error",
}  # fmt: skip


def speakers_table(rows: Sequence[Mapping[str, Any]], labels: Labels, output: dict[str, Path]) -> None:
    """Write how far the pseudo-speakers of each corpus agree with its known speakers.

    Parameters
    ----------
    rows
        Of :func:`sarangi.study.speaker_inputs.rows_of_table`.
    labels, output
        As in :func:`sarangi.paper.tables.corpora.corpora_table`.
    """
    lines, evidence, notes = [], [], []
    for row in rows:
        corpus = labels.corpus(row["corpus"])
        line = {"Pseudo-speakers": row["title"], "Corpus": corpus, "Threshold from": "stated"}
        if row["calibration"]:
            line["Threshold from"] = labels.corpus(row["calibration"])
        if row["measures"] is None:
            notes.append(f"{row['title']} on {corpus}: cannot be made, {row['missing']}.")
            lines.append(BLANK | line | {"By emotion": "cannot be made"})
            evidence.append({"": [configured("pseudo_speakers")]})
            continue
        found = store.read(row["measures"])
        shown, behind = _measured(found, row["measures"], labels.emotions)
        threshold, source, nested = _threshold(row)
        lines.append(BLANK | line | {"Threshold": threshold} | shown)
        evidence.append(behind | {"Threshold": [source]})
        notes += [f"{corpus}: {reason}." for reason in found["reason"].dropna().unique()]
        if _value(found, "one_emotion") > MOST:
            notes.append(f"{corpus}: {ONE}; its numbers say nothing of voices whose emotion changes.")
        if nested:
            notes.append(f"Threshold from {line['Threshold from']}: {ONE} there.")
    caption = (
        "Pseudo-speakers, compared with the speakers that a corpus names. Leakage: share of test clips whose "
        "true speaker is in training, where one pseudo-speaker is tested at a time (0 is best); then "
        "purity, completeness and adjusted Rand index (1 is best), and the equal error of pairs of clips "
        "by their distance (0 is best, 0.5 chance). In parentheses: clips dealt at random to as many "
        "pseudo-speakers of the same sizes. Splitting a voice leaks, merging two only costs data."
    )
    write_table(
        Table("speakers", caption, COLUMNS, lines, evidence, list(dict.fromkeys(notes))), labels, output
    )


ONE = "most speakers have one emotion alone, so that voice cannot be told from emotion"


def _measured(found: pd.DataFrame, file: str, order: Sequence[str]) -> tuple[dict[str, str], Evidence]:
    """Return the cells of a corpus whose pseudo-speakers were measured, and where they are from."""
    whole = found[found["slice"] == "all"].set_index("measure")
    cells, behind = {}, {}
    for column, measure in SHOWN.items():
        value, chance = whole.loc[measure, ["value", "chance"]]
        by_chance = "" if np.isnan(chance) or measure == "equal_error" else f" ({chance:.2f})"
        cells[column] = number_text(value, ".2f") + ("" if np.isnan(value) else by_chance)
        behind[column] = [reference(file, name, measure=measure, slice="all") for name in ("value", "chance")]
    leaked = found[
        (found["measure"] == SHOWN["Leakage"]) & (found["slice"] != "all") & found["value"].notna()
    ]
    values = leaked.set_index("slice")["value"]
    emotions = ordered(values.index, order)
    cells["By emotion"] = ", ".join(f"{emotion} {values[emotion]:.2f}" for emotion in emotions) or NONE
    behind["By emotion"] = [
        reference(file, "value", measure=SHOWN["Leakage"], slice=emotion) for emotion in emotions
    ]
    voices = whole.loc["voices"]
    cells |= {"Clips": str(voices["n"]), "Speakers": str(voices["speakers"] or "not named")}
    cells["Voices"] = f"{voices['value']:.0f}"
    behind["Voices"] = [reference(file, "value", measure="voices")]
    for column, name in (("Clips", "n"), ("Speakers", "speakers")):
        behind[column] = [reference(file, name, measure="voices")]
    return cells, behind


def _threshold(row: Mapping[str, Any]) -> tuple[str, dict[str, Any], bool]:
    """Return a threshold as text, where it is from, and whether voice and emotion are one there."""
    if not row["calibration"]:
        return f"{row['threshold']:.3f}", configured("pseudo_speakers"), False
    found = store.read(row["threshold"]).iloc[0]
    nesting = Nesting(found["speakers_of_several"], found["of_one_emotion"])
    return f"{found['threshold']:.3f}", reference(row["threshold"], "threshold"), bool(nesting.nested)


def _value(found: pd.DataFrame, measure: str) -> float:
    return float(found.loc[found["measure"] == measure, "value"].iloc[0])


COLUMNS = [
    Column("Pseudo-speakers", text=True), CORPUS, *numeric("Threshold"), Column("Threshold from", text=True),
    *numeric("Clips", "Speakers", "Voices", "Leakage"), Column("By emotion", wraps=0.2),
    *numeric("Purity", "Completeness", "Rand index", "Equal error"),
]  # fmt: skip
BLANK = {column.name: NONE for column in COLUMNS}
