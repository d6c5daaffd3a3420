"""What the figures share: one style, lists of scores in columns, the same bytes for the same results.

A figure is drawn in inches, as wide as it stands in the paper, so that its letters keep their size.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib
import pandas as pd
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.textpath import text_to_path

matplotlib.use("Agg")
from matplotlib import pyplot

# Okabe and Ito's palette: told apart by the colour-blind, and in grey by lightness
ORANGE, BLUE, GREEN, GREY = "#E69F00", "#0072B2", "#009E73", "#666666"
PALE = "#DDDDDD"
SHADES = "Blues"
"""From light for nothing to dark for all, in grey too."""
STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": 8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 9,
    "pdf.fonttype": 42,
    "svg.hashsalt": "sarangi",
    "savefig.dpi": 200,
}
WIDTH = 6.7  # of the paper's text, in inches
HIGHEST = 8.0  # that a figure may be, with room for its caption
SMALL, TINY = 6.5, 5.5  # sizes of letters, in points
LEADING = 1.25 / 72  # inches a line takes for each point of its letters
LOOSE = 1.03  # widths are reckoned a little larger: pixels move letters apart
EDGE = 0.06  # inches that stay free beside what is drawn

INTERVAL_MARKS = ("descriptive interval", "interval too narrow")
"""Marks of an interval that says less than it seems; it is drawn dashed."""


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
    lines: Sequence[Line]


@dataclass(frozen=True)
class Columns:
    """Widths in inches of a list's columns, each with labels, a part to draw in, and words behind it."""

    count: int
    label: float
    words: float

    @property
    def whole(self) -> float:
        """The width of a column."""
        return (WIDTH - 2 * EDGE) / self.count

    @property
    def drawn(self) -> float:
        """The width that is left to draw in."""
        return self.whole - self.label - self.words - 3 * EDGE


@cache
def _letter(letter: str, weight: str) -> float:
    """Return the width of a letter in parts of its size."""
    how = FontProperties(family=STYLE["font.family"], size=100, weight=weight)
    # between bars, since blanks alone have no width
    wide, bars = (
        text_to_path.get_text_width_height_descent(text, how, ismath=False)[0]
        for text in (f"|{letter}|", "||")
    )
    return (wide - bars) / 100


def width_of(text: str, size: float, weight: str = "normal") -> float:
    """Return the width of a line of text in inches, for letters of ``size`` points."""
    return LOOSE * sum(_letter(letter, weight) for letter in text) * size / 72


@cache
def broken(text: str, width: float, size: float = SMALL, weight: str = "normal") -> str:
    """Return a text broken into lines no wider than ``width`` inches; a longer word is broken itself."""
    lines = [""]
    for word in text.split():
        if lines[-1] and width_of(f"{lines[-1]} {word}", size, weight) <= width:
            lines[-1] += f" {word}"
            continue
        lines.append("")
        for letter in word:
            if lines[-1] and width_of(lines[-1] + letter, size, weight) > width:
                lines.append("")
            lines[-1] += letter
    return "\n".join(line for line in lines if line)


def height_of(text: str, size: float) -> float:
    """Return the height of a text in inches."""
    return (text.count("\n") + 1) * size * LEADING


def line_height(line: Line, columns: Columns) -> float:
    """Return how high a line of a list is, in inches."""
    texts = (broken(line.label, columns.label), broken(line.words, columns.words, TINY))
    return max(0.15, line.tall, 0.05 + height_of(texts[0], SMALL), 0.05 + height_of(texts[1], TINY))


def block_height(block: Block, columns: Columns) -> float:
    """Return how high the heading of a block is, in inches."""
    return 0.1 + height_of(broken(block.heading, columns.whole - 2 * EDGE, SMALL, "bold"), SMALL)


def flow(blocks: Sequence[Block], columns: Columns, height: float) -> list[list[Block]] | None:
    """Return the blocks of each column, none higher than ``height`` inches; None where they do not fit.

    A block that is broken goes on under its heading.
    """
    found, left = [[]], height
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
    """Return a note on what had no room, and where it stands; none where all had."""
    rest = len(names) - len(kept)
    return [f"{rest} more had no room here: {where}."] if rest else []


class Page:
    """A figure as wide as the paper's text, in inches from its upper left corner.

    Parameters
    ----------
    height
        Of what is drawn, in inches; the synthetic line above and the notes below come on top.
    notes
        Lines below.
    synthetic
        Names of the corpora spoken by the demo's generator; any adds a line that says so.
    legend
        Height to keep for a legend, in inches.
    """

    def __init__(self, height: float, notes: Sequence[str], synthetic: Sequence[str], legend: float = 0.0):
        texts = [broken(note, WIDTH - 2 * EDGE, TINY) for note in notes]
        self.top = 0.2 if synthetic else EDGE
        below = sum(height_of(text, TINY) + 0.02 for text in texts)
        self.height = self.top + height + legend + below + EDGE
        self.figure = pyplot.figure(figsize=(WIDTH, self.height))
        place = self.top + height
        self.legend_place = place
        place += legend
        for text in texts:
            self.text(EDGE, place, text, size=TINY, color=GREY, va="top")
            place += height_of(text, TINY) + 0.02
        if synthetic:
            say_synthetic(self.figure, synthetic, y=1 - 0.1 / self.height, va="center")

    def text(self, left: float, top: float, text: str, **how: Any) -> None:
        """Write a text at a place in inches."""
        how = {"linespacing": 1.1} | how
        self.figure.text(left / WIDTH, 1 - top / self.height, text, **how)

    def axes(self, left: float, top: float, width: float, height: float) -> matplotlib.axes.Axes:
        """Return axes at a place in inches."""
        return self.figure.add_axes(
            (left / WIDTH, 1 - (top + height) / self.height, width / WIDTH, height / self.height)
        )

    def legend(self, handles: Sequence[Line2D], columns: int) -> None:
        """Draw a legend where room was kept for it."""
        self.figure.legend(
            handles=handles, loc="upper center", ncols=columns, frameon=False, fontsize=SMALL,
            bbox_to_anchor=(0.5, 1 - self.legend_place / self.height), borderaxespad=0.2,
        )  # fmt: skip


AXIS = 0.38  # inches below a list for its ticks and what they mean


def draw_list(
    page: Page,
    columns: Columns,
    filled: Sequence[Sequence[Block]],
    height: float,
    axis: str,
    limits: tuple[float, float] = (0.0, 1.0),
    top: float = 0.0,
) -> None:
    """Draw columns of lines with points and intervals on one scale.

    Parameters
    ----------
    page
        With ``height + AXIS`` inches from ``top`` on.
    columns
        Their widths.
    filled, height
        From :func:`balanced`.
    axis
        What is drawn.
    limits
        Of the scale.
    top
        Inches from the page's own top.
    """
    for number, blocks in enumerate(filled):
        left = EDGE + number * columns.whole
        used = sum(
            block_height(b, columns) + sum(line_height(line, columns) for line in b.lines) for b in blocks
        )
        axes = page.axes(left + columns.label + EDGE, page.top + top, columns.drawn, used)
        axes.set(xlim=limits, ylim=(used, 0), yticks=[])
        axes.spines["left"].set_visible(False)
        axes.tick_params(axis="x", labelsize=TINY, length=2, pad=2)
        axes.xaxis.set_major_locator(matplotlib.ticker.MaxNLocator(5))
        axes.set_xlabel(axis, fontsize=SMALL, labelpad=2)
        place = 0.0
        for block in blocks:
            high = block_height(block, columns)
            heading = broken(block.heading, columns.whole - 2 * EDGE, SMALL, "bold")
            how = {"size": SMALL, "weight": "bold", "va": "center"}
            page.text(left, page.top + top + place + high / 2 + 0.02, heading, **how)
            # the scale does not run through the heading
            axes.axhspan(place, place + high, color="white", zorder=1, lw=0)
            place += high
            for line in block.lines:
                high = line_height(line, columns)
                _draw_line(page, axes, line, columns, (left, page.top + top), place, high)
                place += high
        if limits[0] < 0 < limits[1]:
            axes.axvline(0, color=GREY, lw=0.6, zorder=0)


def _draw_line(
    page: Page,
    axes: matplotlib.axes.Axes,
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
    axes.plot(axes.get_xlim(), [place + high] * 2, color=PALE, lw=0.4, zorder=0)
    if line.chance is not None and not pd.isna(line.chance):
        axes.plot([line.chance] * 2, [place + 0.01, place + high - 0.01], color=GREY, lw=0.9, ls=":")
    for point in line.points:
        y = middle + point.shift
        if not pd.isna(point.low):
            style = (0, (2.2, 1.2)) if point.dashed else "-"
            axes.plot(
                [point.low, point.high], [y, y], color=point.colour, lw=0.28 * point.size, ls=style,
                solid_capstyle="butt", clip_on=True,
            )  # fmt: skip
        if not pd.isna(point.value):
            axes.plot(
                point.value, y, point.marker, ms=point.size, color=point.colour, clip_on=False,
                mfc=point.colour if point.filled else "white", mew=0.8, zorder=3,
            )  # fmt: skip


def shaded(
    axes: matplotlib.axes.Axes, left: float, top: float, width: float, height: float, share: float
) -> None:
    """Draw a cell of a heat map with its share in per cent; hatched where there is none."""
    nothing = pd.isna(share)
    axes.add_patch(
        matplotlib.patches.Rectangle(
            (left, top), width, height, lw=0.4, edgecolor="white" if not nothing else PALE,
            facecolor="white" if nothing else matplotlib.colormaps[SHADES](0.85 * share),
            hatch="/////" if nothing else None,
        )
    )  # fmt: skip
    if not nothing:
        axes.text(
            left + width / 2, top + height / 2, f"{100 * share:.0f}", ha="center", va="center_baseline",
            size=TINY, color="white" if share > 0.6 else "black",
        )  # fmt: skip


def key(label: str, colour: str, marker: str = "", line: Any = "-", filled: bool = True) -> Line2D:
    """Return an entry of a legend."""
    return Line2D(
        [], [], color=colour, marker=marker, ls=line, lw=1.3, ms=4.5, mew=0.8, label=label,
        mfc=colour if filled else "white",
    )  # fmt: skip


def in_words(text: str, synthetic: Sequence[str], output: dict[str, Path]) -> None:
    """Write a figure that says why there is nothing to draw."""
    page = Page(0.5, [], synthetic)
    text = broken(text, WIDTH - 1, 8)
    page.text(WIDTH / 2, page.top + 0.25, text, ha="center", va="center", size=8, color=GREY)
    save(page.figure, output)


def say_synthetic(figure: matplotlib.figure.Figure, synthetic: Sequence[str], **place: Any) -> None:
    """Say above a figure that its speech is synthetic, if any is."""
    if synthetic:
        figure.suptitle("SYNTHETIC SPEECH: no result about people", fontsize=8, color="#B00000", **place)


def save(figure: matplotlib.figure.Figure, output: dict[str, Path]) -> None:
    """Write a figure without times and names of programs, and close it.

    Parameters
    ----------
    figure
        To write.
    output
        Files by suffix: ``pdf``, ``png``.
    """
    nothing = {"pdf": {"CreationDate": None, "Creator": None, "Producer": None}, "png": {"Software": None}}
    for suffix, path in output.items():
        figure.savefig(path, format=suffix, metadata=nothing[suffix])
    pyplot.close(figure)
