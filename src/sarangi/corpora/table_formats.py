"""Which formats of tables of labels can be read, and which one a table has."""

import importlib
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from sarangi.base.errors import SarangiError

FORMATS = {"csv": "delimited", "jsonl": "delimited", "parquet": "delimited"}
"""By the name that a configuration states, the module of :mod:`sarangi.corpora.formats` that reads it."""


def formats_of(corpus: Mapping[str, Any]) -> list[str]:
    """Return the modules that may read the table of a corpus's entry: one, or all where none knows it."""
    try:
        return [FORMATS[corpus.get("format") or guess(Path(corpus["table"]))]]
    except SarangiError:
        return sorted(set(FORMATS.values()))


def load(module: str) -> ModuleType:
    """Return a module of :mod:`sarangi.corpora.formats`; the configuration has checked that it exists."""
    return importlib.import_module(f"sarangi.corpora.formats.{module}")


def guess(table: Path) -> str:
    """Return the format of a table by what it is, a key of :data:`FORMATS`.

    Raises
    ------
    SarangiError
        If it is a folder that no format knows.
    """
    if table.is_dir():
        raise SarangiError(f"{table} is a folder, expected a table: CSV, JSON Lines or Parquet")
    suffix = table.suffix.lower()
    return {".parquet": "parquet", ".jsonl": "jsonl", ".ndjson": "jsonl"}.get(suffix, "csv")
