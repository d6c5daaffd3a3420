"""The methodology diagram: what is made from what, from the recordings to the paper."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib

from sarangi.paper.figures.page import Page, save
from sarangi.paper.figures.style import BLUE, EDGE, GREY, SMALL, STYLE, TINY, WIDTH
from sarangi.paper.figures.text import broken

HIGH, WIDE = 0.72, 1.14  # of a box, in inches
STEP = (WIDTH - 2 * EDGE - WIDE) / 4  # from one box of a row to the next
DOWN = 0.92  # from one row to the next
Box = tuple[float, int, str, str]
BOXES: dict[str, Box] = {
    "recordings": (0, 1, "Recordings", "as published, or acoustic features alone"),
    "audio": (1, 1, "Audio", "mono, one sampling rate; every failure with its reason"),
    "transcripts": (2, 0, "Transcripts", "by Whisper"),
    "features": (2, 1, "Features", "functionals by openSMILE"),
    "states": (2, 2, "States", "of encoders of speech and text"),
    "protocols": (1, 2, "Protocols, audit", "who trains and who tests; what leaks"),
    "models": (3, 1, "Models", "classical, fine-tuned, trivial"),
    "predictions": (4, 1, "Predictions", "one an utterance, fold and seed"),
    "scores": (4, 3, "Scores", "with intervals over groups, chance and marks"),
    "claims": (1, 3, "Published study", "its numbers and claims, as printed"),
    "findings": (2.5, 3, "Findings", "each claim with its verdict"),
    "paper": (2.5, 4, "Paper", "tables, figures, numbers, text"),
}
"""Place (column, row), name and description of each box."""
ARROWS = [
    ("recordings", "audio"), ("audio", "transcripts"), ("audio", "features"), ("audio", "states"),
    ("transcripts", "models"), ("features", "models"), ("states", "models"), ("models", "predictions"),
    ("predictions", "scores"), ("scores", "findings"), ("claims", "findings"), ("findings", "paper"),
]  # fmt: skip


def methodology_figure(without: Sequence[str], output: dict[str, Path]) -> None:
    """Draw the steps from recordings to the paper, and what each is made from.

    Parameters
    ----------
    without
        Boxes of :data:`BOXES` that this study has not; the paper then takes the place of the findings.
    output
        Files to write by suffix: ``pdf``, ``png``.
    """
    boxes = {name: box for name, box in BOXES.items() if name not in without}
    if "findings" in without:
        boxes["paper"] = (*BOXES["findings"][:2], "Paper, report", BOXES["paper"][3])
    rows = 1 + max(row for _, row, *_ in boxes.values())
    height = DOWN * (rows - 1) + HIGH
    with matplotlib.rc_context(STYLE):
        # it shows no result, whatever the speech
        page = Page(height + 2 * EDGE, [], [])
        axes = page.axes(0, page.top, WIDTH, height + 2 * EDGE)
        axes.set(xlim=(0, WIDTH), ylim=(height + EDGE, -EDGE))
        axes.set_axis_off()
        for first, second in (*ARROWS, *([("scores", "paper")] if "findings" in without else [])):
            if first in boxes and second in boxes:
                _arrow(axes, _way(boxes[first], boxes[second]))
        # protocols go below the features to the models, and the scores read them, too
        left, middle = _corner(BOXES["protocols"])
        right, below = _corner(BOXES["models"])
        line = DOWN * 2 + (HIGH + DOWN) / 2
        _arrow(axes, [(left + WIDE / 2, middle + HIGH), (left + WIDE / 2, line),
                      (right + WIDE / 2, line), (right + WIDE / 2, below + HIGH)])  # fmt: skip
        left, middle = _corner(BOXES["recordings"])
        _arrow(axes, [(left + WIDE / 2, middle + HIGH), (left + WIDE / 2, DOWN * 2 + HIGH / 2),
                      (_corner(BOXES["protocols"])[0], DOWN * 2 + HIGH / 2)])  # fmt: skip
        if "findings" in boxes:
            left, top = _corner(BOXES["scores"])
            _arrow(axes, [(left + WIDE / 2, top + HIGH), (left + WIDE / 2, DOWN * 4 + HIGH / 2),
                          (_corner(BOXES["paper"])[0] + WIDE, DOWN * 4 + HIGH / 2)])  # fmt: skip
        for box in boxes.values():
            _box(axes, *_corner(box), *box[2:])
        save(page.figure, output)


def _corner(box: Box) -> tuple[float, float]:
    column, row, *_ = box
    return EDGE + column * STEP, row * DOWN


def _box(axes: matplotlib.axes.Axes, left: float, top: float, title: str, words: str) -> None:
    axes.add_patch(
        matplotlib.patches.FancyBboxPatch(
            (left + 0.03, top + 0.03), WIDE - 0.06, HIGH - 0.06, boxstyle="round,pad=0.03,rounding_size=0.06",
            facecolor="#EAF2F8", edgecolor=BLUE, lw=0.9, zorder=2,
        )
    )  # fmt: skip
    how = {"ha": "center", "zorder": 3}
    axes.text(left + WIDE / 2, top + 0.16, title, size=SMALL + 0.5, weight="bold", va="center", **how)
    text = broken(words, WIDE - 0.1, TINY)
    axes.text(left + WIDE / 2, top + 0.45, text, size=TINY, va="center", linespacing=1.1, **how)


def _way(first: Box, second: Box) -> list[tuple[float, float]]:
    """Return the corners of the way from a box to the next one: level and upright lines alone."""
    (x, y), (u, v) = _corner(first), _corner(second)
    if abs(u - x) < WIDE:
        return [(x + WIDE / 2, y + HIGH), (u + WIDE / 2, v)]
    start, end = (x + WIDE, u) if u > x else (x, u + WIDE)
    middle = (start + end) / 2
    y, v = y + HIGH / 2, v + HIGH / 2
    return [(start, y), (end, v)] if y == v else [(start, y), (middle, y), (middle, v), (end, v)]


def _arrow(axes: matplotlib.axes.Axes, places: Sequence[tuple[float, float]]) -> None:
    """Draw an arrow along some places, in inches."""
    x, y = zip(*places[:-1], strict=True)
    axes.plot(x, y, color=GREY, lw=0.9, solid_joinstyle="miter", solid_capstyle="projecting")
    how = {"arrowstyle": "-|>", "color": GREY, "lw": 0.9, "shrinkA": 0, "shrinkB": 1, "mutation_scale": 7}
    axes.annotate("", places[-1], places[-2], arrowprops=how)
