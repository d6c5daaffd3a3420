"""The paper's figures: vector PDF and PNG, one style, the same bytes for the same results."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib
import numpy as np

from sarangi.corpora import load
from sarangi.tables import headline

matplotlib.use("Agg")
from matplotlib import pyplot

# Okabe and Ito's palette: told apart by the colour-blind, and in grey by lightness
ORANGE, BLUE, GREY = "#E69F00", "#0072B2", "#666666"
STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": 8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 9,
    "pdf.fonttype": 42,
    "svg.hashsalt": "sarangi",
    "savefig.dpi": 200,
}


def leakage_figure(
    scores: Sequence[Path],
    titles: dict[str, dict[str, str]],
    synthetic: Sequence[str],
    output: dict[str, Path],
) -> None:
    """Draw UAR under random folds against UAR on unseen speakers, with intervals and chance.

    Parameters
    ----------
    scores
        Scores of the experiments to show.
    titles
        ``models``: names to titles, in the order of the rows.
    synthetic
        Names of the corpora spoken by the demo's generator; the figure then says so.
    output
        Files to write by suffix: ``pdf``, ``png``.
    """
    found = headline(scores)
    found = found[found["metric"] == "uar"]
    models = list(titles["models"])
    rows = sorted(
        set(zip(found["corpus"], found["model"], strict=True)), key=lambda r: (r[0], models.index(r[1]))
    )
    with matplotlib.rc_context(STYLE):
        figure, axes = pyplot.subplots(figsize=(5.2, 1.3 + 0.42 * max(1, len(rows))), layout="constrained")
        if not rows:
            axes.text(0.5, 0, "no corpus is in hand", ha="center", va="center", color=GREY)
        for position, (corpus, model) in enumerate(rows):
            here = found[(found["corpus"] == corpus) & (found["model"] == model)]
            axes.plot(
                [here["chance"].iloc[0]] * 2, [position - 0.4, position + 0.4], color=GREY, lw=1, ls=":"
            )
            for _, score in here.iterrows():
                shared = "groups shared" in score["mark"]
                colour, marker, shift = (ORANGE, "o", -0.14) if shared else (BLUE, "s", 0.14)
                axes.plot([score["low"], score["high"]], [position + shift] * 2, color=colour, lw=1.6)
                axes.plot(score["value"], position + shift, marker, color=colour, ms=5)
        axes.set_yticks(
            range(len(rows)), [f"{load(corpus).TITLE}\n{titles['models'][model]}" for corpus, model in rows]
        )
        axes.set_ylim(max(1, len(rows)) - 0.5, -0.5)
        axes.set_xlim(0, 1)
        axes.set_xticks(np.linspace(0, 1, 6))
        axes.set_xlabel("UAR, with its interval over groups")
        for place in range(1, len(rows)):
            axes.axhline(place - 0.5, color="#DDDDDD", lw=0.5, zorder=0)
        handles = [
            pyplot.Line2D(
                [], [], color=ORANGE, marker="o", ms=5, lw=1.6, label="speakers shared (random folds)"
            ),
            pyplot.Line2D([], [], color=BLUE, marker="s", ms=5, lw=1.6, label="speakers held out"),
            pyplot.Line2D([], [], color=GREY, lw=1, ls=":", label="chance"),
        ]
        figure.legend(handles=handles, loc="outside lower center", ncols=3, frameon=False)
        if synthetic:
            figure.suptitle("SYNTHETIC SPEECH: no result about people", fontsize=8, color="#B00000")
        _save(figure, output)


def _save(figure: matplotlib.figure.Figure, output: dict[str, Path]) -> None:
    nothing = {"pdf": {"CreationDate": None, "Creator": None, "Producer": None}, "png": {"Software": None}}
    for suffix, path in output.items():
        figure.savefig(path, format=suffix, metadata=nothing[suffix])
    pyplot.close(figure)
