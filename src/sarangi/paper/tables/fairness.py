"""The table of fairness: how each model fares on parts of the speakers."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from sarangi.base import store
from sarangi.base.evidence import Evidence, reference
from sarangi.base.labels import Labels
from sarangi.base.marks import NOT_PARTED, UNPREDICTED, marks_in
from sarangi.paper.mark_notes import letters, meanings
from sarangi.paper.tables.columns import CORPUS, INTERVAL, MARKS, MODEL, PROTOCOL, Column, numeric
from sarangi.paper.tables.table import Table
from sarangi.paper.tables.writing import write_table
from sarangi.paper.texts import interval_text, number_text


def fairness_table(files: Sequence[Path], labels: Labels, output: dict[str, Path]) -> None:
    """Write how the UAR of each model differs between parts of the speakers of its corpus.

    Parameters
    ----------
    files
        Of schema :data:`sarangi.base.fairness_rows.FAIRNESS`, of the models to show.
    labels, output
        As in :func:`sarangi.paper.tables.languages.within_language_table`.
    """
    found = [store.read(path).assign(file=str(path)) for path in files]
    lines: list[tuple[tuple, dict, Evidence]] = []
    marks: list[str] = []
    nothing: dict[str, set[str]] = {}
    for row in (row for table in found for _, row in table[table["metric"] == "uar"].iterrows()):
        held = marks_in(row["mark"])
        if NOT_PARTED in held or UNPREDICTED in held:
            nothing.setdefault(_pair(row), set()).add(labels.corpus(row["corpus"]))
            continue
        marks += held
        recalls = found_recalls(found, row)
        line = {
            "Corpus": labels.corpus(row["corpus"]),
            "Protocol": labels.protocol(row["protocol"]),
            "Model": labels.model(row["model"]),
            "Part": row["first"],
            "UAR": number_text(row["value_first"], ".3f"),
            "Beside": row["second"],
            "Its UAR": number_text(row["value_second"], ".3f"),
            "Difference": number_text(row["value"], "+.3f"),
            "Interval": interval_text(row["low"], row["high"]),
            "Largest of an emotion": recalls,
            "Speakers": _both(row["groups_first"], row["groups_second"]),
            "n": _both(row["n_first"], row["n_second"]),
            "Not stated": str(row["unknown"]),
            "Marks": letters(held),
        }
        order = labels.order(row["corpus"], row["protocol"], row["model"])
        lines.append(((*order, row["attribute"], row["first"], row["second"]), line, _behind(row)))
    lines.sort(key=lambda entry: entry[0])
    caption = (
        "How models fare on parts of the speakers: UAR on one part and on another, over the emotions that "
        "both have, the first minus the second with its interval over groups, and the "
        "emotion whose recall differs most. Folds are scored together. Intervals are not corrected for how "
        "many there are. A difference says how the answers differ, and not why: parts may differ in their "
        "recordings, sessions and texts, which the audit names."
    )
    notes = meanings(marks)
    for what, corpora in sorted(nothing.items()):
        notes.append(f"Nothing to compare by {what}: {', '.join(sorted(corpora))}.")
    rows, evidence = [line for _, line, _ in lines], [known for *_, known in lines]
    write_table(Table("fairness", caption, COLUMNS, rows, evidence, notes), labels, output)


def found_recalls(found: Sequence[pd.DataFrame], row: pd.Series) -> str:
    """Return the emotion whose recall differs most between the parts of a row, and by how much."""
    table = next(each for each in found if each["file"].iloc[0] == row["file"])
    of_pair = (table["first"] == row["first"]) & (table["second"] == row["second"])
    recalls = table[of_pair & (table["attribute"] == row["attribute"]) & (table["metric"] != "uar")]
    largest = recalls.loc[recalls["value"].abs().idxmax()]
    return f"{largest['metric'].partition('_')[2]} {largest['value']:+z.3f}"


def _pair(row: pd.Series) -> str:
    """Return what parts of the speakers a row is of."""
    return (
        row["attribute"] if pd.isna(row["first"]) else f"{row['attribute']} ({row['first']}, {row['second']})"
    )


def _both(first: float, second: float) -> str:
    return f"{int(first)}, {int(second)}"


def _behind(row: pd.Series) -> Evidence:
    """Return where the columns of a row come from."""
    which = {name: row[name] for name in ("attribute", "first", "second")}

    def stand(*columns: str) -> list[dict]:
        return [reference(row["file"], column, **which, metric="uar") for column in columns]

    return {
        "": stand("value"),
        "UAR": stand("value_first"),
        "Its UAR": stand("value_second"),
        "Interval": stand("low", "high"),
        "Speakers": stand("groups_first", "groups_second"),
        "n": stand("n_first", "n_second"),
        "Not stated": stand("unknown"),
        "Marks": stand("mark"),
    }


COLUMNS = [
    CORPUS, PROTOCOL, MODEL, Column("Part", text=True), *numeric("UAR"), Column("Beside", text=True),
    *numeric("Its UAR", "Difference"), INTERVAL, Column("Largest of an emotion", text=True),
    *numeric("Speakers", "n", "Not stated"), MARKS,
]  # fmt: skip
