"""Texts of table cells that keep what they are the text of: a page prints them, a CSV holds the rest.

Each is a ``str``, so whatever prints cells needs to know nothing of them; a text that is joined to another is
a plain ``str`` again.
"""

from collections.abc import Sequence
from typing import Self

NONE = "–"
"""What every format prints where there is no number."""


class NumberText(str):
    """A number as it is printed, with all its digits in ``value``."""

    value: float

    def __new__(cls, text: str, value: float) -> Self:
        """Return the text of a number."""
        made = super().__new__(cls, text)
        made.value = value
        return made


class IntervalText(str):
    """An interval as it is printed, with all digits of its ends in ``low`` and ``high``."""

    low: float
    high: float

    def __new__(cls, text: str, low: float, high: float) -> Self:
        """Return the text of an interval."""
        made = super().__new__(cls, text)
        made.low, made.high = low, high
        return made


class ScoreText(str):
    """A number with its interval and the letters of its marks as one text."""

    value: float
    low: float
    high: float
    marks: tuple[str, ...]

    def __new__(cls, text: str, value: float, low: float, high: float, marks: Sequence[str] = ()) -> Self:
        """Return the text of a score."""
        made = super().__new__(cls, text)
        made.value, made.low, made.high, made.marks = value, low, high, tuple(marks)
        return made


class MarksText(str):
    """The letters of marks, with the marks themselves in ``marks``."""

    marks: tuple[str, ...]

    def __new__(cls, text: str, marks: Sequence[str]) -> Self:
        """Return the text of marks."""
        made = super().__new__(cls, text)
        made.marks = tuple(marks)
        return made


class TitleText(str):
    """A title, with the name that the configuration has for it in ``name``."""

    name: str

    def __new__(cls, text: str, name: str) -> Self:
        """Return the text of a title."""
        made = super().__new__(cls, text)
        made.name = name
        return made
