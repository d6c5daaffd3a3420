"""What the figures of differences share: lists of differences in UAR, with intervals over groups."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib
import pandas as pd

from sarangi.base.labels import Labels
from sarangi.base.marks import UNTRAINED, marks_in
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
from sarangi.paper.figures.style import BLUE, DASHED, DOUBTFUL, GREY, STYLE, key, keys_of_degenerate
from sarangi.paper.mark_notes import in_order, letters, meanings

LEGEND = 0.23  # inches


def draw_differences(
    table: pd.DataFrame, what: str, where: str, labels: Labels, output: dict[str, Path]
) -> None:
    """Draw differences as a list under headings, as many as a page has room for.

    Parameters
    ----------
    table : data frame of heading, label, value, low, high and mark, a range for its index
        A row a line, those of one heading together.
    what
        Is drawn: words of the legend.
    where
        Name of the table that has all of them.
    labels
        Titles, and which corpora are synthetic.
    output
        Files to write by suffix: ``pdf``, ``png``.
    """
    columns, names = Columns(2, 1.35, 0.32), list(map(str, table.index))

    def blocks(kept: Sequence[str]) -> list[Block]:
        here = table[table.index.map(str).isin(kept)]
        known = in_order(mark for held in here["mark"] for mark in marks_in(held))
        return [
            Block(title, [_line(row, known) for _, row in rows.iterrows()])
            for title, rows in here.groupby("heading", sort=False)
        ]

    kept = fitting(names, blocks, columns)
    filled, height = balanced(blocks(kept), columns)
    shown = table[table.index.map(str).isin(kept)]
    marks = in_order(mark for row in shown["mark"] for mark in marks_in(row))
    handles = [key(what, BLUE, "s")]
    if set(marks) & set(INTERVAL_MARKS):
        handles.append(key(DOUBTFUL, GREY, line=DASHED))
    handles += keys_of_degenerate(shown)
    if UNTRAINED in marks:
        handles.append(key("untrained weights", GREY, "s", filled=False))
    notes = [*left_out(names, kept, f"the table of {where} has them"), *meanings(marks, marks)]
    reach = shown[["low", "high", "value"]].abs().max().max()
    limit = min(1.0, 1.05 * float(reach)) if reach > 0 else 1.0
    with matplotlib.rc_context(STYLE):
        page = Page(height + AXIS, notes, labels.synthetic, legend=LEGEND * -(-len(handles) // 3))
        draw_list(page, columns, filled, height, ["difference in UAR"], limits=(-limit, limit))
        page.legend(handles, min(3, len(handles)))
        save(page.figure, output)


def _line(row: pd.Series, known: Sequence[str]) -> Line:
    held = in_order(marks_in(row["mark"]))
    point = Point(
        row["value"], row["low"], row["high"], BLUE, "s",
        filled=UNTRAINED not in held, dashed=any(mark in held for mark in INTERVAL_MARKS),
    )  # fmt: skip
    return Line(row["label"], [point], letters(held, known))
