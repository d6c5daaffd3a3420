"""A figure as a page in inches, and how it is written."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.lines import Line2D
from matplotlib.text import Text

from sarangi.paper.figures.defaults import FONT, from_defaults, named, undrawable
from sarangi.paper.figures.style import EDGE, GREY, SMALL, TINY, WIDTH
from sarangi.paper.figures.text import broken, height_of

from_defaults()
from matplotlib import pyplot  # noqa: E402  (of the defaults)

log = logging.getLogger("sarangi")


class Page:
    """A figure as wide as the paper's text, in inches from its upper left corner.

    Parameters
    ----------
    height
        Of what is drawn, in inches; the synthetic line above and the notes below come on top.
    notes
        Lines below.
    synthetic
        Names of the corpora spoken by the demo's generator; any adds a line that says so.
    legend
        Height to keep for a legend, in inches.
    size
        Of the letters of the notes, in points.
    """

    def __init__(
        self,
        height: float,
        notes: Sequence[str],
        synthetic: Sequence[str],
        legend: float = 0.0,
        size: float = TINY,
    ):
        texts = [broken(note, WIDTH - 2 * EDGE, size) for note in notes]
        self.top = 0.2 if synthetic else EDGE
        below = sum(height_of(text, size) + 0.02 for text in texts)
        self.height = self.top + height + legend + below + EDGE
        self.figure = pyplot.figure(figsize=(WIDTH, self.height))
        place = self.top + height
        self.legend_place = place
        place += legend
        for text in texts:
            self.text(EDGE, place, text, size=size, color=GREY, va="top")
            place += height_of(text, size) + 0.02
        if synthetic:
            say_synthetic(self.figure, synthetic, y=1 - 0.1 / self.height, va="center")

    def text(self, left: float, top: float, text: str, **how: Any) -> None:
        """Write a text at a place in inches."""
        how = {"linespacing": 1.1} | how
        self.figure.text(left / WIDTH, 1 - top / self.height, text, **how)

    def axes(self, left: float, top: float, width: float, height: float) -> matplotlib.axes.Axes:
        """Return axes at a place in inches."""
        return self.figure.add_axes(
            (left / WIDTH, 1 - (top + height) / self.height, width / WIDTH, height / self.height)
        )

    def legend(self, handles: Sequence[Line2D], columns: int) -> None:
        """Draw a legend where room was kept for it."""
        self.figure.legend(
            handles=handles, loc="upper center", ncols=columns, frameon=False, fontsize=SMALL,
            bbox_to_anchor=(0.5, 1 - self.legend_place / self.height), borderaxespad=0.2,
        )  # fmt: skip


def in_words(text: str, synthetic: Sequence[str], output: dict[str, Path]) -> None:
    """Write a figure that says why there is nothing to draw."""
    page = Page(0.5, [], synthetic)
    text = broken(text, WIDTH - 1, 8)
    page.text(WIDTH / 2, page.top + 0.25, text, ha="center", va="center", size=8, color=GREY)
    save(page.figure, output)


def say_synthetic(figure: matplotlib.figure.Figure, synthetic: Sequence[str], **place: Any) -> None:
    """Say above a figure that its speech is synthetic, if any is."""
    if synthetic:
        figure.suptitle("SYNTHETIC SPEECH: no result about people", fontsize=8, color="#B00000", **place)


def save(figure: matplotlib.figure.Figure, output: dict[str, Path]) -> None:
    """Write a figure without times and names of programs, and close it.

    Letters that the font lacks are named with the text that has them; boxes are drawn instead.

    Parameters
    ----------
    figure
        To write.
    output
        Files by suffix: ``pdf``, ``png``.
    """
    nothing = {"pdf": {"CreationDate": None, "Creator": None, "Producer": None}, "png": {"Software": None}}
    texts = sorted({text.get_text() for text in figure.findobj(Text) if text.get_visible()})
    for text, letters in undrawable(texts).items():
        log.warning(
            "the figure cannot show %s of “%s”: its font, %s, has no such letters, and boxes are in their "
            "place; write that text in config.yaml in Latin, Greek, Cyrillic or Arabic letters",
            named(letters), text.replace("\n", " "), FONT,
        )  # fmt: skip
    for suffix, path in output.items():
        figure.savefig(path, format=suffix, metadata=nothing[suffix])
    pyplot.close(figure)
