"""The paper's figures: vector PDF and PNG, one style, the same bytes for the same results."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib
import numpy as np

from sarangi.base import store
from sarangi.base.labels import Labels
from sarangi.base.marks import DESCRIPTIVE, marks_in
from sarangi.base.score_rows import headline
from sarangi.paper.figures.page import in_words, pyplot, save, say_synthetic
from sarangi.paper.figures.style import BLUE, GREY, ORANGE, PALE, STYLE, WIDTH, key


def leakage_figure(
    scores: Sequence[Path],
    premiums: Path,
    labels: Labels,
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
    labels
        Titles, and which corpora are synthetic.
    output
        Files to write by suffix: ``pdf``, ``png``.
    """
    added = store.read(premiums)
    added = added[added["metric"] == "uar"]
    if added.empty:
        in_words("No corpus is in hand with speakers both shared and held out.", labels.synthetic, output)
        return
    found = headline(scores)
    found = found[found["metric"] == "uar"].set_index("experiment")
    models = list(labels.models)
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
            dashed = (0, (2.2, 1.2)) if DESCRIPTIVE in marks_in(row["mark"]) else "-"
            points = [100 * row[name] for name in ("low", "high")]
            right.plot(points, [place] * 2, color="black", lw=1.6, ls=dashed)
            right.plot(100 * row["value"], place, "D", color="black", ms=5)
        left.set_yticks(
            range(len(rows)),
            [f"{labels.corpora[row['corpus']]}\n{labels.models[row['model']]}" for row in rows],
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
        if any(DESCRIPTIVE in marks_in(row["mark"]) for row in rows):
            handles.append(key("interval of few groups", GREY, line=(0, (2.2, 1.2))))
        figure.legend(handles=handles, loc="outside lower center", ncols=3, frameon=False)
        say_synthetic(figure, labels.synthetic)
        save(figure, output)
