"""The figure of leakage: UAR with speakers in training and test, and with speakers held out."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sarangi.base import store
from sarangi.base.labels import Labels
from sarangi.base.marks import OF_INTERVALS, marks_in
from sarangi.base.premium_rows import MATCHED_FOLDS, RANDOM_FOLDS
from sarangi.base.score_rows import headline
from sarangi.paper.figures.page import Page, in_words, save
from sarangi.paper.figures.style import (
    BLUE,
    DASHED,
    DOUBTFUL,
    EDGE,
    GREEN,
    GREY,
    ORANGE,
    PALE,
    SMALL,
    STYLE,
    TINY,
    WIDTH,
    draw_interval,
    key,
    keys_of_degenerate,
)
from sarangi.paper.figures.text import broken, height_of

OF_FOLDS = {MATCHED_FOLDS: (GREEN, "D"), RANDOM_FOLDS: (ORANGE, "o")}
"""Colour and marker of a score in folds with speakers in training and test, and of what they add."""
TITLES = {
    RANDOM_FOLDS: "random folds: other sizes and counts, too",
    MATCHED_FOLDS: "folds matched to held-out speakers: leakage alone",
}
SCORES = "UAR, with its interval over groups"
ADDED = "minus speakers held out, on the same utterances, in percentage points"
NAMED, RIGHT, BETWEEN = 1.6, 1.75, 0.3  # inches for names, for the right panel, and between both panels
ROW, BELOW = 0.46, 0.2  # inches of a row, and of the ticks below
BELOW_CHANCE = (
    "“{title}” is below chance on {corpora} with speakers in training: it says what the speaker has most "
    "often there; where speakers have all emotions about equally often, the least of that is left to test."
)


def leakage_figure(
    scores: Sequence[Path],
    premiums: Path,
    guesses: Collection[str],
    labels: Labels,
    output: dict[str, Path],
) -> None:
    """Draw UAR in random folds, in matched folds and on unseen speakers, and the differences, with intervals.

    Parameters
    ----------
    scores
        Scores of the experiments to show.
    premiums
        What speakers in training and test add, of schema :data:`sarangi.base.premium_rows.PREMIUMS`;
        a row of the figure for each corpus, model and experiment with speakers held out.
    guesses
        Names of the models that know the speaker alone: where these are below chance, a note says why.
    labels
        Titles, and which corpora are synthetic.
    output
        Files to write by suffix: ``pdf``, ``png``.
    """
    added = store.read(premiums)
    added = added[added["metric"] == "uar"]
    if added.empty:
        in_words("No corpus has scores with speakers in training and held out.", labels.synthetic, output)
        return
    uar = headline(scores)
    uar = uar[uar["metric"] == "uar"].set_index("experiment")
    models = list(labels.models)
    rows: dict[tuple[str, str, str], dict[str, Mapping[str, Any]]] = {}
    for pair in sorted(added.to_dict("records"), key=lambda p: (p["corpus"], models.index(p["model"]))):
        rows.setdefault((pair["corpus"], pair["model"], pair["apart"]), {})[pair["folds"]] = pair
    drawn = uar.loc[[*added["apart"], *added["shared"]]]
    handles = _legend(added, drawn)
    high = ROW * len(rows)
    titles = [broken(SCORES, WIDTH - NAMED - RIGHT, SMALL), broken(ADDED, RIGHT, SMALL)]
    with matplotlib.rc_context(STYLE):
        below = BELOW + max(height_of(title, SMALL) for title in titles)
        notes = _below_chance(rows, uar, guesses, labels)
        page = Page(high + below, notes, labels.synthetic, legend=0.17 * -(-len(handles) // 2) + 0.06)
        left = page.axes(EDGE + NAMED, page.top, WIDTH - NAMED - RIGHT - BETWEEN - 3 * EDGE, high)
        right = page.axes(WIDTH - RIGHT - 2 * EDGE, page.top, RIGHT, high)
        for place, ((corpus, model, apart), pairs) in enumerate(rows.items()):
            named = [
                broken(text, NAMED - EDGE, SMALL) for text in (labels.corpora[corpus], labels.models[model])
            ]
            middle = page.top + ROW * (place + 0.5)
            page.text(NAMED, middle, "\n".join(named), size=SMALL, ha="right", va="center")
            left.plot([uar.loc[apart, "chance"]] * 2, [place - 0.4, place + 0.4], color=GREY, lw=1, ls=":")
            _draw(left, uar.loc[apart], place + 0.26, BLUE, "s")
            for folds, shift in ((RANDOM_FOLDS, -0.26), (MATCHED_FOLDS, 0.0)):
                if folds in pairs:
                    _draw(left, uar.loc[pairs[folds]["shared"]], place + shift, *OF_FOLDS[folds])
                    _draw(right, pairs[folds], place + shift, *OF_FOLDS[folds], scale=100)
        left.set_xlim(0, 1)
        left.set_xticks(np.linspace(0, 1, 6))
        right.axvline(0, color=GREY, lw=0.8)
        low, high = right.get_xlim()
        right.set_xticks([tick for tick in right.get_xticks() if low <= tick <= high])
        for axes, title in zip((left, right), titles, strict=True):
            axes.set_ylim(len(rows) - 0.5, -0.5)
            axes.set_yticks([])
            axes.tick_params(axis="x", labelsize=TINY, length=2, pad=2)
            axes.set_xlabel(title, fontsize=SMALL, labelpad=2)
            for place in range(1, len(rows)):
                axes.axhline(place - 0.5, color=PALE, lw=0.5, zorder=0)
        page.legend(handles, 2)
        save(page.figure, output)


def _draw(
    axes: Axes, row: Mapping[str, Any], place: float, colour: str, marker: str, scale: float = 1
) -> None:
    """Draw a score or a difference with its interval, dashed where that is doubtful."""
    if row["value"] is None or np.isnan(row["value"]):
        axes.text(0, place, "cannot be computed", ha="center", va="center", color=GREY, size=TINY)
        return
    bounds = (scale * row["low"], scale * row["high"])
    draw_interval(axes, bounds, place, colour, lw=1.6, ls=DASHED if _is_doubtful(row["mark"]) else "-")
    axes.plot(scale * row["value"], place, marker, color=colour, ms=4.5, clip_on=False)


def _is_doubtful(mark: str) -> bool:
    return bool(set(OF_INTERVALS) & set(marks_in(mark)))


def _below_chance(
    rows: Mapping[tuple[str, str, str], Mapping[str, Mapping[str, Any]]],
    uar: pd.DataFrame,
    guesses: Collection[str],
    labels: Labels,
) -> list[str]:
    """Return a note on each model that guesses, and whose interval is below chance though speakers leak."""
    found: dict[str, list[str]] = {}
    for (corpus, model, _), pairs in rows.items():
        shared = [uar.loc[pair["shared"]] for pair in pairs.values()]
        if model in guesses and any(score["high"] < score["chance"] for score in shared):
            found.setdefault(model, []).append(labels.corpora[corpus])
    return [
        BELOW_CHANCE.format(title=labels.models[model], corpora=", ".join(corpora))
        for model, corpora in found.items()
    ]


def _legend(added: pd.DataFrame, scores: pd.DataFrame) -> list[Any]:
    drawn = [folds for folds in TITLES if folds in set(added["folds"])]
    handles = [key(TITLES[folds], *OF_FOLDS[folds]) for folds in drawn]
    handles += [key("speakers held out", BLUE, "s"), key("chance", GREY, line=":")]
    if any(map(_is_doubtful, [*added["mark"], *scores["mark"]])):
        handles.append(key(DOUBTFUL, GREY, line=DASHED))
    return handles + keys_of_degenerate(pd.concat([scores, added]))
