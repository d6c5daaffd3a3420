"""The table of gaps: what a change of language costs."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from sarangi.base.labels import Labels
from sarangi.base.marks import OF_INTERVALS, SIDES_DIFFER, joined, marks_in
from sarangi.base.spreadsheets import as_csv
from sarangi.base.typed_texts import NONE
from sarangi.paper.cells import CONDITION, SCORE, Cell, scored
from sarangi.paper.mark_notes import letters, meanings
from sarangi.paper.tables.cell_evidence import NO_PAIR, behind_cells
from sarangi.paper.tables.columns import MARKS, POINTS, Column
from sarangi.paper.tables.table import Table
from sarangi.paper.tables.writing import write_table
from sarangi.paper.texts import number_text

GAP = [
    "pair", "train", "test", "protocol", "within", "disjoint", "adapted", "features", "model", "base",
    "uar_within", "uar_across", "gap", "published_within", "published_across", "published_gap", "mark",
]  # fmt: skip

SIDES = [f"{name}{side}" for side in ("", "_inside") for name in ("name", "file", "slice", "published")]


def gaps(table: pd.DataFrame) -> pd.DataFrame:
    """Return what each configuration loses on a language when it was trained on another one.

    Parameters
    ----------
    table
        Of :func:`scored`.

    Returns
    -------
    pandas.DataFrame
        One row a configuration across languages and protocol within the language tested: UAR of both
        sides from 0 to 1, ``gap`` in percentage points (across minus within), the same of the
        published values, ``within`` (that protocol), ``disjoint`` (of it) and ``mark`` of both sides, and
        where both stand (:data:`SIDES`).  An adapted model is compared with its base.  A value is missing
        where a side lacks it.
    """
    inside = table[table["train"] == table["test"]]
    inside = inside[
        ["name", "pair", "test", "protocol", "disjoint", "features", "model", *SCORE, "published"]
    ]
    inside = inside.rename(columns={"protocol": "within", "model": "base"})
    across = table[table["train"] != table["test"]].drop(columns="disjoint")
    both = across.merge(inside, on=["pair", "test", "features", "base"], suffixes=("", "_inside"))
    both["uar_across"], both["uar_within"] = both["value"], both["value_inside"]
    for name in ("across", "within"):
        column = "published" if name == "across" else "published_inside"
        both[f"published_{name}"] = both[column].astype(float)
    both["gap"] = 100 * (both["uar_across"] - both["uar_within"])
    both["published_gap"] = 100 * (both["published_across"] - both["published_within"])
    both["mark"] = [joined(_marks(row)) for row in both.to_dict("records")]
    return both[[*GAP, *SIDES]]


def _marks(row: Mapping[str, Any]) -> Iterable[str]:
    """Return what is to be known of a gap: the marks of both sides, and whether these are alike."""
    if pd.isna(row["gap"]):
        return []
    held = [*marks_in(row["mark"]), *marks_in(row["mark_inside"])]
    if any(row[name] != row[f"{name}_inside"] for name in ("classes", "n")):
        held.append(SIDES_DIFFER)
    # a gap has no interval
    return dict.fromkeys(mark for mark in held if mark not in OF_INTERVALS)


SUMMED = [
    Column("Best within", wraps=0.18), Column("Best across", wraps=0.18),
    *(Column(name, unit=POINTS) for name in ("Best", "Set", "Own", "All own")),
]  # fmt: skip
COLUMNS = [
    *(Column(name, text=True) for name in ("Pair", "Direction", "Within", "Scores")), *SUMMED,
    Column("Counted"), MARKS,
]  # fmt: skip


def gaps_table(cells: Sequence[Cell], labels: Labels, output: dict[str, Path]) -> None:
    """Write how far UAR across languages lies below UAR within the language tested, in percentage points.

    LaTeX and Markdown have a row a direction and protocol within the language tested, of our scores and of
    the published ones; the CSV has a row for each configuration (:func:`gaps`).  Published values count
    only where all of them are there.

    Parameters
    ----------
    cells
        Configurations within and across languages.
    labels, output
        As in :func:`sarangi.paper.tables.languages.within_language_table`.

    Raises
    ------
    SarangiError
        As :func:`scored`.
    """
    found = gaps(scored(cells, labels.synthetic))
    lines, marks, evidence = [], [], []
    for _, rows in found.groupby([*CONDITION, "within", "adapted"], sort=False):
        first = rows.iloc[0]
        for scores, (inside, across) in SOURCES.items():
            both = rows[[inside, across]].notna().all(axis=1)
            if not both.any():
                continue
            complete = both.all() or scores == "ours"
            held = []
            if scores == "ours":
                held = list(dict.fromkeys(mark for text in rows.loc[both, "mark"] for mark in marks_in(text)))
            marks += held
            known = behind_cells([side for row in rows.to_dict("records") for side in _sides(row)])
            evidence.append({"": known["" if scores == "ours" else "Published"]})
            lines.append(
                {
                    "Pair": first["pair"],
                    "Direction": f"{first['train']} to {first['test']}",
                    "Within": first["within"],
                    "Scores": f"{scores}, adapted" if first["adapted"] else scores,
                }
                | (
                    _summary(rows[both], inside, across)
                    if complete
                    else dict.fromkeys((column.name for column in SUMMED), NONE)
                )
                | {"Counted": f"{both.sum()} of {len(rows)}", "Marks": letters(held)}
            )
    caption = (
        "Gaps: UAR across languages minus UAR within the language tested, in percentage points. The best of "
        "many is picked on the test utterances, so it is too good, more so where more compete, and has no "
        "interval."
    )
    notes = [*GAP_NOTES, *meanings(marks)] if lines else [NO_PAIR]
    write_table(Table("gaps", caption, COLUMNS, lines, evidence, notes), labels, output)
    output["csv"].write_text(as_csv(found[GAP]), encoding="utf-8")


def _sides(gap: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the cells within and across that a gap lies between."""
    return [
        {name: gap[f"{name}{side}"] for name in ("name", "file", "slice", "published")}
        for side in ("_inside", "")
    ]


GAP_NOTES = (
    "Best: the best across minus the best within, whatever they are. Set: the feature set that transfers "
    "best, its best across minus its best within. Own: the configuration that transfers best, across minus "
    "within. All own: mean and range of such gaps over all configurations; counted are those with both "
    "scores.",
    "Where the protocol within does not keep speakers apart, the gap also holds what knowing them is worth.",
    "Adapted: models that have seen the language tested without its labels, each compared with the model "
    "without adaptation.",
    "Published: recomputed from the UARs that the published study printed.",
)

SOURCES = {"ours": ("uar_within", "uar_across"), "published": ("published_within", "published_across")}


def _summary(rows: pd.DataFrame, inside: str, across: str) -> dict[str, str]:
    """Return the gaps of some configurations that have both sides, as text."""
    best_inside, best_across = rows.loc[rows[inside].idxmax()], rows.loc[rows[across].idxmax()]
    same_set = rows[rows["features"] == best_across["features"]]
    own = 100 * (rows[across] - rows[inside])
    return {
        "Best within": f"{best_inside['features']}, {best_inside['base']}: {best_inside[inside]:.4f}",
        "Best across": f"{best_across['features']}, {best_across['model']}: {best_across[across]:.4f}",
        "Best": number_text(100 * (best_across[across] - best_inside[inside]), "+.2f"),
        "Set": number_text(100 * (same_set[across].max() - same_set[inside].max()), "+.2f"),
        "Own": number_text(own[best_across.name], "+.2f"),
        "All own": f"{own.mean():+z.1f} ({own.min():+z.1f} to {own.max():+z.1f})",
    }
