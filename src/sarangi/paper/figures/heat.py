"""Cells of heat maps."""

import matplotlib
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from sarangi.paper.figures.style import PALE, TINY

SHADES = "Blues"
"""From light for nothing to dark for all, in grey too."""


def shaded(axes: Axes, left: float, top: float, width: float, height: float, share: float) -> None:
    """Draw a cell of a heat map with its share in per cent; hatched where there is none."""
    nothing = pd.isna(share)
    axes.add_patch(
        Rectangle(
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
