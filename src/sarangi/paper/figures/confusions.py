"""The figure of which emotions are taken for which."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd

from sarangi.base import store
from sarangi.base.emotions import ordered, title_of
from sarangi.base.labels import Labels
from sarangi.base.marks import UNPREDICTED
from sarangi.paper.figures.heat import COLOUR_BAR, draw_colour_bar, shaded
from sarangi.paper.figures.lists import left_out
from sarangi.paper.figures.page import Page, in_words, save
from sarangi.paper.figures.score_lists import (
    NONE_SCORED,
    condition_title,
    known_marks,
    marks_of,
    notes_on_marks,
    predicted,
    reported_uars,
)
from sarangi.paper.figures.style import EDGE, GREY, HIGHEST, SMALL, STYLE, TINY, WIDTH
from sarangi.paper.figures.text import broken, height_of, width_of
from sarangi.paper.mark_notes import letters

IN_CONFUSIONS = "they are in results/confusions"

RIVALS = 3
"""How many models of a corpus and protocol are drawn: the best ones."""

BETWEEN = 0.15  # inches from one matrix to the next
CELL, SMALLEST, LARGEST = 0.25, 1.0, 1.72  # inches of a cell if there is room, and of a matrix
NAMES = 1.6  # inches that the name of a model has at least
AXIS, HEADING = 0.16, 0.2  # inches of the title of an axis, and of what is above a group


def confusions_figure(
    scores: Sequence[Path],
    confusions: Sequence[Path],
    first: Sequence[str],
    baselines: Sequence[str],
    labels: Labels,
    output: dict[str, Path],
) -> None:
    """Draw the confusions of the best models of each corpus and protocol, as shares of each emotion.

    Parameters
    ----------
    scores, first, labels, output
        As in :func:`sarangi.paper.figures.conditions.conditions_figure`.
    confusions
        Of the same experiments, of all folds and seeds together; schema
        :data:`sarangi.base.score_rows.CONFUSIONS`.
    baselines
        Names of the models that know no recording, and are drawn where there is no other one.
    """
    table, unpredicted = predicted(reported_uars(scores, first), first)
    if table.empty:
        in_words(NONE_SCORED, labels.synthetic, output)
        return
    files = {Path(path).stem: path for path in confusions}
    listening = table[~table["model"].isin(baselines)]
    rows = _rows(_groups(table if listening.empty else listening, files, labels))
    shown = table[table["scored"].isin([name for row in rows for g in row for name in g.scores["scored"]])]
    known = known_marks(shown)
    notes = [
        "Empty: none; hatched: no test utterance.",
        *unpredicted,
        *left_out(table["scored"], shown["scored"], IN_CONFUSIONS),
        *notes_on_marks(shown),
    ]
    with matplotlib.rc_context(STYLE):
        page = Page(sum(map(_height, rows)), notes, labels.synthetic, legend=COLOUR_BAR)
        top = page.top
        for row in rows:
            left = EDGE
            for group in row:
                _draw_group(page, group, known, (left, top), files, labels)
                left += group.wide
            top += _height(row)
        draw_colour_bar(page, "of the utterances of an emotion, per cent", page.legend_place)
        save(page.figure, output)


@dataclass(frozen=True)
class _Group:
    """Matrices of the best models of a corpus and protocol, next to each other; lengths in inches."""

    heading: str
    scores: pd.DataFrame
    emotions: Sequence[str]
    named: float
    head: float
    side: float

    @property
    def step(self) -> float:
        """From one matrix to the next."""
        return _step(self.side)

    @property
    def wide(self) -> float:
        """With all that names it."""
        drawn = AXIS + self.named + len(self.scores) * self.step
        return max(drawn, width_of(self.heading, SMALL, "bold") + BETWEEN)

    @property
    def high(self) -> float:
        """With all that names it."""
        return HEADING + self.head + self.side + self.named + AXIS + 0.06


def _step(side: float) -> float:
    return max(side, NAMES) + BETWEEN


def _groups(table: pd.DataFrame, files: Mapping[str, Path], labels: Labels) -> Iterator[_Group]:
    conditions = table.apply(lambda row: condition_title(row, labels), axis=1)
    for condition, found in table.groupby(conditions, sort=False):
        best = found.sort_values(["value", "scored"], ascending=[False, True]).iloc[:RIVALS]
        cells = pd.concat([store.read(files[name], ["emotion", "predicted"]) for name in best["scored"]])
        emotions = ordered(set(cells.to_numpy().ravel()), labels.emotions)
        named = 0.1 + max((width_of(title_of(name), TINY) for name in emotions), default=0.4)
        room = (WIDTH - 2 * EDGE - AXIS - named) / RIVALS - BETWEEN
        side = min(room, LARGEST, max(SMALLEST, CELL * len(emotions)))
        # whatever is drawn, so that the letters of marks change no place
        titles = [_title(row, marks_of(row), labels, _step(side) - BETWEEN) for _, row in best.iterrows()]
        heading = broken(str(condition), WIDTH - 2 * EDGE, SMALL, "bold")
        yield _Group(heading, best, emotions, named, max(height_of(t, TINY) for t in titles) + 0.06, side)


def _rows(groups: Iterable[_Group]) -> list[list[_Group]]:
    """Return groups next to each other and below each other, as many as a page has room for."""
    rows: list[list[_Group]] = []
    for group in groups:
        if rows and sum(each.wide for each in rows[-1]) + group.wide <= WIDTH - 2 * EDGE + BETWEEN:
            rows[-1].append(group)
        else:
            rows.append([group])
        if len(rows) > 1 and sum(map(_height, rows)) > HIGHEST:
            rows[-1].pop()
            break
    return [row for row in rows if row]


def _height(row: Sequence[_Group]) -> float:
    return max(group.high for group in row)


def _title(row: pd.Series, known: Sequence[str], labels: Labels, width: float) -> str:
    held = letters(marks_of(row), known)
    score = "" if pd.isna(row["value"]) else f": UAR {row['value']:.2f}"
    text = f"{labels.models[row['model']]}{score}"
    return broken(text + (f" ({held})" if held else ""), width, TINY)


def _draw_group(
    page: Page,
    group: _Group,
    known: Sequence[str],
    corner: tuple[float, float],
    files: Mapping[str, Path],
    labels: Labels,
) -> None:
    start, top = corner
    page.text(start, top, group.heading, size=SMALL, weight="bold", va="top")
    drawn = top + HEADING + group.head
    for place, (_, score) in enumerate(group.scores.iterrows()):
        left = start + AXIS + group.named + place * group.step
        title = _title(score, known, labels, group.step - BETWEEN)
        page.text(left, top + HEADING, title, size=TINY, va="top")
        table = store.read(files[score["scored"]])
        if table.empty:
            how = {"ha": "center", "va": "center", "size": SMALL, "color": GREY}
            words = broken(UNPREDICTED, group.side, SMALL)
            page.text(left + group.side / 2, drawn + group.side / 2, words, **how)
            continue
        axes = page.axes(left, drawn, group.side, group.side)
        _matrix(axes, table, group.emotions, group.side / len(group.emotions) > width_of("100", TINY))
        axes.set_xlabel("predicted", fontsize=TINY, labelpad=2)
        if place:
            axes.set_yticks([])
        else:
            axes.set_ylabel("true", fontsize=TINY, labelpad=2)


def _matrix(
    axes: matplotlib.axes.Axes, confusions: pd.DataFrame, known: Sequence[str], numbered: bool
) -> None:
    counts = confusions.pivot_table("n", "emotion", "predicted", aggfunc="sum", fill_value=0)
    shares = counts.reindex(index=known, columns=known, fill_value=0).to_numpy(float)
    tested = shares.sum(1, keepdims=True)
    shares = np.divide(shares, tested, out=np.full(shares.shape, np.nan), where=tested > 0)
    for (down, across), share in np.ndenumerate(shares):
        # most cells hold nothing, and say so by being empty
        if share != 0:
            text = f"{100 * share:.0f}" if numbered and not np.isnan(share) else ""
            shaded(axes, across, down, 1, 1, share, text)
    axes.set(xlim=(0, len(known)), ylim=(len(known), 0))
    places, titles = np.arange(len(known)) + 0.5, [title_of(emotion) for emotion in known]
    axes.set_xticks(places, titles, rotation=90, size=TINY)
    axes.set_yticks(places, titles, size=TINY)
    axes.tick_params(length=0, pad=1.5)
    for spine in axes.spines.values():
        spine.set(visible=True, lw=0.4, color=GREY)
