"""Numbers as people print them: shares or per cent, with an interval or without, and what rounds to them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, NamedTuple

from sarangi.published.estimates import digits, printed

FLOATING = Fraction(1, 10**11)
"""What a number with all digits of a computer's arithmetic may be off by; the last of them are noise."""

NUMBER = r"[+\-−–]?(?:\d{1,9}(?:\.\d{0,30})?|\.\d{1,30})(?:[eE][+\-]\d{1,2})?"
_PLAIN = re.compile(rf"({NUMBER})\s*(%|pp|points?)?", re.IGNORECASE)
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(,\d{3})+")
_BETWEEN = r"\s*(?:,|;|\bto\b|–|\.\.)\s*"
_INTERVAL = re.compile(rf"[\[(]\s*({NUMBER})\s*%?{_BETWEEN}({NUMBER})\s*%?\s*[\])]")
_N = re.compile(r"\(?\bn\s*=\s*([\d,]+)\)?", re.IGNORECASE)
_SPREAD = re.compile(rf"(?:±|\+/-|\+-)\s*({NUMBER})\s*%?|\(\s*({NUMBER})\s*%?\s*\)")
_TYPOGRAPHY = str.maketrans("−–\u00a0\u202f", "--  ", "*_†‡$\\↑↓")


@dataclass(frozen=True)
class Number:
    """A number as it was printed, as a share where it is one.

    Parameters
    ----------
    text
        Its digits.
    value, low, high
        What the digits say, and the ends of the range that rounds to them.
    step
        One unit of the last digit.
    where
        File, line and column.
    percent
        Whether it was printed in per cent, or percentage points.
    """

    text: str
    value: Fraction
    low: Fraction
    high: Fraction
    step: Fraction
    where: str
    percent: bool = False

    def holds(self, value: Any) -> bool:
        """Whether a value, exact or with the noise of floating point, rounds to the digits, up or down."""
        slack = FLOATING if isinstance(value, float) else 0
        return bool(self.low - slack <= value <= self.high + slack)

    def cut_from(self, value: Any) -> bool:
        """Whether a value has these digits once the further ones are cut off, instead of rounded."""
        return bool(self.value - FLOATING <= value < self.value + self.step) and not self.holds(value)

    def meets(self, low: Any, high: Any) -> bool:
        """Whether a range of values has one that rounds to the digits."""
        return bool(self.low - FLOATING <= high and low <= self.high + FLOATING)

    def as_percent(self) -> "Number":
        """Return the number as it is when it was printed in per cent."""
        if self.percent:
            return self
        parts = {key: getattr(self, key) / 100 for key in ("value", "low", "high", "step")}
        return replace(self, percent=True, **parts)

    def __str__(self) -> str:
        return f"{self.text} %" if self.percent else self.text


class Cell(NamedTuple):
    """What a cell prints: a number, the interval and the n behind it, each None where there is none."""

    number: Number | None
    low: Number | None = None
    high: Number | None = None
    n: int | None = None


def number(text: str, where: str) -> Number | None:
    """Return the number that a text is; None if it is none, such as a word or nothing.

    Examples
    --------
    >>> number("57.0 %", "a table").value
    Fraction(57, 100)
    """
    plain = text.translate(_TYPOGRAPHY).strip()
    if _THOUSANDS.fullmatch(plain):
        plain = plain.replace(",", "")
    match = _PLAIN.fullmatch(plain)
    if match is None:
        return None
    mantissa, _, exponent = match[1].lower().partition("e")
    scale = Fraction(10) ** int(exponent or 0)
    estimate = printed(mantissa)
    half = max(estimate.high - estimate.value, FLOATING)
    if digits(mantissa) == 0 and not exponent:
        # a whole number is a count, or a share of 0 or 1 with all its digits left out
        half = Fraction(1, 2)
    found = Number(
        mantissa.lstrip("+") + (f"e{exponent}" if exponent else ""), estimate.value * scale,
        (estimate.value - half) * scale, (estimate.value + half) * scale, 2 * half * scale, where,
    )  # fmt: skip
    return found.as_percent() if match[2] else found


def cell(text: str, where: str) -> Cell:
    """Return what a cell prints, as in ``0.103 [0.075, 0.131] (n=88)`` or ``57.0 ± 5.2``.

    What follows ``±`` or is alone in brackets is a spread, which no check uses.
    """
    plain = text.translate(_TYPOGRAPHY).replace("‑", "-").strip()
    count = _N.search(plain)
    n = int(count[1].replace(",", "")) if count and count[1].replace(",", "") else None
    plain = _N.sub("", plain).strip(" ,;")
    interval = _INTERVAL.search(plain)
    plain = _INTERVAL.sub("", plain).strip(" ,;")
    if _PLAIN.match(plain):
        plain = _SPREAD.sub("", plain).strip(" ,;")
    found = number(plain, where)
    low, high = (number(interval[place], where) for place in (1, 2)) if interval else (None, None)
    if found is not None and found.percent:
        low, high = (end and end.as_percent() for end in (low, high))
    return Cell(found, low, high, n)


def needs_percent(numbers: Iterable[Number]) -> bool:
    """Whether numbers of which none may be above 1 are above it, and so are in per cent."""
    return any(abs(each.low) > 1 and not each.percent for each in numbers)


def shown(value: Any, decimals: int = 4) -> str:
    """Return a computed value for a sentence, without zeros at its end.

    Examples
    --------
    >>> shown(Fraction(3, 16)), shown(0.5), shown(2 / 3)
    ('0.1875', '0.5', '0.6667')
    """
    text = f"{float(value):.{decimals}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text
