"""Panels of different heights next to each other and below each other, as many as a page has room for."""

from collections.abc import Sequence
from typing import NamedTuple, TypeVar

from sarangi.paper.figures.style import EDGE, HIGHEST, WIDTH

ACROSS = 3
STEP = (WIDTH - 2 * EDGE) / ACROSS
"""Inches from one panel to the next."""

Panel = TypeVar("Panel")


class Placed(NamedTuple):
    """Panels with the inches of each from the left and from the top, and how high all are."""

    places: list[tuple[float, float]]
    height: float


def placed(heights: Sequence[float], highest: float = HIGHEST) -> Placed:
    """Return places for panels, from the first on, in the rows that have room in ``highest`` inches."""
    places: list[tuple[float, float]] = []
    top = 0.0
    for start in range(0, len(heights), ACROSS):
        row = heights[start : start + ACROSS]
        if places and top + max(row) > highest:
            break
        places += [(EDGE + number * STEP, top) for number in range(len(row))]
        top += max(row)
    return Placed(places, top)
