"""Where a printed number stands: what tables hand on so that ``explain`` can go on from there."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

Evidence = Mapping[str, Sequence[Mapping[str, Any]]]
"""Where the cells of a row come from, by column (``""``: any other), each as :func:`reference` has it."""


def reference(file: str | Path, column: str | None = None, **where: Any) -> dict[str, Any]:
    """Return where a number stands: a file, there the rows that have these values, there a column.

    Without rows or column it is computed from all of them.
    """
    found: dict[str, Any] = {"file": str(file)}
    if where:
        found["where"] = where
    return found | ({"column": column} if column else {})


def configured(entry: str) -> dict[str, Any]:
    """Return where an entry of the configuration stands."""
    return reference("config.yaml", entry=entry)
