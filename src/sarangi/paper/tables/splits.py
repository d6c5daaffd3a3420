"""The table of scores under other splits."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from sarangi.base import store
from sarangi.base.evidence import reference
from sarangi.base.labels import Labels
from sarangi.base.marks import marks_in
from sarangi.base.parts import unmade_why
from sarangi.base.score_rows import headline
from sarangi.paper.mark_notes import letters, meanings
from sarangi.paper.tables.columns import CORPUS, MARKS, MODEL, PROTOCOL, Column, numeric
from sarangi.paper.tables.table import Table
from sarangi.paper.tables.writing import write_table
from sarangi.paper.texts import interval_text, number_text


def splits_table(
    tables: Sequence[Path],
    scores: Sequence[Path],
    labels: Labels,
    output: dict[str, Path],
) -> None:
    """Write the scores under few groups beside what other seeds, folds and sample rates make of them.

    Parameters
    ----------
    tables
        Of schema :data:`sarangi.scoring.sensitivity.SENSITIVITY`, one a corpus; none where nothing
        can be varied.
    scores
        Of their experiments.
    labels
        Titles, and which corpora are synthetic.
    output
        Files to write by suffix: ``tex``, ``md``, ``csv``, ``json``.
    """
    reported = headline(scores)
    reported = reported[reported["metric"] == "uar"].set_index("experiment")
    frames = [store.read(path).assign(file=str(path)) for path in tables]
    found = pd.concat(frames) if frames else pd.DataFrame(columns=["experiment", "varied"])
    lines, marks, unmade, evidence = [], [], [], []
    for (experiment, varied), rows in found.groupby(["experiment", "varied"], sort=False):
        score = reported.loc[experiment]
        held = marks_in(score["mark"])
        marks += held
        unmade += [unmade_why(reason) for reason in rows["reason"].dropna()]
        made = rows[rows["uar"].notna()]
        varying = {"experiment": experiment, "varied": varied}
        tried = [reference(rows["file"].iloc[0], "uar", **varying)]
        evidence.append(
            {
                **{key: _of_score(score, *columns) for key, columns in SPLIT_SCORES.items()},
                **dict.fromkeys(("", "Smallest", "Median", "Largest"), tried),
                "Fewest groups": [reference(rows["file"].iloc[0], "fewest", **varying)],
            }
        )
        lines.append(
            {
                "Corpus": labels.corpus(score["corpus"]),
                "Protocol": labels.protocol(score["protocol"]),
                "Model": labels.model(score["model"]),
                "UAR": number_text(score["value"]),
                "Interval": interval_text(score["low"], score["high"]),
                "Varied": f"{varied}: {', '.join(made['setting'])}" if len(made) else varied,
                "Variants": f"{len(made)} of {len(rows)}",
                "Smallest": number_text(made["uar"].min()),
                "Median": number_text(made["uar"].median()),
                "Largest": number_text(made["uar"].max()),
                "Fewest groups": rows["fewest"].iloc[0],
                "Marks": letters(held),
            }
        )
    caption = (
        "Sensitivity to the split, where the audit finds few groups, in all, of an emotion or in a test "
        "part. UAR as reported, with its interval over groups, and the same model's smallest, median and "
        "largest UAR with other seeds of the split, with other numbers of folds, and from the recordings at "
        "their native sample rate, one changed at a time; nothing is chosen by it."
    )
    notes = [*meanings(marks), *(f"Not made: {text}." for text in sorted(set(unmade)))]
    if not lines:
        notes.append("No score that can be made here rests on few groups and on a split that can be varied.")
    write_table(Table("splits", caption, COLUMNS, lines, evidence, notes), labels, output)


def _of_score(score: pd.Series, *columns: str) -> list[dict[str, Any]]:
    """Return where columns of a reported score stand."""
    return [reference(score["file"], name, metric="uar", slice=score["slice"]) for name in columns]


SPLIT_SCORES = {"UAR": ("value",), "Interval": ("low", "high"), "Marks": ("mark",)}

COLUMNS = [
    CORPUS, PROTOCOL, MODEL, *numeric("UAR", "Interval"), Column("Varied", text=True),
    *numeric("Variants", "Smallest", "Median", "Largest", "Fewest groups"), MARKS,
]  # fmt: skip
