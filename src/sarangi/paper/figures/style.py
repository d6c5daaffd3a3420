"""The style that all figures share: colours, sizes of letters, widths."""

from typing import Any

from matplotlib.lines import Line2D

from sarangi.paper.figures.defaults import FONT

# Okabe and Ito's palette: told apart by the colour-blind, and in grey by lightness
ORANGE, BLUE, GREEN, GREY = "#E69F00", "#0072B2", "#009E73", "#666666"

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

WIDTH = 6.7  # of the paper's text, in inches

HIGHEST = 8.0  # that a figure may be, with room for its caption

SMALL, TINY = 6.5, 5.5  # sizes of letters, in points

EDGE = 0.06  # inches that stay free beside what is drawn


def key(label: str, colour: str, marker: str = "", line: Any = "-", filled: bool = True) -> Line2D:
    """Return an entry of a legend."""
    return Line2D(
        [], [], color=colour, marker=marker, ls=line, lw=1.3, ms=4.5, mew=0.8, label=label,
        mfc=colour if filled else "white",
    )  # fmt: skip
