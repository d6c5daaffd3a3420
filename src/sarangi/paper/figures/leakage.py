"""The paper's figures: vector PDF and PNG, one style, the same bytes for the same results."""

import math
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pandas as pd

from sarangi.base import store
from sarangi.base.score_rows import headline
from sarangi.corpora.registry import load
from sarangi.paper.figures.drawing import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PALE,
    STYLE,
    WIDTH,
    in_words,
    key,
    pyplot,
    save,
    say_synthetic,
)
from sarangi.paper.tables.languages import ranks, scored


def leakage_figure(
    scores: Sequence[Path],
    premiums: Path,
    titles: dict[str, dict[str, str]],
    synthetic: Sequence[str],
    output: dict[str, Path],
) -> None:
    """Draw UAR under random folds beside UAR on unseen speakers, and the difference, with intervals.

    Parameters
    ----------
    scores
        Scores of the experiments to show.
    premiums
        What shared speakers add, of schema :data:`sarangi.base.difference_rows.PREMIUMS`;
        one row of the figure each.
    titles
        ``models``: names to titles, in the order of the rows.
    synthetic
        Names of the corpora spoken by the demo's generator; the figure then says so.
    output
        Files to write by suffix: ``pdf``, ``png``.
    """
    added = store.read(premiums)
    added = added[added["metric"] == "uar"]
    if added.empty:
        in_words("No corpus is in hand with speakers both shared and held out.", synthetic, output)
        return
    found = headline(scores)
    found = found[found["metric"] == "uar"].set_index("experiment")
    models = list(titles["models"])
    rows = sorted(added.to_dict("records"), key=lambda row: (row["corpus"], models.index(row["model"])))
    with matplotlib.rc_context(STYLE):
        figure, (left, right) = pyplot.subplots(
            1,
            2,
            figsize=(WIDTH, 1.2 + 0.4 * len(rows)),
            layout="constrained",
            sharey=True,
            width_ratios=(3, 2),
        )
        for place, row in enumerate(rows):
            for side, colour, marker, shift in (("shared", ORANGE, "o", -0.14), ("apart", BLUE, "s", 0.14)):
                score = found.loc[row[side]]
                left.plot([score["chance"]] * 2, [place - 0.4, place + 0.4], color=GREY, lw=1, ls=":")
                left.plot([score["low"], score["high"]], [place + shift] * 2, color=colour, lw=1.6)
                left.plot(score["value"], place + shift, marker, color=colour, ms=5, clip_on=False)
            if row["value"] is None or np.isnan(row["value"]):
                right.text(0, place, "cannot be computed", ha="center", va="center", color=GREY)
                continue
            dashed = (0, (2.2, 1.2)) if "descriptive interval" in row["mark"] else "-"
            points = [100 * row[name] for name in ("low", "high")]
            right.plot(points, [place] * 2, color="black", lw=1.6, ls=dashed)
            right.plot(100 * row["value"], place, "D", color="black", ms=5)
        left.set_yticks(
            range(len(rows)),
            [f"{load(row['corpus']).TITLE}\n{titles['models'][row['model']]}" for row in rows],
        )
        left.set_ylim(len(rows) - 0.5, -0.5)
        left.set_xlim(0, 1)
        left.set_xticks(np.linspace(0, 1, 6))
        left.set_xlabel("UAR, with its interval over groups")
        right.set_xlabel("shared minus held out,\nin percentage points")
        right.axvline(0, color=GREY, lw=0.8)
        right.tick_params(axis="y", length=0)
        for axes in (left, right):
            for place in range(1, len(rows)):
                axes.axhline(place - 0.5, color=PALE, lw=0.5, zorder=0)
        handles = [
            key("speakers shared (random folds)", ORANGE, "o"),
            key("speakers held out", BLUE, "s"),
            key("difference on the same utterances", "black", "D"),
            key("chance", GREY, line=":"),
        ]
        if any("descriptive interval" in row["mark"] for row in rows):
            handles.append(key("interval of few groups", GREY, line=(0, (2.2, 1.2))))
        figure.legend(handles=handles, loc="outside lower center", ncols=3, frameon=False)
        say_synthetic(figure, synthetic)
        save(figure, output)


CONDITIONS = {
    "shared": ("within the language, random folds", ORANGE, "o"),
    "disjoint": ("within the language, speakers held out", BLUE, "s"),
    "across": ("trained on the other language", GREEN, "^"),
}
"""What is shown of a feature set: label, colour and marker, from left to right."""

TITLE_LETTERS = 45  # that fit on a line above a panel


def inversion_figure(
    cells: Sequence[Mapping[str, Any]], synthetic: Sequence[str], output: dict[str, Path]
) -> None:
    """Draw UAR of every feature set within a language and from another one, with the sets' ranks.

    One panel a pair and language tested, of the model that stands first in the cells.  Where a language
    has several protocols of one kind, the first is shown.

    Parameters
    ----------
    cells
        Configurations within and across languages, as :mod:`sarangi.paper.tables.languages` describes them.
    synthetic, output
        As in :func:`leakage_figure`.

    Raises
    ------
    SarangiError
        If a cell stands twice, or a score file does not report one UAR.
    """
    table = scored(cells, synthetic)
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
    columns = min(2, max(1, len(panels)))
    rows = math.ceil(max(1, len(panels)) / columns)
    with matplotlib.rc_context(STYLE):
        figure, grid = pyplot.subplots(
            rows,
            columns,
            figsize=(3.6 * columns, 0.9 + 2.5 * rows if panels else 1),
            layout="constrained",
            squeeze=False,
        )
        if not panels:
            grid[0, 0].set_axis_off()
            grid[0, 0].text(0.5, 0.5, "no pair of languages is in hand", ha="center", color=GREY)
        for axes in grid.flat[max(1, len(panels)) :]:
            axes.set_axis_off()
        for axes, ((pair, language), here) in zip(grid.flat, panels, strict=False):
            _inversion_panel(axes, here)
            axes.set_title(f"Tested on {language}\n" + textwrap.fill(pair, TITLE_LETTERS), pad=16)
            axes.set_ylim(0, min(1, math.ceil(10 * highest + 0.2) / 10))
        for axes in grid[:, 0] if panels else ():
            axes.set_ylabel(f"UAR of the {table['model'].iloc[0]}")
        handles = [
            pyplot.Line2D([], [], color=colour, marker=marker, ms=5, lw=1.6, label=label)
            for name, (label, colour, marker) in CONDITIONS.items()
            if name in set(table["condition"])
        ]
        if table["published"].notna().any():
            handles.append(
                pyplot.Line2D([], [], color=GREY, marker="D", mfc="none", ms=3.5, lw=0, label="published")
            )
        handles.append(pyplot.Line2D([], [], color=GREY, lw=1, ls=":", label="chance"))
        if panels:
            figure.legend(handles=handles, loc="outside lower center", ncols=3, frameon=False)
        say_synthetic(figure, synthetic)
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
        axes.plot([place, place], [row["low"], row["high"]], color=colour, lw=1.6)
        axes.plot(place, row["value"], marker, color=colour, ms=5)
        if not pd.isna(row["published"]):
            # beside ours, so that neither covers the other
            beside = place + 0.11
            axes.plot(beside, float(row["published"]), "D", mfc="none", mec=GREY, mew=0.8, ms=3)
        if scored_some:
            rank = "–" if pd.isna(row["rank"]) else f"{row['rank']:.0f}"
            axes.text(place, s=rank, ha="center", color=colour, weight="bold", **above)
    if scored_some:
        axes.text(-0.5, s="rank ", ha="right", color=GREY, **above)
    else:
        middle = (len(features) - 1) / 2
        axes.text(middle, s="no score can be made with what is in hand", ha="center", color=GREY, **above)
    axes.set_xlim(-0.5, len(features) - 0.5)
    axes.set_xticks(range(len(features)), [name.replace(" ", "\n") for name in features])
    axes.tick_params(axis="x", length=0)
    for place in range(1, len(features)):
        axes.axvline(place - 0.5, color="#DDDDDD", lw=0.5, zorder=0)
