"""Parquet in and out: one deterministic way of writing, with the provenance inside the file.

A function of the library that writes a result is handed an :class:`Output`, which knows the file and what
it is made from, and writes by its methods; nothing else passes provenance on.  A script gets one from its
job: ``run.result`` (the first output), ``run.results`` (by name), ``run.result_at`` (by path).
"""

import bisect
import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sarangi.base.errors import SarangiError

OK, SKIPPED, FAILED = "ok", "skipped", "failed"

STATUS = [pa.field("status", pa.string(), nullable=False), pa.field("reason", pa.string())]
"""Fields of every table of utterances; ``reason`` says why, and notes what was done to an ok one."""

ROW_GROUP = 4096


@dataclass(frozen=True)
class Output:
    """A file to write, and what it is made from.

    Parameters
    ----------
    path
        File to write.
    provenance
        From :attr:`sarangi.runtime.job.Job.provenance`.
    """

    path: Path
    provenance: Mapping[str, Any]

    def write(self, frame: pd.DataFrame, schema: pa.Schema, row_group: int = ROW_GROUP) -> None:
        """Write a whole data frame, as :func:`write` does."""
        write(self.path, frame, schema, dict(self.provenance), row_group)

    def writer(self, schema: pa.Schema, row_group: int = ROW_GROUP) -> "Writer":
        """Return what writes row by row."""
        return Writer(self.path, schema, dict(self.provenance), row_group)

    @property
    def metadata(self) -> dict[str, str]:
        """The provenance as the metadata of a file that is not Parquet, such as one of safetensors."""
        return {"sarangi": json.dumps(self.provenance, sort_keys=True)}


class Writer:
    """Write a Parquet file row group by row group; the same rows give the same bytes.

    Parameters
    ----------
    path
        File to write.
    schema
        Arrow schema; a row that does not fit it is an error.
    provenance
        What the file was made from (see :func:`sarangi.runtime.job.Job.provenance`); kept, as JSON, in the
        file's metadata under ``sarangi``.
    row_group
        Rows in a row group.  Fixed, so that the bytes do not depend on how rows arrive.
    """

    def __init__(
        self, path: str | Path, schema: pa.Schema, provenance: dict[str, Any], row_group: int = ROW_GROUP
    ):
        metadata = dict(schema.metadata or {})
        metadata[b"sarangi"] = json.dumps(provenance, sort_keys=True).encode()
        self.schema = schema.with_metadata(metadata)
        self.row_group = row_group
        self._rows: list[dict[str, Any]] = []
        self._file = pq.ParquetWriter(
            path,
            self.schema,
            version="2.6",
            compression="zstd",
            compression_level=3,
            data_page_version="1.0",
            use_dictionary=False,
        )

    def add(self, row: dict[str, Any]) -> None:
        """Add one row, a mapping from field name to value."""
        self._rows.append(row)
        if len(self._rows) == self.row_group:
            self._flush()

    def add_table(self, table: pa.Table) -> None:
        """Add the rows of an Arrow table as row groups of their own."""
        self._flush()
        if table.schema != self.schema:  # metadata apart; thousands of columns take long to cast
            table = table.select(self.schema.names).cast(self.schema)
        self._file.write_table(table, row_group_size=self.row_group)

    def add_frame(self, frame: pd.DataFrame) -> None:
        """Add the rows of a data frame, whose columns are those of the schema in any order."""
        # a row group at a time: as a whole it would be held twice
        for start in range(0, max(1, len(frame)), self.row_group):
            rows = frame.iloc[start : start + self.row_group]
            self.add_table(pa.Table.from_pandas(rows, schema=self.schema, preserve_index=False))

    def _flush(self) -> None:
        if self._rows:
            rows, self._rows = self._rows, []
            self.add_table(pa.Table.from_pylist(rows, schema=self.schema))

    def __enter__(self) -> "Writer":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._flush()
        self._file.close()


def write(
    path: str | Path,
    frame: pd.DataFrame,
    schema: pa.Schema,
    provenance: dict[str, Any],
    row_group: int = ROW_GROUP,
) -> None:
    """Write a whole data frame; its columns must be those of ``schema``, in any order.

    Raises
    ------
    ValueError
        If columns are missing or unknown: a defect of the caller.
    """
    if set(frame.columns) != set(schema.names):
        odd = sorted(set(frame.columns) ^ set(schema.names))
        raise ValueError(f"{path}: columns {odd} are in the frame or in the schema, not in both")
    with Writer(path, schema, provenance, row_group) as writer:
        writer.add_frame(frame)


def read(
    path: str | Path, columns: list[str] | None = None, categories: Sequence[str] = (), **equal: Any
) -> pd.DataFrame:
    """Read a Parquet file, or some of its columns, into a data frame.

    Parameters
    ----------
    path
        File to read.
    columns
        Those to read; None reads all.
    categories
        Those of text that holds few values many times: they come as sorted categories, in less memory.
    equal
        Columns, each with the value that it has in the rows to read.
    """
    with _opened(path, categories) as file, _told(path):
        _present(path, file, [*(columns or ()), *equal])
        if equal:
            # passes over the row groups that hold no such row; a folder called fold=0 is no column
            wanted = [(name, "=", value) for name, value in equal.items()]
            table = pq.read_table(
                path, columns=columns, filters=wanted, read_dictionary=categories, partitioning=None
            )
        else:
            table = file.read(columns=columns)
        table.validate(full=True)  # or text that is no UTF-8 would come as it is
        frame: pd.DataFrame = table.to_pandas()
    for name in categories:
        frame[name] = pd.Categorical(frame[name], sorted(frame[name].dropna().unique()))
    return frame


def rows(path: str | Path, columns: list[str] | None = None) -> Iterator[dict[str, Any]]:
    """Yield the rows of a Parquet file one by one, holding one row group in memory."""
    with _opened(path) as file, _told(path):
        _present(path, file, columns)
        # not iter_batches, which fetches every row group ahead and keeps it to the end
        for group in range(file.num_row_groups):
            table = file.read_row_group(group, columns=columns)
            table.validate(full=True)
            for batch in table.to_batches(max_chunksize=256):
                yield from batch.to_pylist()


class Rows:
    """Single rows of a Parquet file by their position, a row group read at a time."""

    def __init__(self, path: str | Path):
        self._path, self._file = path, _opened(path)
        metadata = self._file.metadata
        sizes = [metadata.row_group(group).num_rows for group in range(metadata.num_row_groups)]
        self._starts = [0, *itertools.accumulate(sizes)]
        self._last: tuple[int, pa.Table] | None = None

    def row(self, position: int) -> dict[str, Any]:
        """Return the row at a position, counted from 0."""
        group = bisect.bisect_right(self._starts, position) - 1
        with _told(self._path):
            if self._last is None or self._last[0] != group:
                self._last = (group, self._file.read_row_group(group))
            row: dict[str, Any] = self._last[1].slice(position - self._starts[group], 1).to_pylist()[0]
            return row


def count(path: str | Path) -> int:
    """Return the number of rows without reading them."""
    with _opened(path) as file:
        rows_there: int = file.metadata.num_rows
        return rows_there


def columns(path: str | Path) -> list[str]:
    """Return the names of the columns without reading any."""
    return list(_opened(path).schema_arrow.names)


def provenance(path: str | Path) -> dict[str, Any]:
    """Return what :class:`Writer` was told the file was made from; empty for a foreign file."""
    with _opened(path) as file, _told(path):
        made_from: dict[str, Any] = json.loads((file.schema_arrow.metadata or {}).get(b"sarangi", b"{}"))
        return made_from


def _opened(path: str | Path, categories: Sequence[str] = ()) -> pq.ParquetFile:
    with _told(path):
        return pq.ParquetFile(path, read_dictionary=list(categories))


@contextmanager
def _told(path: str | Path) -> Iterator[None]:
    """Say of damage in a Parquet file which one it is; a disk that fails keeps its own error."""
    try:
        yield
    except (pa.ArrowException, OSError, ValueError, IndexError, OverflowError, RecursionError) as error:
        if getattr(error, "errno", None) is not None:
            raise
        raise SarangiError(
            f"{path}: not a whole Parquet file ({error}). Delete it and run the same command again: "
            "Snakemake rebuilds it."
        ) from error


def _present(path: str | Path, file: pq.ParquetFile, columns: list[str] | None) -> None:
    """Refuse a file that lacks a column, which pyarrow would leave out in silence."""
    lacking = sorted(set(columns or ()) - set(file.schema_arrow.names))
    if lacking:
        raise SarangiError(
            f"{path}: no column {', '.join(lacking)}; it has {', '.join(file.schema_arrow.names[:20])}. "
            "Another program wrote it, or an older version: delete it and run the same command again"
        )
