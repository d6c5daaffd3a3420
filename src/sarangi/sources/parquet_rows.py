"""Recordings inside of Parquet files, as Hugging Face ``datasets`` keeps them: each row is a file of its own.

A recording is named by the ``path`` that its row states, where no other row or file of the corpus has that
name; else by its place, ``<file>/<row>/<name>`` or, without a name, ``<file>/<row>.wav``.
"""

import posixpath
from collections import Counter, OrderedDict
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path, PureWindowsPath
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from sarangi.base.documents import DocumentError, json_of

SUFFIX = ".parquet"
UNREADABLE = (pa.ArrowException, OSError, ValueError, IndexError, OverflowError, RecursionError)
"""What pyarrow raises of foreign Parquet: damaged, with text that is not UTF-8, or with impossible dates."""
MAGIC = b"PAR1"
FORMATS = {b"RIFF": ".wav", b"fLaC": ".flac", b"OggS": ".ogg"}
"""Suffixes of recordings without a name, by their first bytes."""
AT_ONCE = 2**26  # bytes of a row group's recordings up to which it is read whole
HELD = 2**28  # bytes of the row groups that are kept in memory


class RowPlace(NamedTuple):
    """Where the bytes of a recording lie."""

    file: Path
    column: str
    row: int


def is_parquet(path: Path) -> bool:
    """Whether a file is a Parquet file, by its content."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def hugging_face_features(schema: pa.Schema) -> dict[str, dict[str, Any]]:
    """Return the features that ``datasets`` wrote into a schema, by column; none where it wrote none.

    Raises
    ------
    DocumentError
        If what is there is not JSON.
    """
    stated = (schema.metadata or {}).get(b"huggingface")
    found: Any = json_of(stated) if stated else {}
    for key in ("info", "features"):
        found = found.get(key) if isinstance(found, dict) else None
    features = found if isinstance(found, dict) else {}
    return {name: entry for name, entry in features.items() if isinstance(entry, dict)}


def sound_columns(schema: pa.Schema) -> list[str]:
    """Return the columns that hold recordings as bytes: ``struct<bytes, path>`` and no other feature's."""
    try:
        features = hugging_face_features(schema)
    except DocumentError:
        features = {}
    return [
        field.name
        for field in schema
        if pa.types.is_struct(field.type)
        and (place := field.type.get_field_index("bytes")) >= 0
        and (pa.types.is_binary(field.type[place].type) or pa.types.is_large_binary(field.type[place].type))
        and features.get(field.name, {}).get("_type", "Audio") == "Audio"
    ]


def recordings_in(
    files: Sequence[tuple[str, Path]], taken: Collection[str]
) -> Iterator[tuple[str, RowPlace]]:
    """Yield the name of each recording inside of Parquet files, and its place.

    Parameters
    ----------
    files
        Parquet files, each with its path within the corpus; one that cannot be read holds none.
    taken
        Names of the corpus's other files.
    """
    found: list[tuple[str, str, RowPlace]] = []
    for path, file in files:
        try:
            with pq.ParquetFile(file) as parquet:
                columns = sound_columns(parquet.schema_arrow)
                for column in columns:
                    where = f"{path}/{column}" if len(columns) > 1 else path
                    suffix = None
                    for row, stated in _stated(parquet, column):
                        name = PureWindowsPath(stated).name
                        if not name and suffix is None:
                            suffix = _suffix(file, column, row)
                        by_place = f"{where}/{row:07d}/{name}" if name else f"{where}/{row:07d}{suffix}"
                        found.append((_inside(stated), by_place, RowPlace(file, column, row)))
        except UNREADABLE:
            continue  # the reader of its table says so
    times = Counter(wanted for wanted, _, _ in found)
    for wanted, by_place, place in found:
        alone = wanted and times[wanted] == 1 and wanted not in taken
        yield wanted if alone else by_place, place


class RowReader:
    """Reads recordings out of Parquet files, with a bounded part of them in memory."""

    def __init__(self) -> None:
        self._file: Path | None = None
        self._parquet: Any = None
        self._groups: OrderedDict[tuple[Path, str, int], pa.ChunkedArray] = OrderedDict()
        self._stream: tuple[tuple[Path, str, int], int, Iterator[pa.RecordBatch]] | None = None

    def read(self, place: RowPlace) -> bytes:
        """Return the bytes of a recording.

        Raises
        ------
        ValueError
            If the file cannot be read there, or has no such row.
        OSError
            If it cannot be opened.
        """
        try:
            return self._read(place)
        except (pa.ArrowException, IndexError, OverflowError, RecursionError) as error:
            raise ValueError(f"{place.file.name}, row {place.row}: {error}") from error

    def _read(self, place: RowPlace) -> bytes:
        if self._file != place.file:
            self.close()
            self._parquet, self._file = pq.ParquetFile(place.file), place.file
        metadata = self._parquet.metadata
        group, row = 0, place.row
        while group < metadata.num_row_groups and row >= metadata.row_group(group).num_rows:
            row -= metadata.row_group(group).num_rows
            group += 1
        if group == metadata.num_row_groups:
            raise ValueError(f"{place.file.name} has no row {place.row}")
        key = (place.file, place.column, group)
        if _bytes_of(metadata.row_group(group), place.column) > AT_ONCE:
            data = self._streamed(key, row)
        else:
            data = self._held(key)[row].as_py()["bytes"]
        if data is None:
            raise ValueError(f"{place.file.name}, row {place.row}: no bytes of sound")
        return data

    def _held(self, key: tuple[Path, str, int]) -> pa.ChunkedArray:
        """Return the recordings of a row group, which may be in memory from before."""
        if key not in self._groups:
            table = self._parquet.read_row_group(key[2], columns=[f"{key[1]}.bytes"])
            self._groups[key] = table.column(key[1])
        self._groups.move_to_end(key)
        while len(self._groups) > 1 and sum(values.nbytes for values in self._groups.values()) > HELD:
            self._groups.popitem(last=False)
        return self._groups[key]

    def _streamed(self, key: tuple[Path, str, int], row: int) -> bytes | None:
        """Return a recording of a large row group, from the row before it onwards where that was the last."""
        if self._stream is None or self._stream[0] != key or self._stream[1] > row:
            batches = self._parquet.iter_batches(1, row_groups=[key[2]], columns=[f"{key[1]}.bytes"])
            self._stream = (key, 0, batches)
        _, at, batches = self._stream
        for batch in batches:
            at += 1
            if at > row:
                self._stream = (key, at, batches)
                return batch.column(0)[0].as_py()["bytes"]
        raise ValueError(f"{key[0].name} ends before row {row} of its group {key[2]}")

    def close(self) -> None:
        """Close the file that is open; what of its recordings is in memory is kept."""
        self._stream = None
        if self._parquet is not None:
            self._parquet.close()
        self._parquet = self._file = None


def _stated(parquet: Any, column: str) -> Iterator[tuple[int, str]]:
    """Yield each row with bytes in a column, and the path that it states; empty for none."""
    kind = parquet.schema_arrow.field(column).type
    with_path = kind.get_field_index("path") >= 0
    row = 0
    for group in range(parquet.metadata.num_row_groups):
        described = parquet.metadata.row_group(group)
        whole = _null_count(described, column) == 0
        if not whole and _null_count(described, column) == described.num_rows:
            row += described.num_rows
            continue
        wanted = [f"{column}.path"] if with_path else []
        wanted += [] if whole and with_path else [f"{column}.bytes"]
        rows = 1024 if whole else 1
        for batch in parquet.iter_batches(rows, row_groups=[group], columns=wanted):
            values = batch.column(0)
            paths = values.field("path").to_pylist() if with_path else [None] * len(values)
            there = [True] * len(values) if whole else values.field("bytes").is_valid().to_pylist()
            for path, holds in zip(paths, there, strict=True):
                if holds:
                    yield row, path or ""
                row += 1


def _suffix(file: Path, column: str, row: int) -> str:
    """Return the suffix of recordings without a name, by the first of them: a writer has one format."""
    reader = RowReader()
    try:
        start = reader.read(RowPlace(file, column, row))[:4]
    except (ValueError, OSError):
        return ""  # which reading it says
    finally:
        reader.close()
    return FORMATS.get(start, "")


def _chunk(group: Any, column: str, field: str) -> Any:
    for place in range(group.num_columns):
        chunk = group.column(place)
        if chunk.path_in_schema == f"{column}.{field}":
            return chunk
    return None


def _bytes_of(group: Any, column: str) -> int:
    chunk = _chunk(group, column, "bytes")
    return chunk.total_uncompressed_size if chunk is not None else 0


def _null_count(group: Any, column: str) -> int | None:
    """Return how many rows of a group have no bytes, as far as it says."""
    chunk = _chunk(group, column, "bytes")
    if chunk is None or chunk.statistics is None or not chunk.statistics.has_null_count:
        return None
    return chunk.statistics.null_count


def _inside(stated: str) -> str:
    """Return the path within the corpus that a stated path stands for: its name where it leads elsewhere."""
    windows = PureWindowsPath(stated)
    path = posixpath.normpath(stated if "/" in stated else stated.replace("\\", "/")) if stated else ""
    if windows.anchor or path == ".." or path.startswith(("../", "/")):
        return windows.name
    return "" if path == "." else path
