"""How wide the columns of a printed table are: none is set smaller than can be read."""

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from sarangi.paper.tables.columns import Column

Floats = npt.NDArray[np.float64]

TEXT_PT = 483.0
"""Width of the paper's text: A4 with margins of 20 mm."""
LANDSCAPE_PT = 758.0
"""Width of the supplement's text: A4 across with margins of 15 mm."""
SIZES = {8: "footnotesize", 7: "scriptsize"}
"""Sizes in points that tables are set in, the largest first, with what LaTeX calls them."""
GAP_PT = 6.0
"""Between two columns: twice the \\tabcolsep of tables."""
WIDER = {8: 1.063, 7: 1.139}
"""Latin Modern is cut wider the smaller it is: of a letter in relation to its size, against 10 points."""
EMS = {
    **dict.fromkeys(" !',.:;[]`il’|fj", 0.31),
    **dict.fromkeys('-I"()rts', 0.40),
    **dict.fromkeys("cez?$*/0123456789agoJ–", 0.51),
    **dict.fromkeys("kqvxySbdhnpu^~{}\\", 0.56),
    **dict.fromkeys("ZLFEPBCTw", 0.72),
    **dict.fromkeys("RAHNUVXY_DGKOQ&+<=>@±", 0.78),
    **dict.fromkeys("#%mMW—", 1.03),
}
"""Widths of letters of Latin Modern Roman at most, as shares of the size; measured in print."""
OTHER_EMS = 0.78
BREAKS = re.compile(r"(?<=[ /-])")
"""Behind what a line may end."""
LEAST_PT = 24.0
STEP_PT = 6.0
FILLED = 1.15
"""Lines that a text takes, against those that it would fill: words do not fill a line."""


class Layout(NamedTuple):
    """How a table is set.

    Parameters
    ----------
    size
        Of its letters, in points.
    widths
        Of each column in points; None for one whose cells need no second line.
    headings
        Of each column, in lines.
    """

    size: int
    widths: list[float | None]
    headings: list[list[str]]


def width_of(text: str, size: int) -> float:
    """Return about how wide a text is, in points; rather too much than too little."""
    ems = sum(EMS.get(letter, OTHER_EMS) for letter in text)
    return ems * size * WIDER[size]


def layout_of(frame: pd.DataFrame, columns: Sequence[Column], most: float) -> Layout | None:
    """Return how a table fits into a width, in letters as large as can be; None where it does not.

    Parameters
    ----------
    frame
        Text of the cells.
    columns
        Of the frame, in its order; cells of text may be broken into lines, numbers are not.
    most
        Width in points.
    """
    for size in SIZES:
        found = _at(frame, columns, most, size)
        if found is not None:
            return found
    return None


def _at(frame: pd.DataFrame, columns: Sequence[Column], most: float, size: int) -> Layout | None:
    cells = np.array([[width_of(str(cell), size) for cell in frame[column.name]] for column in columns])
    heads = [max(_longest_word(column.name, size), LEAST_PT / 2) for column in columns]
    natural = np.maximum(cells.max(axis=1, initial=0.0), heads)
    least = natural.copy()
    for place, column in enumerate(columns):
        if column.left:
            words = [_longest_word(str(cell), size) for cell in frame[column.name]]
            least[place] = min(natural[place], max(max(words, default=0.0), heads[place], LEAST_PT))
    room = most - GAP_PT * len(columns) - least.sum()
    if room < 0:
        return None
    widths = _widened(cells, natural, least, room)
    broken = [float(width) if width < high else None for width, high in zip(widths, natural, strict=True)]
    headings = [_in_lines(c.name, width, size) for c, width in zip(columns, widths, strict=True)]
    return Layout(size, broken, headings)


def _widened(cells: Floats, natural: Floats, least: Floats, room: float) -> Floats:
    """Return widths of columns: what room there is goes where it saves most lines.

    Parameters
    ----------
    cells : array of shape (columns, rows)
        Width of each cell in one line.
    natural, least : arrays of shape (columns,)
        At which no cell, and at which no word is broken.
    room
        Beyond the least of all.
    """
    widths = least.copy()
    if (natural - least).sum() <= room:
        return natural
    while room >= STEP_PT and (widths < natural).any():
        wider = np.where(widths < natural, np.minimum(widths + STEP_PT, natural), widths)
        lines = cells * FILLED / widths[:, None]
        saved = np.empty(len(widths))
        for place in range(len(widths)):
            tried = lines.copy()
            tried[place] = cells[place] * FILLED / wider[place]
            # what is not yet a line less counts a little
            saved[place] = _height(lines) - _height(tried)
        saved[widths >= natural] = -np.inf
        chosen = int(saved.argmax())
        room -= wider[chosen] - widths[chosen]
        widths[chosen] = wider[chosen]
    return widths


def _height(lines: Floats) -> float:
    """Return the lines that rows take, and a little for each part of a line of any cell."""
    return float(np.ceil(np.maximum(lines, 1.0)).max(axis=0).sum() + 0.01 * lines.sum())


def _longest_word(text: str, size: int) -> float:
    return max((width_of(word.rstrip(), size) for word in BREAKS.split(text)), default=0.0)


def _in_lines(text: str, most: float, size: int) -> list[str]:
    """Return a heading in lines, no wider than its column where words allow."""
    lines: list[str] = []
    for word in BREAKS.split(text):
        if lines and width_of(f"{lines[-1]}{word}".rstrip(), size) <= most:
            lines[-1] += word
        else:
            lines.append(word)
    return [line.strip() for line in lines] or [""]
