"""A table as data, for its CSV: numbers with all their digits, each end of an interval in its own column.

Cells are texts that keep what they are of (:mod:`sarangi.base.typed_texts`): a score has columns for its ends
and marks, a title one for the name that the configuration has for it, marks are words.  ``marks.csv`` says
what these mean.
"""

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd

from sarangi.base.marks import joined
from sarangi.base.typed_texts import NONE, IntervalText, MarksText, NumberText, ScoreText, TitleText
from sarangi.paper.tables.columns import INTERVAL, Column
from sarangi.paper.tables.table import Table

LOW, HIGH = "low", "high"


def data_of(table: Table) -> pd.DataFrame:
    """Return the rows of a table as data: numbers in full, ends, names and marks in columns of their own.

    Parameters
    ----------
    table
        Whose cells may be typed texts.

    Returns
    -------
    pandas.DataFrame
        A row for each of the table; a column for each of its columns, with its unit in brackets, and behind
        it those of its kind: ``<column> id`` of titles, ``<column> low`` and ``<column> high`` of scores and
        intervals (``low`` and ``high`` of a column *Interval*), ``<column> marks`` of scores.  A cell without
        a number is empty.
    """
    data: dict[str, list[Any]] = {}
    for column in table.columns:
        cells = [row.get(column.name, "") for row in table.rows]
        data |= _columns_of(column, cells)
    return pd.DataFrame(data, index=range(len(table.rows)), dtype=object)


def _columns_of(column: Column, cells: Sequence[Any]) -> dict[str, list[Any]]:
    """Return the columns of data that one column of a table is."""
    unit = f" ({column.unit})" if column.unit else ""
    kinds = {type(cell) for cell in cells}
    found: dict[str, list[Any]] = {f"{column.name}{unit}": [_value(cell) for cell in cells]}
    if TitleText in kinds:
        found[f"{column.name} id"] = _each(cells, TitleText, lambda cell: cell.name)
    if kinds & {IntervalText, ScoreText}:
        prefix = "" if column.name == INTERVAL.name else f"{column.name} "
        if all(isinstance(cell, IntervalText) or cell in ("", NONE) for cell in cells):
            del found[f"{column.name}{unit}"]
        for name, end in ((LOW, _low), (HIGH, _high)):
            found[f"{prefix}{name}{unit}"] = _each(cells, (IntervalText, ScoreText), end)
    if ScoreText in kinds:
        found[f"{column.name} marks"] = _each(cells, ScoreText, lambda cell: joined(cell.marks))
    return found


def _each(cells: Sequence[Any], kinds: type | tuple[type, ...], value: Callable[[Any], Any]) -> list[Any]:
    """Return what cells of some kinds have, and nothing of the others."""
    return [_present(value(cell)) if isinstance(cell, kinds) else "" for cell in cells]


def _value(cell: Any) -> Any:
    if isinstance(cell, NumberText | ScoreText):
        return _present(cell.value)
    if isinstance(cell, MarksText):
        return joined(cell.marks)
    return "" if cell == NONE else str(cell) if isinstance(cell, str) else cell


def _low(cell: IntervalText | ScoreText) -> float:
    return cell.low


def _high(cell: IntervalText | ScoreText) -> float:
    return cell.high


def _present(value: Any) -> Any:
    return "" if not isinstance(value, str) and pd.isna(value) else value
