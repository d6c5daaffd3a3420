"""What the figures of dimensions share: a panel a dimension, of the best model that listens."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib
import pandas as pd
from matplotlib.axes import Axes

from sarangi.base.dimension_reports import FOLDS, all_of, best_listeners, reported
from sarangi.base.labels import Labels
from sarangi.base.marks import marks_in
from sarangi.paper.figures.page import Page, in_words, save
from sarangi.paper.figures.style import EDGE, HIGHEST, STYLE, TINY, WIDTH
from sarangi.paper.figures.text import broken, height_of
from sarangi.paper.mark_notes import in_order, letters, meanings
from sarangi.paper.texts import interval_text, number_text

NONE_RATED = "No audio model that predicts a rating is available."
LETTERS = TINY
"""The smallest letters of these figures, in points."""
ACROSS = 3  # panels beside each other
BEST = (
    "Each panel is of the model with the highest CCC among audio models; chosen so, its CCC is somewhat "
    "too high."
)


@dataclass(frozen=True)
class Panels:
    """How the panels of a figure are laid out, in inches.

    Attributes
    ----------
    height
        Of what is drawn in a panel, by the rows of its model and dimension.
    left
        Room for what names its upright axis.
    below
        Room for what names its level axis.
    right
        Room behind it.
    """

    height: Callable[[pd.DataFrame], float]
    left: float
    below: float
    right: float = 0.12

    @property
    def whole(self) -> float:
        """The width of a panel with all room around it."""
        return (WIDTH - 2 * EDGE) / ACROSS

    @property
    def drawn(self) -> float:
        """The width that is drawn in."""
        return self.whole - self.left - self.right


def draw_panels(
    scores: Sequence[Path],
    baselines: Sequence[str],
    panels: Panels,
    draw: Callable[[Axes, pd.Series, pd.DataFrame], None],
    notes: Sequence[str],
    labels: Labels,
    output: dict[str, Path],
) -> None:
    """Draw a panel for each dimension of each corpus and protocol, as many as a page has room for.

    Parameters
    ----------
    scores
        Of schema :data:`sarangi.base.dimension_rows.DIMENSION_SCORES`.
    baselines
        Names of the models that do not listen.
    panels
        How much room they take.
    draw
        Draws one, given its axes, the reported CCC of its model, and all rows of that model and dimension.
    notes
        On what is drawn.
    labels
        Titles, and which corpora are synthetic.
    output
        Files to write by suffix: ``pdf``, ``png``.
    """
    table = all_of(scores)
    best = best_listeners(reported(table), baselines)
    if best.empty:
        in_words(NONE_RATED, labels.synthetic, output)
        return
    protocols, models = list(labels.protocols), list(labels.models)
    best = best.assign(
        place=best["protocol"].map(protocols.index), title=best["model"].map(models.index)
    ).sort_values(["corpus", "place", "dimension"], ignore_index=True)
    known = in_order(mark for held in best["mark"] for mark in marks_in(held))
    rows = list(_rows(best, table, panels, known, labels))
    kept: list[_Row] = []
    used = 0.0
    for row in rows:
        if kept and used + row.high > HIGHEST - 0.9:
            break
        kept.append(row)
        used += row.high
    left_out = sum(len(row.scores) for row in rows[len(kept) :])
    shown = [score for row in kept for score in row.scores]
    marks = in_order(mark for score in shown for mark in marks_in(score["mark"]))
    more = [f"{left_out} more had no room here: the table of dimensions has them."] if left_out else []
    with matplotlib.rc_context({**STYLE, "font.size": LETTERS}):
        page = Page(used, [*notes, BEST, *more, *meanings(marks, known)], labels.synthetic, size=LETTERS)
        top = page.top
        for row in kept:
            page.text(EDGE, top, row.heading, size=LETTERS, weight="bold", va="top")
            for number, (score, title) in enumerate(zip(row.scores, row.titles, strict=True)):
                left, own = EDGE + number * panels.whole, _own(table, score)
                page.text(left + 0.05, top + row.head, title, size=LETTERS, va="top")
                place = (left + panels.left, top + row.head + row.title)
                axes = page.axes(*place, panels.drawn, panels.height(own))
                axes.tick_params(labelsize=LETTERS, length=2, pad=2)
                draw(axes, score, own)
            top += row.high
        save(page.figure, output)


@dataclass(frozen=True)
class _Row:
    """Panels of one corpus and protocol that are beside each other."""

    heading: str
    scores: Sequence[pd.Series]
    titles: Sequence[str]
    head: float
    title: float
    high: float


def _own(table: pd.DataFrame, score: pd.Series) -> pd.DataFrame:
    """Return the rows of the model and dimension of a score."""
    return table[(table["file"] == score["file"]) & (table["dimension"] == score["dimension"])]


def _rows(
    best: pd.DataFrame, table: pd.DataFrame, panels: Panels, known: Sequence[str], labels: Labels
) -> Iterator[_Row]:
    for (corpus, _), found in best.groupby(["corpus", "place"], sort=False):
        every = [score for _, score in found.iterrows()]
        for start in range(0, len(every), ACROSS):
            scores = every[start : start + ACROSS]
            heading = f"{labels.corpora[corpus]}, {labels.protocols[scores[0]['protocol']]}"
            heading = broken(heading, WIDTH - 2 * EDGE, LETTERS, "bold")
            titles = [_title(score, panels.whole - 0.15, known, labels) for score in scores]
            head = height_of(heading, LETTERS) + 0.05
            title = max(height_of(text, LETTERS) for text in titles) + 0.05
            drawn = max(panels.height(_own(table, score)) for score in scores)
            yield _Row(heading, scores, titles, head, title, head + title + drawn + panels.below)


def _title(score: pd.Series, width: float, known: Sequence[str], labels: Labels) -> str:
    """Return what a panel shows: dimension, model, CCC with its interval and marks."""
    held = letters(in_order(marks_in(score["mark"])), known)
    ccc = f"CCC {score['value']:.3f} {interval_text(score['low'], score['high'])}" + (
        f" ({held})" if held else ""
    )
    lines = [f"{score['dimension']}: {labels.models[score['model']]}", ccc]
    if score["slice"] == FOLDS:
        lines.append(f"mean of folds; all clips {number_text(score['pooled'])}")
    return "\n".join(broken(line, width, LETTERS) for line in lines)
