"""Cells of heat maps, and what their colours mean."""

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle
from matplotlib.typing import ColorType

from sarangi.paper.figures.page import Page
from sarangi.paper.figures.style import PALE, SMALL, TINY, WIDTH

SHADES = "Blues"
"""From light for nothing to dark for all, in grey too."""

COLOUR_BAR = 0.3  # inches that it takes

STEPS = 50  # of colour

MIDDLE = 0.179  # the luminance that is as far from black as from white


def colour_of(share: float) -> tuple[float, float, float, float]:
    """Return the colour of a share, red, green, blue and opacity from 0 to 1."""
    return matplotlib.colormaps[SHADES](0.85 * share)


def shaded(
    axes: Axes, left: float, top: float, width: float, height: float, share: float, text: str = ""
) -> None:
    """Draw a cell of a heat map by its share of all; hatched where there is none.

    Parameters
    ----------
    axes
        To draw in.
    left, top, width, height
        Of the cell.
    share
        From 0 to 1, or NaN.
    text
        What the cell says, in black or white, whichever is easier to read.
    """
    nothing = pd.isna(share)
    colour = "white" if nothing else colour_of(share)
    axes.add_patch(
        Rectangle(
            (left, top), width, height, lw=0.4, edgecolor="white" if not nothing else PALE,
            facecolor=colour, hatch="/////" if nothing else None,
        )
    )  # fmt: skip
    if text:
        axes.text(
            left + width / 2, top + height / 2, text, ha="center", va="center_baseline", size=TINY,
            color="white" if luminance(colour) < MIDDLE else "black",
        )  # fmt: skip


def draw_colour_bar(page: Page, title: str, top: float) -> None:
    """Draw what the colours from none to all mean, with its title behind it."""
    bar = page.axes(WIDTH / 2 - 1.5, top + 0.05, 1.5, 0.09)
    for step in range(STEPS):
        bar.add_patch(
            Rectangle((step / STEPS, 0), 1 / STEPS, 1, lw=0, facecolor=colour_of(step / (STEPS - 1)))
        )
    bar.set(xlim=(0, 1), ylim=(0, 1), yticks=[])
    bar.set_xticks([0, 0.5, 1], ["0", "50", "100"], size=TINY)
    bar.tick_params(length=2, pad=1.5)
    page.text(WIDTH / 2 + 0.12, top + 0.1, title, size=SMALL, va="center")


def luminance(colour: ColorType) -> float:
    """Return the relative luminance of a colour, from 0 of black to 1 of white, as WCAG 2 has it."""
    channels = np.array(to_rgb(colour))
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ np.array([0.2126, 0.7152, 0.0722]))
