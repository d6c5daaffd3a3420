"""How wide the columns of a printed table are: none is set smaller than can be read."""

import re
from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from sarangi.paper.tables.columns import Column

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
    natural, least = [], []
    for column in columns:
        cells = [str(cell) for cell in frame[column.name]]
        word = max(_longest_word(column.name, size), LEAST_PT / 2)
        wide = max([width_of(cell, size) for cell in cells], default=0.0)
        natural.append(max(wide, word))
        if column.left:
            longest = max([_longest_word(cell, size) for cell in cells], default=0.0)
            least.append(min(natural[-1], max(longest, word, LEAST_PT)))
        else:
            least.append(natural[-1])
    room = most - GAP_PT * len(columns)
    if sum(least) > room:
        return None
    cap = _cap(natural, least, room)
    widths = [max(low, min(high, cap)) for low, high in zip(least, natural, strict=True)]
    broken = [width if width < high else None for width, high in zip(widths, natural, strict=True)]
    headings = [_in_lines(c.name, width, size) for c, width in zip(columns, widths, strict=True)]
    return Layout(size, broken, headings)


def _cap(natural: Sequence[float], least: Sequence[float], room: float) -> float:
    """Return the width that no column need exceed for all to fit, unless its least is more."""
    low, high = 0.0, max(natural, default=0.0)
    if sum(natural) <= room:
        return high
    for _ in range(40):
        middle = (low + high) / 2
        taken = sum(max(a, min(b, middle)) for a, b in zip(least, natural, strict=True))
        low, high = (middle, high) if taken <= room else (low, middle)
    return low


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
