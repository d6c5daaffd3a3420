"""The figure of ratings and predictions: how near the best model's predictions are to what people said."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from sarangi.base import store
from sarangi.base.labels import Labels
from sarangi.paper.figures.dimension_panels import ACROSS, LETTERS, Panels, draw_panels
from sarangi.paper.figures.heat import SHADES
from sarangi.paper.figures.style import BLUE, EDGE, GREY, WIDTH

FEW = 300  # clips that are drawn one by one; of more, how many there are in a place
PALEST = 0.25
CELLS = 25  # across a panel
BEYOND = 0.04  # of the scale, that is drawn beyond its ends
LEFT, RIGHT = 0.42, 0.12
SIDE = (WIDTH - 2 * EDGE) / ACROSS - LEFT - RIGHT
NOTES = [
    "Each test clip once a seed, of all folds; the line is where the prediction is the rating. Shaded cells: "
    "the darker, the more clips. What is predicted beyond the scale is drawn at its end, and counted."
]


def dimension_scatter_figure(
    scores: Sequence[Path],
    predictions: Mapping[str, Sequence[Path]],
    baselines: Sequence[str],
    labels: Labels,
    output: dict[str, Path],
) -> None:
    """Draw ratings against predictions in a panel a dimension of the best model that listens.

    Parameters
    ----------
    scores, baselines, labels, output
        As in :func:`sarangi.paper.figures.dimension_panels.draw_panels`.
    predictions
        Files of schema :data:`sarangi.base.dimension_rows.RATED_PREDICTIONS` of each experiment, by its name.
    """

    def draw(axes: Axes, score: pd.Series, _: pd.DataFrame) -> None:
        columns = ["dimension", "status", "rating", "predicted"]
        tables = [store.read(path, columns) for path in predictions[score["experiment"]]]
        found = pd.concat(tables, ignore_index=True)
        found = found[(found["dimension"] == score["dimension"]) & (found["status"] == store.OK)]
        found = found[found["rating"].notna() & found["predicted"].notna()]
        _draw(axes, found, score["scale_low"], score["scale_high"])

    panels = Panels(lambda _: SIDE, left=LEFT, below=0.45, right=RIGHT)
    draw_panels(scores, baselines, panels, draw, NOTES, labels, output)


def _draw(axes: Axes, found: pd.DataFrame, low: float, high: float) -> None:
    margin = BEYOND * (high - low)
    ends = (low - margin, high + margin)
    shown = found["predicted"].clip(*ends)
    beyond = int(((found["predicted"] < low) | (found["predicted"] > high)).sum())
    axes.plot(ends, ends, color=GREY, lw=0.8, zorder=1)
    if len(found) > FEW:
        cells = axes.hexbin(
            found["rating"], shown, gridsize=CELLS, extent=(*ends, *ends), mincnt=1, cmap=SHADES, lw=0.1
        )
        # a cell of one clip is seen on white
        most = cells.get_array().max()
        cells.set_clim(-PALEST * most, most)
    else:
        axes.plot(found["rating"], shown, "o", color=BLUE, ms=3, mew=0, alpha=0.4, clip_on=False)
    axes.set(xlim=ends, ylim=ends)
    ticks = [
        tick for tick in MaxNLocator(5, steps=[1, 2, 5, 10]).tick_values(low, high) if low <= tick <= high
    ]
    axes.set(xticks=ticks, yticks=ticks)
    axes.set_xlabel("rating", fontsize=LETTERS, labelpad=2)
    axes.set_ylabel("prediction", fontsize=LETTERS, labelpad=2)
    if beyond:
        how = {"transform": axes.transAxes, "ha": "right", "va": "bottom", "size": LETTERS, "color": GREY}
        how["bbox"] = {"facecolor": "white", "alpha": 0.7, "pad": 0.5, "lw": 0}
        axes.text(0.98, 0.02, f"{beyond} beyond the scale", **how)
