"""The figure of fairness: how each model fares on one part of the speakers beside another."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib
import pandas as pd

from sarangi.base import store
from sarangi.base.labels import Labels
from sarangi.base.marks import NOT_PARTED, UNPREDICTED, UNTRAINED, marks_in
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
from sarangi.paper.figures.page import Page, in_words, save
from sarangi.paper.figures.style import BLUE, GREY, STYLE, key, keys_of_degenerate
from sarangi.paper.mark_notes import letters, meanings

LEGEND = 0.23  # inches


def fairness_figure(files: Sequence[Path], labels: Labels, output: dict[str, Path]) -> None:
    """Draw the differences in UAR between parts of the speakers, with intervals over groups.

    Parameters
    ----------
    files
        Of schema :data:`sarangi.base.fairness_rows.FAIRNESS`, of the models to show.
    labels
        Titles, and which corpora are synthetic.
    output
        Files to write by suffix: ``pdf``, ``png``.
    """
    table = _compared(files, labels)
    if table.empty:
        in_words("No corpus states two parts of its speakers to compare.", labels.synthetic, output)
        return
    columns, names = Columns(2, 1.35, 0.32), list(table.index.map(str))

    def blocks(kept: Sequence[str]) -> list[Block]:
        here = table[table.index.map(str).isin(kept)]
        heading = here.apply(lambda row: _heading(row, labels), axis=1)
        return [
            Block(title, [_line(row, labels) for _, row in rows.iterrows()])
            for title, rows in here.groupby(heading, sort=False)
        ]

    kept = fitting(names, blocks, columns)
    filled, height = balanced(blocks(kept), columns)
    shown = table[table.index.map(str).isin(kept)]
    marks = [mark for row in shown["mark"] for mark in marks_in(row)]
    handles = [key("UAR of the first minus that of the second", BLUE, "s")]
    if set(marks) & set(INTERVAL_MARKS):
        handles.append(key("interval that only describes, or is too narrow", GREY, line=(0, (2.2, 1.2))))
    handles += keys_of_degenerate(shown)
    notes = [*left_out(names, kept, "the table of fairness has them"), *meanings(marks)]
    reach = shown[["low", "high", "value"]].abs().max().max()
    limit = min(1.0, 1.05 * float(reach)) if reach > 0 else 1.0
    with matplotlib.rc_context(STYLE):
        page = Page(height + AXIS, notes, labels.synthetic, legend=LEGEND)
        axis = "difference in UAR, with its interval over groups"
        draw_list(page, columns, filled, height, axis, limits=(-limit, limit))
        page.legend(handles, len(handles))
        save(page.figure, output)


def _compared(files: Sequence[Path], labels: Labels) -> pd.DataFrame:
    """Return the differences in UAR that there are, in the order of the configuration."""
    tables = [store.read(path) for path in files]
    if not tables:
        return pd.DataFrame()
    table = pd.concat(tables, ignore_index=True)
    nothing = table["mark"].map(lambda mark: bool({NOT_PARTED, UNPREDICTED} & set(marks_in(mark))))
    table = table[(table["metric"] == "uar") & ~nothing]
    models = {name: place for place, name in enumerate(labels.models)}
    keys = ["corpus", "attribute", "first", "second", "protocol"]
    ordered = table.assign(place=table["model"].map(models)).sort_values([*keys, "place"])
    return ordered.reset_index(drop=True)


def _heading(row: pd.Series, labels: Labels) -> str:
    parts = f"{row['first']} − {row['second']}"
    return f"{labels.corpora[row['corpus']]}, {labels.protocols[row['protocol']]}: {parts}"


def _line(row: pd.Series, labels: Labels) -> Line:
    held = marks_in(row["mark"])
    point = Point(
        row["value"], row["low"], row["high"], BLUE, "s",
        filled=UNTRAINED not in held, dashed=any(mark in held for mark in INTERVAL_MARKS),
    )  # fmt: skip
    return Line(labels.models[row["model"]], [point], letters(held))
