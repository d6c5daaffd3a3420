"""Bold cells: marked before a table is escaped, so that the marks can be turned into markup."""

from collections.abc import Sequence

import pandas as pd

MARKERS = ("\x02", "\x03")  # around a bold cell, until the rest is escaped


def emphasised(
    frame: pd.DataFrame, bold: Sequence[tuple[int, str]], before: str, behind: str
) -> pd.DataFrame:
    """Return a table with some cells between two texts."""
    frame = frame.copy()
    for row, column in bold:
        place = frame.columns.get_loc(column)
        frame.iloc[row, place] = f"{before}{frame.iloc[row, place]}{behind}"
    return frame
