"""The figure of feature sets within and across languages, with their ranks."""

import math
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pandas as pd

from sarangi.base.labels import Labels
from sarangi.paper.cells import ranks, scored
from sarangi.paper.figures.page import in_words, pyplot, save, say_synthetic
from sarangi.paper.figures.style import (
    BLUE,
    GREEN,
    GREY,
    INK,
    ORANGE,
    STYLE,
    WIDTH,
    draw_interval,
    keys_of_degenerate,
)

CONDITIONS = {
    "shared": ("within the language, random folds", ORANGE, "o"),
    "disjoint": ("within the language, speakers held out", BLUE, "s"),
    "across": ("trained on the other language", GREEN, "^"),
}
"""What is shown of a feature set: label, colour and marker, from left to right."""

TITLE_LETTERS = 45  # that fit on a line above a panel


def inversion_figure(cells: Sequence[Mapping[str, Any]], labels: Labels, output: dict[str, Path]) -> None:
    """Draw UAR of every feature set within a language and from another one, with the sets' ranks.

    One panel a pair and language tested, of the model that is first in the cells.  Where a language
    has several protocols of one kind, the first is shown.

    Parameters
    ----------
    cells
        Configurations within and across languages, as :mod:`sarangi.paper.tables.languages` describes them.
    labels, output
        As in :func:`sarangi.paper.figures.leakage.leakage_figure`.

    Raises
    ------
    SarangiError
        If a cell is there twice, or a score file does not report one UAR.
    """
    table = scored(cells, labels.synthetic)
    table = table[~table["adapted"]]
    table = table[table["model"] == (table["model"].iloc[0] if len(table) else None)]
    across = table["train"] != table["test"]
    table["condition"] = np.where(across, "across", np.where(table["disjoint"], "disjoint", "shared"))
    # the first protocol of a kind
    kind = ["pair", "test", "condition"]
    table = table[table["protocol"] == table.groupby(kind)["protocol"].transform("first")]
    table["rank"] = ranks(table)
    panels = list(table.groupby(["pair", "test"], sort=False))
    held = table[["value", "high"]].max().max(), table["published"].dropna().astype(float).max()
    highest = max([value for value in held if not pd.isna(value)], default=1)
    if not table["value"].notna().any():
        in_words("No score within or across languages is available.", labels.synthetic, output)
        return
    columns = min(2, len(panels))
    rows = math.ceil(len(panels) / columns)
    with matplotlib.rc_context(STYLE):
        figure, grid = pyplot.subplots(
            rows,
            columns,
            figsize=(WIDTH, 0.9 + 2.5 * rows),
            layout="constrained",
            squeeze=False,
        )
        for axes in grid.flat[len(panels) :]:
            axes.set_axis_off()
        for axes, ((pair, language), here) in zip(grid.flat, panels, strict=False):
            _inversion_panel(axes, here)
            axes.set_title(f"Tested on {language}\n" + textwrap.fill(pair, TITLE_LETTERS), pad=16)
            axes.set_ylim(0, min(1, math.ceil(10 * highest + 0.2) / 10))
        for axes in grid[:, 0]:
            axes.set_ylabel(f"UAR of the {table['model'].iloc[0]}")
        handles = [
            pyplot.Line2D([], [], color=colour, marker=marker, ms=5, lw=1.6, label=label)
            for name, (label, colour, marker) in CONDITIONS.items()
            if name in set(table["condition"])
        ]
        if table["published"].notna().any():
            handles.append(
                pyplot.Line2D([], [], color=INK, marker="D", mfc="none", ms=4.5, lw=0, label="published")
            )
        handles.append(pyplot.Line2D([], [], color=GREY, lw=1, ls=":", label="chance"))
        handles += keys_of_degenerate(table)
        figure.legend(handles=handles, loc="outside lower center", ncols=3, frameon=False)
        say_synthetic(figure, labels.synthetic)
        save(figure, output)


def _inversion_panel(axes: matplotlib.axes.Axes, table: pd.DataFrame) -> None:
    """Draw the conditions of one language side by side, a place a feature set, ranks on top."""
    features = list(dict.fromkeys(table["features"]))
    shown = [name for name in CONDITIONS if name in set(table["condition"])]
    step = 0.26
    above = {"y": 1.03, "transform": axes.get_xaxis_transform(), "va": "bottom"}
    scored_some = table["value"].notna().any()
    for row in table.to_dict("records"):
        _, colour, marker = CONDITIONS[row["condition"]]
        shift = step * (shown.index(row["condition"]) - (len(shown) - 1) / 2)
        place = features.index(row["features"]) + shift
        axes.plot([place - step / 2, place + step / 2], [row["chance"]] * 2, color=GREY, lw=1, ls=":")
        draw_interval(axes, (row["low"], row["high"]), place, colour, upright=True, lw=1.6)
        axes.plot(place, row["value"], marker, color=colour, ms=5)
        if not pd.isna(row["published"]):
            # beside ours, so that neither covers the other
            beside = place + 0.11
            axes.plot(beside, float(row["published"]), "D", mfc="none", mec=INK, mew=0.9, ms=4.5)
        if scored_some:
            rank = "–" if pd.isna(row["rank"]) else f"{row['rank']:.0f}"
            axes.text(place, s=rank, ha="center", color=colour, weight="bold", **above)
    if scored_some:
        axes.text(-0.5, s="rank ", ha="right", color=GREY, **above)
    else:
        middle = (len(features) - 1) / 2
        axes.text(middle, s="no score is available", ha="center", color=GREY, **above)
    axes.set_xlim(-0.5, len(features) - 0.5)
    axes.set_xticks(range(len(features)), [name.replace(" ", "\n") for name in features])
    axes.tick_params(axis="x", length=0)
    for place in range(1, len(features)):
        axes.axvline(place - 0.5, color="#DDDDDD", lw=0.5, zorder=0)
