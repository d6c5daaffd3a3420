"""The figure of dimensions by speaker: the CCC on the clips of each."""

import math
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from sarangi.base.dimension_reports import speaker_of
from sarangi.base.dimension_rows import CCC
from sarangi.base.labels import Labels
from sarangi.paper.figures.dimension_panels import LETTERS, Panels, draw_panels
from sarangi.paper.figures.style import BLUE, GREY, PALE, draw_interval
from sarangi.paper.figures.text import broken, width_of

LINE = 0.14  # inches a speaker takes
NAMED = 40  # speakers that have a line of their own; of more only the points are drawn
HIGH = 3.2  # inches that points of more speakers take
ROOM = 0.68  # inches that a name may take
NOTES = [
    "Each point is the CCC on one speaker's clips, the number of which is behind it; dotted, the CCC that is "
    "reported. A CCC of few clips, or of a speaker whose ratings hardly differ, says little."
]


def dimension_speakers_figure(
    scores: Sequence[Path], baselines: Sequence[str], labels: Labels, output: dict[str, Path]
) -> None:
    """Draw the CCC of each speaker's clips, sorted, in a panel a dimension of the best model that listens.

    Parameters
    ----------
    scores, baselines, labels, output
        As in :func:`sarangi.paper.figures.dimension_panels.draw_panels`.
    """
    panels = Panels(lambda rows: _height(len(_speakers(rows))), left=0.75, below=0.42, right=0.35)
    draw_panels(scores, baselines, panels, _draw, NOTES, labels, output)


def _speakers(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the CCC of each speaker that has one, the highest first."""
    found = rows[rows["metric"] == CCC].assign(speaker=rows["slice"].map(speaker_of))
    found = found[found["speaker"].notna() & found["value"].notna()]
    return found.sort_values(["value", "speaker"], ascending=[False, True], ignore_index=True)


def _height(count: int) -> float:
    return max(3, count) * LINE if count <= NAMED else HIGH


def _draw(axes: Axes, score: pd.Series, rows: pd.DataFrame) -> None:
    found = _speakers(rows)
    places = range(len(found))
    axes.axvline(score["value"], color=GREY, lw=0.9, ls=":")
    axes.axvline(0, color=PALE, lw=0.8, zorder=0)
    named = len(found) <= NAMED
    for place, row in zip(places, found.to_dict("records"), strict=True):
        draw_interval(axes, (row["low"], row["high"]), place, BLUE, lw=1.0)
    axes.plot(found["value"], places, "o", color=BLUE, ms=3.5 if named else 2.0, clip_on=False)
    axes.set(ylim=(max(3, len(found)) - 0.5, -0.5), xlim=_limits(found), yticks=[])
    axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    axes.set_xlabel("CCC", fontsize=LETTERS, labelpad=2)
    if found.empty:
        nothing = broken("no speaker's CCC is known", 1.0, LETTERS)
        axes.text(0.5, 0.5, nothing, transform=axes.transAxes, ha="center", va="center", color=GREY)
    elif named:
        axes.set_yticks(places, [_short(speaker) for speaker in found["speaker"]], fontsize=LETTERS)
        axes.tick_params(axis="y", length=0)
        for place, count in zip(places, found["n"], strict=True):
            how = {"transform": axes.get_yaxis_transform(), "va": "center", "color": GREY}
            axes.text(1.03, place, str(count), size=LETTERS, **how)
    else:
        clips = f"{found['n'].min()} to {found['n'].max()}"
        axes.set_ylabel(f"{len(found)} speakers, {clips} clips each", fontsize=LETTERS)


def _limits(found: pd.DataFrame) -> tuple[float, float]:
    """Return what of the scale is drawn: from 0 or a step below the least, to 1."""
    values = found[["value", "low"]].min().min()
    return (0.0 if pd.isna(values) or values >= 0 else max(-1.0, math.floor(5 * values) / 5), 1.0)


def _short(speaker: str) -> str:
    """Return a speaker's name as it has room; its end tells speakers apart."""
    while width_of(speaker, LETTERS) > ROOM:
        speaker = "…" + speaker.removeprefix("…")[1:]
    return speaker
