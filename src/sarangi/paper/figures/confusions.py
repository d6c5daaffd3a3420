"""The figure of which emotions are taken for which."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd

from sarangi.base import store
from sarangi.base.emotions import ordered, title_of
from sarangi.base.labels import Labels
from sarangi.base.marks import UNPREDICTED
from sarangi.paper.figures.heat import shaded
from sarangi.paper.figures.lists import left_out
from sarangi.paper.figures.page import Page, in_words, save
from sarangi.paper.figures.score_lists import (
    NONE_SCORED,
    condition_title,
    marks_of,
    notes_on_marks,
    predicted,
    reported_uars,
)
from sarangi.paper.figures.style import EDGE, GREY, HIGHEST, SMALL, STYLE, TINY, WIDTH
from sarangi.paper.figures.text import broken, height_of
from sarangi.paper.mark_notes import letters

IN_CONFUSIONS = "they are in results/confusions"

MATRICES = (3, 4)
"""How many matrices stand beside each other, and below."""


def confusions_figure(
    scores: Sequence[Path],
    confusions: Sequence[Path],
    first: Sequence[str],
    labels: Labels,
    output: dict[str, Path],
) -> None:
    """Draw the confusions of each experiment, of all folds and seeds together, as shares of each emotion.

    Parameters
    ----------
    scores, first, labels, output
        As in :func:`sarangi.paper.figures.conditions.conditions_figure`.
    confusions
        Of the same experiments; schema :data:`sarangi.scoring.scores.CONFUSIONS`.
    """
    table, unpredicted = predicted(reported_uars(scores, first), first)
    if table.empty:
        in_words(NONE_SCORED, labels.synthetic, output)
        return
    files = {Path(path).stem: path for path in confusions}
    across, down = MATRICES
    shown = table.iloc[: across * down]
    rows = -(-len(shown) // across)
    width = (WIDTH - 2 * EDGE) / across
    heads = [
        broken(
            f"{labels.models[row['model']]}; {condition_title(row, labels)}"
            + (f"  ({held})" if (held := letters(marks_of(row))) else ""),
            width - 0.1,
            TINY,
            "bold",
        )
        for _, row in shown.iterrows()
    ]
    head = max(height_of(text, TINY) for text in heads) + 0.06
    longest = max(
        (len(title_of(name)) for name in _emotions(files[each] for each in shown["scored"])), default=0
    )
    named = min(0.5 * width, max(0.5, 0.1 + longest * TINY * 0.6 / 72))
    side = min(width - named - 0.1, HIGHEST / down - head - named)
    high = head + side + named
    notes = [
        "Down: the emotion that was spoken; across: what was predicted. Each line adds up to 100 per cent, "
        "the darker the more; empty: none; hatched: no test utterance.",
        *unpredicted,
        *left_out(table["scored"], shown["scored"], IN_CONFUSIONS),
        *notes_on_marks(shown),
    ]
    with matplotlib.rc_context(STYLE):
        page = Page(rows * high, notes, labels.synthetic)
        for place, ((_, row), text) in enumerate(zip(shown.iterrows(), heads, strict=True)):
            left, top = EDGE + place % across * width, page.top + place // across * high
            page.text(left, top, text, size=TINY, weight="bold", va="top")
            table_ = store.read(files[row["scored"]])
            if table_.empty:
                middle = top + head + side / 2
                page.text(
                    left + width / 2, middle, UNPREDICTED, ha="center", va="center", size=SMALL, color=GREY
                )
                continue
            _matrix(page.axes(left + named, top + head, side, side), table_, labels.emotions)
        save(page.figure, output)


def _emotions(files: Iterable[Path]) -> set[str]:
    """Return the emotions that some tables of confusions name."""
    return {name for file in files for name in store.read(file, ["emotion", "predicted"]).to_numpy().ravel()}


def _matrix(axes: matplotlib.axes.Axes, confusions: pd.DataFrame, order: Sequence[str]) -> None:
    counts = confusions.pivot_table("n", "emotion", "predicted", aggfunc="sum", fill_value=0)
    known = ordered({*counts.index, *counts.columns}, order)
    shares = counts.reindex(index=known, columns=known, fill_value=0).to_numpy(float)
    tested = shares.sum(1, keepdims=True)
    shares = np.divide(shares, tested, out=np.full(shares.shape, np.nan), where=tested > 0)
    for (down, across), share in np.ndenumerate(shares):
        # most cells hold nothing, and say so by being empty
        if share != 0:
            shaded(axes, across, down, 1, 1, share)
    axes.set(xlim=(0, len(known)), ylim=(len(known), 0))
    places, titles = np.arange(len(known)) + 0.5, [title_of(emotion) for emotion in known]
    axes.set_xticks(places, titles, rotation=90, size=TINY)
    axes.set_yticks(places, titles, size=TINY)
    axes.tick_params(length=0, pad=1.5)
    for spine in axes.spines.values():
        spine.set(visible=True, lw=0.4, color=GREY)
