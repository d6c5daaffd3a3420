"""A table before it is written: columns, rows, and where each number is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from sarangi.base.evidence import Evidence
from sarangi.paper.tables.columns import Column

MARKERS = ("\x02", "\x03")
"""Around a bold cell, until the rest is escaped."""


@dataclass(frozen=True)
class Table:
    """A table with its caption and notes.

    Attributes
    ----------
    label
        Name of the table, by which the paper's text refers to it.
    caption
        Above the table.
    columns
        In their order.
    rows
        Text and numbers as they are to be read, by the names of the columns; what else a row has is left out.
    evidence
        Where the numbers of each row are.
    notes
        Lines below the table.
    bold
        Row (counted from 0) and column of each cell in bold.
    by
        Column by whose values the supplement has a part each; None for a table in one.
    """

    label: str
    caption: str
    columns: Sequence[Column]
    rows: Sequence[Mapping[str, Any]]
    evidence: Sequence[Evidence]
    notes: Sequence[str] = ()
    bold: Sequence[tuple[int, str]] = ()
    by: str | None = None

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The rows as a data frame of the columns."""
        return pd.DataFrame(self.rows, columns=[column.name for column in self.columns])

    def emphasised(self, before: str, behind: str, filled: bool = True) -> pd.DataFrame:
        """Return the data frame with bold cells between two texts, and in blank cells what they mean."""
        frame = self.frame.copy()
        for column in self.columns if filled else ():
            frame[column.name] = [column.blank if cell == "" else cell for cell in frame[column.name]]
        for row, column in self.bold:
            place = frame.columns.get_loc(column)
            frame.iloc[row, place] = f"{before}{frame.iloc[row, place]}{behind}"
        return frame
