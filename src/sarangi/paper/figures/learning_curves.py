"""The figure of learning curves: losses and validation UAR of fine-tuned runs, epoch by epoch."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from sarangi.base import store
from sarangi.base.labels import Labels
from sarangi.paper.figures.lists import left_out
from sarangi.paper.figures.page import Page, in_words, save
from sarangi.paper.figures.panel_grids import STEP, placed
from sarangi.paper.figures.style import BLUE, DASHED, ORANGE, STYLE, TINY, key
from sarangi.paper.figures.text import broken, height_of

LOSSES = {"training_loss": (ORANGE, DASHED), "validation_loss": (BLUE, "-")}
"""Columns of a log that are drawn as losses: colour and line."""
HIGH, BELOW, LEFT = 0.63, 0.36, 0.42  # inches of each of two axes, below both, and beside them
WHERE = "results/runs has their logs"


@dataclass(frozen=True)
class _Curves:
    """The logs of all runs of an experiment."""

    title: str
    logs: Sequence[pd.DataFrame]


def learning_curves_figure(
    runs: Sequence[Mapping[str, Any]], labels: Labels, output: dict[str, Path]
) -> None:
    """Draw losses and the UAR on the validation part of each run by epoch, a panel an experiment.

    Parameters
    ----------
    runs
        Of each fine-tuned experiment ``corpus``, ``protocol``, ``model``, and the ``logs`` of its runs:
        a row an epoch of training_loss, validation_loss, validation_uar, and best, where weights are kept.
    labels, output
        As in :func:`sarangi.paper.figures.conditions.conditions_figure`.
    """
    found = list(_curves(runs, labels))
    if not found:
        in_words("No run has a log of its training.", labels.synthetic, output)
        return
    heads = [height_of(each.title, TINY) + 0.06 for each in found]
    grid = placed([head + 2 * HIGH + 0.1 + BELOW for head in heads])
    kept = len(grid.places)
    notes = [
        "A line a run, of a fold and a seed. Above, the loss; below, UAR on the validation part.",
        *left_out([*map(str, range(len(found)))], [*map(str, range(kept))], WHERE),
    ]
    handles = [
        key("training loss", *LOSSES["training_loss"][:1], line=DASHED),
        key("validation loss, validation UAR", BLUE),
        key("the epoch that is kept", BLUE, "o", line=""),
    ]
    with matplotlib.rc_context(STYLE):
        page = Page(grid.height, notes, labels.synthetic, legend=0.23)
        for each, head, (left, top) in zip(found, heads, grid.places, strict=False):
            top += page.top
            page.text(left, top, each.title, size=TINY, va="top")
            width = STEP - LEFT - 0.12
            losses = page.axes(left + LEFT, top + head, width, HIGH)
            measured = page.axes(left + LEFT, top + head + HIGH + 0.1, width, HIGH)
            _draw(losses, measured, each)
        page.legend(handles, 3)
        save(page.figure, output)


def _curves(runs: Sequence[Mapping[str, Any]], labels: Labels) -> Iterator[_Curves]:
    """Yield the experiments with a run that trained here; a tested checkpoint has no epochs."""
    order = sorted(runs, key=lambda run: labels.order(run["corpus"], run["protocol"], run["model"]))
    for run in order:
        logs = [log for log in map(store.read, run["logs"]) if log["training_loss"].notna().any()]
        if logs:
            names = (
                labels.models[run["model"]],
                f"{labels.corpora[run['corpus']]}, {labels.protocols[run['protocol']]}",
            )
            yield _Curves("\n".join(broken(name, STEP - 0.15, TINY) for name in names), logs)


def _draw(losses: Axes, measured: Axes, curves: _Curves) -> None:
    for log in curves.logs:
        for column, (colour, line) in LOSSES.items():
            losses.plot(log["epoch"], log[column], color=colour, ls=line, lw=0.7)
        measured.plot(log["epoch"], log["validation_uar"], color=BLUE, lw=0.7)
        kept = log[log["best"]]
        measured.plot(kept["epoch"], kept["validation_uar"], "o", color=BLUE, ms=3, clip_on=False)
    last = max(int(log["epoch"].max()) for log in curves.logs)
    for axes, title in ((losses, "loss"), (measured, "UAR")):
        axes.set_xlim(0.8, max(2, last) + 0.2)
        axes.tick_params(labelsize=TINY, length=2, pad=2)
        axes.set_ylabel(title, fontsize=TINY, labelpad=2)
        ticks = MaxNLocator(4, integer=True).tick_values(1, max(2, last))
        axes.set_xticks([tick for tick in ticks if 1 <= tick <= max(2, last)])
    losses.set_xticklabels([])
    low, high = losses.get_ylim()
    losses.set_ylim(min(0.0, low), high)
    losses.set_yticks([tick for tick in MaxNLocator(3).tick_values(0, high) if 0 <= tick <= high])
    measured.set(ylim=(0, 1), yticks=[0, 0.5, 1])
    measured.set_xlabel("epoch", fontsize=TINY, labelpad=1)
