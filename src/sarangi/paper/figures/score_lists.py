"""What the figures of scores share: lists of UARs under the conditions that they were measured under.

They show some scores first, and of the others the best ones of each condition before their rivals; those for
which a page has no room are left out and counted in a note.  Marks are those of
:data:`sarangi.paper.mark_notes.MARKS`.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.lines import Line2D

from sarangi.base.labels import Labels
from sarangi.base.marks import GROUPS_SHARED, UNPREDICTED, UNTRAINED, marks_in
from sarangi.base.score_id import ScoreId
from sarangi.base.score_rows import headline
from sarangi.paper.figures.lists import (
    AXIS,
    INTERVAL_MARKS,
    Block,
    Columns,
    Line,
    Point,
    balanced,
    draw_list,
    fitting,
    left_out,
)
from sarangi.paper.figures.page import Page, save
from sarangi.paper.figures.style import (
    BLUE,
    DASHED,
    DOUBTFUL,
    GREEN,
    GREY,
    ORANGE,
    STYLE,
    key,
    keys_of_degenerate,
)
from sarangi.paper.mark_notes import in_order, letters, meanings

Titles = Mapping[str, Mapping[str, str]]

NONE_SCORED = "No experiment can be scored with what is available."

IN_TABLES = "they are in the tables of scores and of transfer"

AUDIBLE = {
    "apart": ("speaker-disjoint", BLUE, "s"),
    "shared": ("speakers leak from training to test", ORANGE, "o"),
    "across": ("trained on another corpus", GREEN, "^"),
}
"""Conditions of a score: label, colour and marker."""


def name_of_scored(table: pd.DataFrame) -> pd.Series:
    """Return the name of the experiment or transfer that each score is of."""
    names = [
        ScoreId(experiment, test if test != corpus else None).name
        for experiment, corpus, test in zip(table["experiment"], table["corpus"], table["test"], strict=True)
    ]
    return pd.Series(names, table.index, dtype=object)


def reported_uars(scores: Sequence[Path], first: Sequence[str] = ()) -> pd.DataFrame:
    """Return the reported UAR of each file of scores, in the order in which figures show them.

    Parameters
    ----------
    scores
        Of the experiments and transfers to show.
    first
        Names of those that come first, in their order.  Of the others come the best of each condition, then
        the second ones, and so on; within a rank those with speaker-disjoint before those that leak.
    """
    found = headline(scores)
    found = found[found["metric"] == "uar"]
    found = found.assign(scored=name_of_scored(found)).set_index("scored", drop=False)
    found.index.name = None
    rank = found.groupby(["corpus", "protocol", "test"])["value"].rank(method="first", ascending=False)
    kinds = [list(AUDIBLE).index(_condition(row)) for _, row in found.iterrows()]
    order = pd.DataFrame(
        {
            "first": [first.index(name) if name in first else len(first) for name in found["scored"]],
            "rank": rank.fillna(np.inf),
            "kind": kinds,
            "scored": found["scored"],
        }
    )
    return found.loc[order.sort_values(["first", "rank", "kind", "scored"]).index]


def predicted(table: pd.DataFrame, first: Sequence[str]) -> tuple[pd.DataFrame, list[str]]:
    """Return the rows of :func:`reported_uars` that have a score or come first, and a note on the others."""
    kept = table[table["value"].notna() | table["scored"].isin(first)]
    rest = len(table) - len(kept)
    return kept, [f"{rest} more predicted nothing: the table of scores says why."] if rest else []


def marks_of(row: pd.Series) -> list[str]:
    """Return the marks of a score, in the order of their letters."""
    return in_order(marks_in(row["mark"]))


def _condition(row: pd.Series) -> str:
    if row["test"] != row["corpus"]:
        return "across"
    return "shared" if GROUPS_SHARED in marks_of(row) else "apart"


def condition_title(row: pd.Series, labels: Labels) -> str:
    """Return corpus and protocol of a score in words, with the corpus tested if that is another one."""
    corpus, protocol = labels.corpora[row["corpus"]], labels.protocols[row["protocol"]]
    if row["test"] == row["corpus"]:
        return f"{corpus}, {protocol}"
    return f"{corpus}, {protocol} → {labels.corpora[row['test']]}"


def by_condition(table: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    """Return scores sorted by corpus and protocol, on other corpora last; of a condition the best first."""
    corpora, protocols = list(labels.corpora), list(labels.protocols)
    order = pd.DataFrame(
        {
            "across": table["test"] != table["corpus"],
            "corpus": table["corpus"].map(corpora.index),
            "protocol": table["protocol"].map(protocols.index),
            "test": table["test"].map(corpora.index),
            "value": -table["value"],
            "scored": table["scored"],
        }
    )
    return table.loc[order.sort_values(list(order)).index]


def point_of(row: pd.Series, **how: Any) -> Point:
    """Return the point of a score, drawn by its condition and its marks."""
    _, colour, marker = AUDIBLE[_condition(row)]
    held = marks_of(row)
    how = {
        "colour": colour,
        "marker": marker,
        "filled": UNTRAINED not in held,
        "dashed": any(mark in held for mark in INTERVAL_MARKS),
    } | how
    return Point(row["value"], row["low"], row["high"], **how)


def known_marks(table: pd.DataFrame) -> list[str]:
    """Return the marks of some scores, by whose places their letters have no gaps."""
    return in_order(mark for _, row in table.iterrows() for mark in marks_of(row))


def line_of(
    row: pd.Series,
    label: str,
    known: Sequence[str],
    points: Sequence[Point] = (),
    tall: float = 0.0,
    scored: bool = False,
) -> Line:
    """Return the line of a score, with the letters of its marks behind it, by their places in ``known``."""
    held = letters(marks_of(row), known)
    if pd.isna(row["value"]) and not scored:
        return Line(f"{label} ({UNPREDICTED})", (), held, None, tall)
    return Line(label, points, held, row["chance"], tall)


def notes_on_marks(table: pd.DataFrame) -> list[str]:
    """Return what the marks of some scores mean."""
    known = known_marks(table)
    return meanings(known, known)


def draw_scores(
    table: pd.DataFrame,
    blocks: Callable[[Sequence[str]], Sequence[Block]],
    columns: Columns,
    labels: Labels,
    output: dict[str, Path],
    more: Sequence[Line2D] = (),
) -> None:
    """Draw the UARs of a table in blocks, as many as a page has room for."""
    names = list(table["scored"])
    kept = fitting(names, blocks, columns)
    filled, height = balanced(blocks(kept), columns)
    shown = table[table["scored"].isin(kept)]
    conditions = {_condition(row) for _, row in shown.iterrows()}
    handles = [
        key(label, colour, marker) for name, (label, colour, marker) in AUDIBLE.items() if name in conditions
    ]
    handles += [key("chance", GREY, line=":"), *more]
    marks = {mark for _, row in shown.iterrows() for mark in marks_of(row)}
    if marks & set(INTERVAL_MARKS):
        handles.append(key(DOUBTFUL, GREY, line=DASHED))
    handles += keys_of_degenerate(shown)
    if UNTRAINED in marks:
        handles.append(key("untrained weights", GREY, "o", filled=False))
    notes = [*left_out(names, kept, IN_TABLES), *notes_on_marks(shown)]
    with matplotlib.rc_context(STYLE):
        page = Page(height + AXIS, notes, labels.synthetic, legend=0.17 * -(-len(handles) // 3) + 0.06)
        draw_list(page, columns, filled, height, ["UAR"])
        page.legend(handles, 3)
        save(page.figure, output)
