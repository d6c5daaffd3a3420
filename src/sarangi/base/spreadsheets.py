"""CSV that people open in spreadsheets, where a cell that looks like a formula would be one."""

import re
from typing import Any

import pandas as pd

PLAIN = re.compile(r"[+-]+[\w.,;:%\[\]\s+-]*")
"""What may begin with a sign: numbers, units, intervals, dashes; no call, no other program, no quote."""


def inert(cell: Any) -> Any:
    """Return a cell as a spreadsheet shows it, with ``'`` before what would be a formula.

    Examples
    --------
    >>> inert("=HYPERLINK(1)"), inert("-0.5"), inert("--"), inert("sad")
    ("'=HYPERLINK(1)", '-0.5', '--', 'sad')
    """
    if not isinstance(cell, str):
        return cell
    # not every writer of CSV quotes it, and what is behind it would begin a row
    cell = cell.replace("\r", " ") if "\r" in cell else cell
    signed = cell.startswith(("+", "-")) and not PLAIN.fullmatch(cell)
    return f"'{cell}" if signed or cell.startswith(("=", "@", "\t")) else cell


def as_csv(frame: pd.DataFrame, float_format: str | None = None) -> str:
    """Return a data frame as CSV without its index; of text, as :func:`inert` has it.

    Parameters
    ----------
    frame
        What to write.
    float_format
        Of numbers, as for pandas; all their digits where it is not given.
    """
    shown = frame.map(inert).rename(columns=inert)
    return str(shown.to_csv(index=False, lineterminator="\n", float_format=float_format))
