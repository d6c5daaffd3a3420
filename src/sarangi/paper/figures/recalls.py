"""The figure of the recall of each emotion."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd

from sarangi.base.emotions import EMOTIONS, ordered, title_of
from sarangi.base.labels import Labels
from sarangi.base.score_rows import headline
from sarangi.paper.figures.heat import COLOUR_BAR, draw_colour_bar, shaded
from sarangi.paper.figures.lists import Block, Columns, balanced, block_height, fitting, left_out, line_height
from sarangi.paper.figures.page import Page, in_words, save
from sarangi.paper.figures.score_lists import (
    IN_TABLES,
    NONE_SCORED,
    by_condition,
    condition_title,
    known_marks,
    line_of,
    name_of_scored,
    notes_on_marks,
    predicted,
    reported_uars,
)
from sarangi.paper.figures.style import EDGE, GREY, HIGHEST, SMALL, STYLE, TINY
from sarangi.paper.figures.text import broken, width_of
from sarangi.statistics.metrics import RECALL


def recalls_figure(
    scores: Sequence[Path], first: Sequence[str], labels: Labels, output: dict[str, Path]
) -> None:
    """Draw the recall of each emotion by each experiment as a heat map.

    Parameters
    ----------
    scores, first, labels, output
        As in :func:`sarangi.paper.figures.conditions.conditions_figure`.
    """
    table, unpredicted = predicted(reported_uars(scores, first), first)
    if table.empty:
        in_words(NONE_SCORED, labels.synthetic, output)
        return
    found = headline(scores)
    found = found[found["metric"].str.startswith(f"{RECALL}_")]
    found = found.assign(scored=name_of_scored(found), emotion=found["metric"].str.removeprefix(f"{RECALL}_"))
    each = found.set_index(["scored", "emotion"])["value"]
    emotions = ordered(found["emotion"], labels.emotions) or list(EMOTIONS)
    columns = Columns(2, 1.25, 0.28)

    def blocks(names: Sequence[str]) -> list[Block]:
        here = by_condition(table[table["scored"].isin(names)], labels)
        known = known_marks(here)
        tested = here.apply(lambda row: condition_title(row, labels), axis=1)
        return [
            Block(
                condition,
                [line_of(row, labels.models[row["model"]], known, scored=True) for _, row in r.iterrows()],
            )
            for condition, r in here.groupby(tested, sort=False)
        ]

    heads = max(0.06 + width_of(title_of(emotion), TINY) for emotion in emotions) + 0.08
    kept = fitting(list(table["scored"]), blocks, columns, HIGHEST - heads)
    filled, height = balanced(blocks(kept), columns, HIGHEST - heads)
    shown = by_condition(table[table["scored"].isin(kept)], labels)
    order = iter([row["scored"] for _, row in _in_blocks(shown, labels)])
    notes = [
        "Hatched: the emotion has no test utterance, or the model does not know it.",
        *unpredicted,
        *left_out(table["scored"], kept, IN_TABLES),
        *notes_on_marks(shown),
    ]
    numbered = columns.drawn / len(emotions) > width_of("100", TINY)
    with matplotlib.rc_context(STYLE):
        page = Page(height + heads + EDGE, notes, labels.synthetic, legend=COLOUR_BAR)
        for number, column in enumerate(filled):
            left = EDGE + number * columns.whole
            axes = page.axes(left + columns.label + EDGE, page.top, columns.drawn, height + heads)
            axes.set(xlim=(0, len(emotions)), ylim=(height + heads, 0))
            axes.set_axis_off()
            for place, emotion in enumerate(emotions):
                axes.text(
                    place + 0.5,
                    heads - 0.04,
                    title_of(emotion),
                    rotation=90,
                    size=TINY,
                    ha="center",
                    va="bottom",
                )
            top = heads
            for block in column:
                high = block_height(block, columns)
                heading = broken(block.heading, columns.whole - 2 * EDGE, SMALL, "bold")
                how = {"size": SMALL, "weight": "bold", "va": "center"}
                page.text(left, page.top + top + high / 2 + 0.02, heading, **how)
                top += high
                for line in block.lines:
                    high, scored = line_height(line, columns), next(order)
                    for place, emotion in enumerate(emotions):
                        share = each.get((scored, emotion), np.nan)
                        text = f"{100 * share:.0f}" if numbered and not pd.isna(share) else ""
                        shaded(axes, place + 0.02, top + 0.005, 0.96, high - 0.01, share, text)
                    middle = page.top + top + high / 2
                    label = broken(line.label, columns.label)
                    page.text(left + columns.label, middle, label, ha="right", va="center", size=SMALL)
                    right = left + columns.label + columns.drawn + 2 * EDGE
                    words = broken(line.words, columns.words, TINY)
                    page.text(right, middle, words, va="center", size=TINY, color=GREY)
                    top += high
        draw_colour_bar(page, "recall, per cent", page.legend_place)
        save(page.figure, output)


def _in_blocks(table: pd.DataFrame, labels: Labels) -> Iterator[tuple[str, pd.Series]]:
    """Yield the rows in the order of blocks by condition."""
    tested = table.apply(lambda row: condition_title(row, labels), axis=1)
    for _, rows in table.groupby(tested, sort=False):
        yield from rows.iterrows()
