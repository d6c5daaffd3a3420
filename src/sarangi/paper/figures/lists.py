"""Lists of scores in columns: points with intervals on one scale."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import matplotlib
import pandas as pd

from sarangi.base.marks import OF_INTERVALS
from sarangi.paper.figures.page import Page
from sarangi.paper.figures.style import (
    DASHED,
    EDGE,
    GREY,
    HIGHEST,
    PALE,
    SMALL,
    TINY,
    WIDTH,
    draw_interval,
)
from sarangi.paper.figures.text import broken, height_of

INTERVAL_MARKS = OF_INTERVALS
"""An interval with one of these is drawn dashed."""


BETWEEN = 0.26  # inches from one panel to the next

STRETCHED = 0.12  # inches that a line may be higher than it has to, so that columns end together


@dataclass(frozen=True)
class Point:
    """A value with its interval on a line of a list.

    Attributes
    ----------
    value, low, high
        Missing (NaN) where there is none.
    colour, marker
        As of matplotlib.
    filled, dashed
        Whether the marker is filled, and whether the interval is dashed.
    shift
        Inches below the middle of the line.
    size
        Of the marker, in points.
    panel
        Number of the panel that it is drawn in.
    """

    value: float
    low: float
    high: float
    colour: str
    marker: str
    filled: bool = True
    dashed: bool = False
    shift: float = 0.0
    size: float = 4.5
    panel: int = 0


@dataclass(frozen=True)
class Line:
    """A line of a list: its label, what is drawn on it, words behind it, and the level of chance."""

    label: str
    points: Sequence[Point] = ()
    words: str = ""
    chance: float | None = None
    tall: float = 0.0


@dataclass(frozen=True)
class Block:
    """Lines under one heading."""

    heading: str
    lines: list[Line]


@dataclass(frozen=True)
class Columns:
    """Widths in inches of a list's columns, each with labels, panels to draw in, and words behind them."""

    count: int
    label: float
    words: float
    panels: int = 1

    @property
    def whole(self) -> float:
        """The width of a column."""
        return (WIDTH - 2 * EDGE) / self.count

    @property
    def drawn(self) -> float:
        """The width that is left to draw in."""
        return self.whole - self.label - self.words - 3 * EDGE

    @property
    def panel(self) -> float:
        """The width of a panel."""
        return (self.drawn - BETWEEN * (self.panels - 1)) / self.panels


def line_height(line: Line, columns: Columns) -> float:
    """Return how high a line of a list is, in inches."""
    texts = (broken(line.label, columns.label), broken(line.words, columns.words, TINY))
    return max(0.15, line.tall, 0.05 + height_of(texts[0], SMALL), 0.05 + height_of(texts[1], TINY))


def block_height(block: Block, columns: Columns) -> float:
    """Return how high the heading of a block is, in inches."""
    return 0.1 + height_of(broken(block.heading, columns.whole - 2 * EDGE, SMALL, "bold"), SMALL)


def flow(blocks: Sequence[Block], columns: Columns, height: float) -> list[list[Block]] | None:
    """Return the blocks of each column, none higher than ``height`` inches; None where they do not fit.

    A block that is broken continues under its heading.
    """
    found: list[list[Block]] = [[]]
    left = height
    for block in blocks:
        heading, open_ = block_height(block, columns), False
        for line in block.lines:
            needed = line_height(line, columns)
            if needed + (0 if open_ else heading) > left:
                if heading + needed > height or len(found) == columns.count:
                    return None
                found.append([])
                left, open_ = height, False
            if not open_:
                again = any(part.heading == block.heading for column in found for part in column)
                title = f"{block.heading} (continued)" if again else block.heading
                found[-1].append(Block(title, []))
                left -= heading
                open_ = True
            found[-1][-1].lines.append(line)
            left -= needed
    return found


def balanced(
    blocks: Sequence[Block], columns: Columns, highest: float = HIGHEST
) -> tuple[list[list[Block]], float] | None:
    """Return the columns of the least height that holds all blocks, and that; None if there is none."""
    # in tenths of an inch; what fits into some height fits into a larger one
    low, high = 3, int(10 * highest)
    found = flow(blocks, columns, high / 10)
    while found is not None and low < high:
        middle = (low + high) // 2
        if flow(blocks, columns, middle / 10) is None:
            low = middle + 1
        else:
            high = middle
    return None if found is None else (flow(blocks, columns, high / 10), high / 10)


def fitting(
    names: Sequence[str],
    blocks_of: Callable[[Sequence[str]], Sequence[Block]],
    columns: Columns,
    highest: float = HIGHEST,
) -> list[str]:
    """Return as many of the names, from the first on, as have room in ``highest`` inches."""
    if balanced(blocks_of(names), columns, highest) is not None:
        return list(names)
    low, high = 0, len(names)
    while low < high:
        middle = (low + high + 1) // 2
        if balanced(blocks_of(names[:middle]), columns, highest) is None:
            high = middle - 1
        else:
            low = middle
    return list(names[:low])


def left_out(names: Sequence[str], kept: Sequence[str], where: str) -> list[str]:
    """Return a note on what had no room, and where it is; none where all had."""
    rest = len(names) - len(kept)
    return [f"{rest} more had no room here: {where}."] if rest else []


AXIS = 0.4  # inches below a list for its ticks and what they mean


def draw_list(
    page: Page,
    columns: Columns,
    filled: Sequence[Sequence[Block]],
    height: float,
    axes_titles: Sequence[str],
    limits: tuple[float, float] = (0.0, 1.0),
    top: float = 0.0,
) -> None:
    """Draw columns of lines with points and intervals on one scale, down to the same place.

    Parameters
    ----------
    page
        With ``height + AXIS`` inches from ``top`` on.
    columns
        Their widths.
    filled, height
        From :func:`balanced`.
    axes_titles
        What is drawn in each panel.
    limits
        Of the scale.
    top
        Inches from the page's own top.
    """
    needed = [
        sum(block_height(b, columns) + sum(line_height(line, columns) for line in b.lines) for b in blocks)
        for blocks in filled
    ]
    for number, blocks in enumerate(filled):
        left = EDGE + number * columns.whole
        lines = sum(len(block.lines) for block in blocks)
        more = min(STRETCHED, (max(needed) - needed[number]) / max(1, lines))
        panels = [
            _panel(page, columns, (left, page.top + top), place, title, limits, max(needed))
            for place, title in enumerate(axes_titles)
        ]
        place = 0.0
        for block in blocks:
            high = block_height(block, columns)
            heading = broken(block.heading, columns.whole - 2 * EDGE, SMALL, "bold")
            how = {"size": SMALL, "weight": "bold", "va": "center"}
            page.text(left, page.top + top + place + high / 2 + 0.02, heading, **how)
            place += high
            start = place
            for line in block.lines:
                high = line_height(line, columns) + more
                _draw_line(page, panels, line, columns, (left, page.top + top), place, high)
                place += high
            if limits[0] < 0 < limits[1]:
                # the scale does not run through headings
                for axes in panels:
                    axes.plot([0, 0], [start, place], color=GREY, lw=0.6, zorder=0)


def _panel(
    page: Page,
    columns: Columns,
    corner: tuple[float, float],
    number: int,
    title: str,
    limits: tuple[float, float],
    high: float,
) -> matplotlib.axes.Axes:
    left, top = corner
    left += columns.label + EDGE + number * (columns.panel + BETWEEN)
    axes = page.axes(left, top, columns.panel, high)
    axes.set(xlim=limits, ylim=(high, 0), yticks=[])
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="x", labelsize=TINY, length=2, pad=2)
    locator = matplotlib.ticker.MaxNLocator(5 if columns.panel > NARROW else 2, steps=[1, 2, 5, 10])
    axes.set_xticks([tick for tick in locator.tick_values(*limits) if limits[0] <= tick <= limits[1]])
    axes.set_xlabel(title, fontsize=SMALL, labelpad=2)
    return axes


NARROW = 1.5  # inches of a panel that has few ticks


def _draw_line(
    page: Page,
    panels: Sequence[matplotlib.axes.Axes],
    line: Line,
    columns: Columns,
    corner: tuple[float, float],
    place: float,
    high: float,
) -> None:
    left, top = corner
    middle = place + high / 2
    how = {"va": "center", "size": SMALL}
    page.text(left + columns.label, top + middle, broken(line.label, columns.label), ha="right", **how)
    how |= {"size": TINY, "color": GREY}
    page.text(
        left + columns.label + columns.drawn + 2 * EDGE,
        top + middle,
        broken(line.words, columns.words, TINY),
        **how,
    )
    for axes in panels:
        axes.plot(axes.get_xlim(), [place + high] * 2, color=PALE, lw=0.4, zorder=0)
        if line.chance is not None and not pd.isna(line.chance):
            axes.plot([line.chance] * 2, [place + 0.01, place + high - 0.01], color=GREY, lw=0.9, ls=":")
    for point in line.points:
        axes, y = panels[point.panel], middle + point.shift
        if not pd.isna(point.low):
            style = DASHED if point.dashed else "-"
            how = {"lw": 0.28 * point.size, "ls": style, "solid_capstyle": "butt", "clip_on": True}
            draw_interval(axes, (point.low, point.high), y, point.colour, **how)
        if not pd.isna(point.value):
            axes.plot(
                point.value, y, point.marker, ms=point.size, color=point.colour, clip_on=False,
                mfc=point.colour if point.filled else "white", mew=0.8, zorder=3,
            )  # fmt: skip
