"""The style that all figures share: colours, sizes of letters, widths."""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from sarangi.base.degenerate import DEGENERATE, is_degenerate
from sarangi.paper.figures.defaults import FONT

# Okabe and Ito's palette, its orange darker so that it is seen on white: told apart by the colour-blind
ORANGE, BLUE, GREEN, GREY, INK = "#D17A00", "#0072B2", "#009E73", "#606060", "#111111"

PALE = "#DDDDDD"

STYLE = {
    "font.family": FONT,
    "font.size": 8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 9,
    "pdf.fonttype": 42,
    "svg.hashsalt": "sarangi",
    "savefig.dpi": 200,
}

WIDTH = 170 / 25.4  # of the paper's text, in inches

HIGHEST = 6.8  # that what is drawn may be, in inches, with room for a legend and notes

TALLEST = (
    9.0  # that a figure may be: a taller one is made smaller where it is printed, and its letters with it
)

SMALL, TINY = 7.5, 7.1  # sizes of letters, in points: none in the paper is below 7

EDGE = 0.06  # inches that stay free beside what is drawn

DASHED = (0, (2.2, 1.2))
"""The line of a descriptive or too narrow interval."""

DOUBTFUL = "descriptive or too narrow interval"
"""What a legend calls it."""


def draw_interval(
    axes: Axes, bounds: tuple[float, float], place: float, colour: str, upright: bool = False, **how: Any
) -> None:
    """Draw an interval; one of no width as a bar across it, longer than a marker, so that it is seen.

    Parameters
    ----------
    axes
        To draw in.
    bounds
        Low and high; nothing is drawn of one that is not there (NaN).
    place
        On the other axis.
    colour
        As of matplotlib.
    upright
        Whether values are on the upright axis.
    how
        Of the line, as :meth:`matplotlib.axes.Axes.plot` takes it.
    """
    if is_degenerate(*bounds):
        across = "_" if upright else "|"
        point = (place, bounds[0]) if upright else (bounds[0], place)
        axes.plot(*point, across, color=colour, ms=10, mew=1.2, clip_on=False)
        return
    both = ([place] * 2, list(bounds)) if upright else (list(bounds), [place] * 2)
    axes.plot(*both, color=colour, **how)


def keys_of_degenerate(table: pd.DataFrame) -> list[Line2D]:
    """Return the entry of a legend for intervals of no width, if one is in columns ``low`` and ``high``."""
    there = any(map(is_degenerate, table["low"], table["high"]))
    return [key(f"{DEGENERATE} interval", GREY, "|", line="")] if there else []


def key(label: str, colour: str, marker: str = "", line: Any = "-", filled: bool = True) -> Line2D:
    """Return an entry of a legend."""
    return Line2D(
        [], [], color=colour, marker=marker, ls=line, lw=1.3, ms=4.5, mew=0.8, label=label,
        mfc=colour if filled else "white",
    )  # fmt: skip
