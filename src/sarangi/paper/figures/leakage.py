"""The figure of leakage: UAR with speakers in training and test, and with speakers held out."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pandas as pd

from sarangi.base import store
from sarangi.base.labels import Labels
from sarangi.base.marks import DESCRIPTIVE, marks_in
from sarangi.base.premium_rows import MATCHED_FOLDS, RANDOM_FOLDS
from sarangi.base.score_rows import headline
from sarangi.paper.figures.page import in_words, pyplot, save, say_synthetic
from sarangi.paper.figures.style import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PALE,
    STYLE,
    WIDTH,
    draw_interval,
    key,
    keys_of_degenerate,
)
from sarangi.paper.figures.text import broken

OF_FOLDS = {MATCHED_FOLDS: (GREEN, "D"), RANDOM_FOLDS: (ORANGE, "o")}
"""Colour and marker of a score in folds with speakers in training and test, and of what they add."""
DASHED = (0, (2.2, 1.2))
ADDED = "minus speakers held out, on the same utterances, in percentage points"
LETTERS = STYLE["font.size"]
NAMED, BELOW = 1.6, 1.5  # inches that names, and words below the right panel, may take


def leakage_figure(
    scores: Sequence[Path],
    premiums: Path,
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
    labels
        Titles, and which corpora are synthetic.
    output
        Files to write by suffix: ``pdf``, ``png``.
    """
    added = store.read(premiums)
    added = added[added["metric"] == "uar"]
    if added.empty:
        in_words(
            "No available corpus has protocols with speakers both held out and in training.",
            labels.synthetic,
            output,
        )
        return
    uar = headline(scores)
    uar = uar[uar["metric"] == "uar"].set_index("experiment")
    models = list(labels.models)
    rows: dict[tuple[str, str, str], dict[str, Mapping[str, Any]]] = {}
    for pair in sorted(added.to_dict("records"), key=lambda p: (p["corpus"], models.index(p["model"]))):
        rows.setdefault((pair["corpus"], pair["model"], pair["apart"]), {})[pair["folds"]] = pair
    drawn = uar.loc[[*added["apart"], *added["shared"]]]
    with matplotlib.rc_context(STYLE):
        figure, (left, right) = pyplot.subplots(
            1,
            2,
            figsize=(WIDTH, 1.3 + 0.45 * len(rows)),
            layout="constrained",
            sharey=True,
            width_ratios=(3, 2),
        )
        for place, ((_, _, apart), pairs) in enumerate(rows.items()):
            left.plot([uar.loc[apart, "chance"]] * 2, [place - 0.4, place + 0.4], color=GREY, lw=1, ls=":")
            _draw_score(left, uar.loc[apart], place + 0.24, BLUE, "s")
            for folds, shift in ((RANDOM_FOLDS, -0.24), (MATCHED_FOLDS, 0.0)):
                if folds in pairs:
                    colour, marker = OF_FOLDS[folds]
                    _draw_score(left, uar.loc[pairs[folds]["shared"]], place + shift, colour, marker)
                    _draw_difference(right, pairs[folds], place + shift, colour, marker)
        left.set_yticks(
            range(len(rows)),
            [
                "\n".join(broken(text, NAMED, LETTERS) for text in (labels.corpora[c], labels.models[model]))
                for c, model, _ in rows
            ],
        )
        left.set_ylim(len(rows) - 0.5, -0.5)
        left.set_xlim(0, 1)
        left.set_xticks(np.linspace(0, 1, 6))
        left.set_xlabel("UAR, with its interval over groups")
        right.set_xlabel(broken(ADDED, BELOW, LETTERS))
        right.axvline(0, color=GREY, lw=0.8)
        right.tick_params(axis="y", length=0)
        for axes in (left, right):
            for place in range(1, len(rows)):
                axes.axhline(place - 0.5, color=PALE, lw=0.5, zorder=0)
        figure.legend(
            handles=[*_legend(added), *keys_of_degenerate(pd.concat([drawn, added]))],
            loc="outside lower center",
            ncols=2,
            frameon=False,
        )
        say_synthetic(figure, labels.synthetic)
        save(figure, output)


def _draw_score(axes: Any, score: pd.Series, place: float, colour: str, marker: str) -> None:
    draw_interval(axes, (score["low"], score["high"]), place, colour, lw=1.6)
    axes.plot(score["value"], place, marker, color=colour, ms=4.5, clip_on=False)


def _draw_difference(axes: Any, pair: Mapping[str, Any], place: float, colour: str, marker: str) -> None:
    if pair["value"] is None or np.isnan(pair["value"]):
        axes.text(0, place, "cannot be computed", ha="center", va="center", color=GREY)
        return
    line = DASHED if DESCRIPTIVE in marks_in(pair["mark"]) else "-"
    draw_interval(axes, (100 * pair["low"], 100 * pair["high"]), place, colour, lw=1.6, ls=line)
    axes.plot(100 * pair["value"], place, marker, color=colour, ms=4.5)


def _legend(added: pd.DataFrame) -> list[Any]:
    titles = {
        RANDOM_FOLDS: "random folds: other sizes and counts, too",
        MATCHED_FOLDS: "folds matched to held-out speakers: leakage alone",
    }
    drawn = [folds for folds in titles if folds in set(added["folds"])]
    handles = [key(titles[folds], *OF_FOLDS[folds]) for folds in drawn]
    handles += [key("speakers held out", BLUE, "s"), key("chance", GREY, line=":")]
    if any(DESCRIPTIVE in marks_in(mark) for mark in added["mark"]):
        handles.append(key("interval of few groups", GREY, line=DASHED))
    return handles
