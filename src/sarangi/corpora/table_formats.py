"""Which formats of tables of labels can be read, and which one a table has."""

import importlib
import re
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow.parquet as pq

from sarangi.base.errors import SarangiError
from sarangi.sources.parquet_rows import UNREADABLE, sound_columns

FORMATS = {
    "csv": "delimited",
    "jsonl": "delimited",
    "parquet": "delimited",
    "audformat": "audformat_database",
    "datasets": "hugging_face",
    "emobox": "emobox",
    "kaldi": "kaldi",
}
"""By the name that a configuration states, the module of :mod:`sarangi.corpora.formats` that reads it."""
METADATA = ("metadata.csv", "metadata.jsonl", "metadata.parquet")
"""What ``audiofolder`` calls its table."""
FOLD = re.compile(r"fold_[0-9]+")
PARTS = ("train", "validation", "test")
LINE = 2**16  # bytes in which a first line ends


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
    suffix = table.suffix.lower()
    if table.is_dir():
        return _of_folder(table)
    if suffix in (".yaml", ".yml"):
        return "audformat"
    if table.name == "wav.scp":
        raise SarangiError(f"{table} is one of several files of a data folder of Kaldi; name the folder")
    if suffix == ".parquet" and _with_recordings(table):
        return "datasets"
    start = _start(table)
    if table.name in METADATA and b"file_name" in start.partition(b"\n")[0]:
        return "datasets"
    if suffix in (".jsonl", ".ndjson"):
        first = start.partition(b"\n")[0]
        return "emobox" if b'"wav"' in first and b'"emo"' in first else "jsonl"
    return "parquet" if suffix == ".parquet" else "csv"


def _of_folder(folder: Path) -> str:
    """Return the format of a folder by the files that it must have."""
    try:
        names = sorted(path.name for path in folder.iterdir())
        if "db.yaml" in names:
            return "audformat"
        if "wav.scp" in names:
            return "kaldi"
        if any(FOLD.fullmatch(name) for name in names):
            return "emobox"
        known = any(path.suffix.lower() == ".parquet" or path.name in METADATA for path in folder.rglob("*"))
    except OSError as error:
        raise SarangiError(f"{folder} cannot be listed ({error.strerror})") from error
    if known or any(name.lower() in PARTS for name in names):
        return "datasets"
    raise SarangiError(
        f"{folder} is a folder with neither db.yaml (audformat), nor wav.scp (Kaldi), nor fold_<n> (EmoBox), "
        "nor metadata.csv, metadata.jsonl or Parquet (datasets). Name the table itself: CSV, JSON Lines or "
        "Parquet; or state format: datasets if the folder of each recording is its label"
    )


def _with_recordings(table: Path) -> bool:
    try:
        schema = pq.read_schema(table)
    except UNREADABLE:
        return False  # which its reader says
    return bool(sound_columns(schema))


def _start(table: Path) -> bytes:
    try:
        with table.open("rb") as file:
            return file.read(LINE)
    except OSError:
        return b""  # which its reader says
