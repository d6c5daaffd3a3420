"""Rows as a table of Markdown."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from sarangi.base.markdown import escaped


def markdown_table(rows: Sequence[Mapping[str, Any]], right: Sequence[str] = ()) -> str:
    """Return rows as a table of Markdown, in the order in which their columns first come.

    Parameters
    ----------
    rows
        Cells by column; one that a row lacks is empty.
    right
        Columns that are aligned to the right.
    """
    if not rows:
        return "Nothing."
    columns = list(dict.fromkeys(name for row in rows for name in row))
    cells = [[escaped(str(row.get(name, ""))) for name in columns] for row in rows]
    frame = pd.DataFrame(cells, columns=columns)
    aligned = ["right" if name in right else "left" for name in columns]
    return str(frame.to_markdown(index=False, colalign=aligned, disable_numparse=True))
