"""A folder as Hugging Face ``datasets`` writes or reads it: Parquet with an Audio column, or ``audiofolder``.

Parquet holds a recording as bytes or names a file; ``audiofolder`` is recordings with ``metadata.csv``,
``metadata.jsonl`` or ``metadata.parquet`` beside, or, without one, in a folder a label.  The split that the
name of a file or folder says is the ``part``; numbers of a ClassLabel become its names.
"""

import logging
import posixpath
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from sarangi.base.documents import DocumentError
from sarangi.base.errors import SarangiError
from sarangi.corpora.beside import SUFFIXES
from sarangi.corpora.formats import delimited
from sarangi.corpora.formats.naming import PARTS, labelled
from sarangi.corpora.label_rows import LabelRow, places_of
from sarangi.corpora.table_formats import METADATA
from sarangi.sources.parquet_rows import (
    SUFFIX,
    UNREADABLE,
    hugging_face_features,
    is_parquet,
    sound_columns,
)
from sarangi.sources.source import Source

log = logging.getLogger("sarangi")

FILE_NAME = "file_name"
WORDS = re.compile(r"[^a-zA-Z0-9]+")
NO_LABEL = -1
"""What a ClassLabel has where there is none."""


def read(table: Path, audio: Path, columns: Mapping[str, str | None]) -> Iterator[LabelRow]:
    """Yield a row for each row of a data set's Parquet files or metadata, or each file of a label's folder.

    Parameters
    ----------
    table
        The folder, a Parquet file with an Audio column, or a file of metadata.
    audio
        The same folder or file, or one above; recordings inside of Parquet are only read below it.
    columns
        Columns of the data set by canonical name.

    Raises
    ------
    SarangiError
        If something cannot be read, or there is neither Parquet with an Audio column, nor metadata, nor a
        recording.
    """
    below = _below(table, audio)
    with Source(audio) as opened:
        metadata = _files(opened, below, lambda path: PurePosixPath(path).name in METADATA)
        parquet = [
            path
            for path in _files(opened, below, lambda path: path.lower().endswith(SUFFIX))
            if path not in metadata
        ] or ([below] if is_parquet(audio) else [])
        if metadata:
            for path in metadata:
                yield from _of_metadata(opened, path, columns)
        elif parquet:
            yield from _of_shards(opened, parquet, columns)
        else:
            yield from _of_folders(opened, below, columns)


def _below(table: Path, audio: Path) -> str:
    """Return the path of the table below the folder of audio; empty for that folder."""
    if table.resolve() == audio.resolve():
        return audio.name if is_parquet(audio) else ""
    try:
        return table.resolve().relative_to(audio.resolve()).as_posix()
    except ValueError:
        raise SarangiError(
            f"{table}: a data set of Hugging Face is read below the folder of audio, which is {audio}; "
            "write the same folder for both"
        ) from None


def _files(opened: Source, below: str, wanted: Callable[[str], bool]) -> list[str]:
    """Return the files of a folder, or the file itself, that are wanted."""
    return [
        path
        for path in opened.paths()
        if wanted(path)
        and (not below or path == below or path.startswith(f"{below}/"))
        and opened.is_file(path)
    ]


# -- Parquet ------------------------------------------------------------------------------------


def _of_shards(opened: Source, files: Sequence[str], columns: Mapping[str, str | None]) -> Iterator[LabelRow]:
    without = []
    for path in files:
        file = opened.path if is_parquet(opened.path) else opened.path / path
        try:
            with pq.ParquetFile(file) as parquet:
                schema = parquet.schema_arrow
                sound = _sound_column(file, schema, columns)
                if sound is None:
                    without.append(path)
                    continue
                yield from _of_shard(opened, file, path, parquet, sound, columns)
        except UNREADABLE as error:
            raise SarangiError(f"{file}: not a Parquet file that can be read ({error})") from error
    if len(without) == len(files):
        raise SarangiError(
            f"{opened.path}: {', '.join(without[:5])}: no column of recordings. Expected an Audio column of "
            "datasets, struct<bytes, path>; name another one as columns: {file: column}"
        )
    if without:
        log.warning("%s: not read, since they have no recordings: %s", opened.path, ", ".join(without))


def _sound_column(file: Path, schema: pa.Schema, columns: Mapping[str, str | None]) -> str | None:
    """Return the column of recordings; None for a file without one."""
    if columns.get("file"):
        return columns["file"] if columns["file"] in schema.names else None
    features = _features(file, schema)
    stated = [name for name in schema.names if features.get(name, {}).get("_type") == "Audio"]
    found = stated or sound_columns(schema)
    if len(found) > 1:
        raise SarangiError(
            f"{file}: {len(found)} columns of recordings, {', '.join(found)}; state which: "
            f"columns: {{file: {found[0]}}}"
        )
    return found[0] if found else None


def _features(file: Path, schema: pa.Schema) -> dict[str, dict[str, Any]]:
    try:
        return hugging_face_features(schema)
    except DocumentError as error:
        raise SarangiError(f"{file}: the features in its schema cannot be read ({error})") from error


def _of_shard(
    opened: Source, file: Path, path: str, parquet: Any, sound: str, columns: Mapping[str, str | None]
) -> Iterator[LabelRow]:
    schema = parquet.schema_arrow
    features = _features(file, schema)
    kept = [
        name for name in schema.names if name != sound and not pa.types.is_nested(schema.field(name).type)
    ]
    places = places_of(str(file), kept, {**columns, "file": None})
    names = {name: kept[at] for name, at in places.items()}
    inside = opened.names_in_rows(file, sound)
    kind = schema.field(sound).type
    paths = [sound] if not pa.types.is_struct(kind) else []
    if pa.types.is_struct(kind) and kind.get_field_index("path") >= 0:
        paths = [f"{sound}.path"]
    row, part = 0, _split_of(path)
    for batch in parquet.iter_batches(4096, columns=[*paths, *names.values()]):
        stated = batch.column(sound).to_pylist() if paths else [None] * batch.num_rows
        values = {name: batch.column(column).to_pylist() for name, column in names.items()}
        for at in range(batch.num_rows):
            problems: list[str] = []
            external = stated[at]["path"] if isinstance(stated[at], dict) else stated[at]
            cells = {"file": None} | {
                name: _value(column, values[name][at], features.get(column, {}), problems)
                for name, column in names.items()
            }
            if row in inside:
                cells["file"] = inside[row]
            elif external:
                cells["file"] = _external(opened, path, external)
            else:
                problems.append(f"neither bytes nor a path in column {sound}")
            if part and not cells.get("part"):
                cells["part"] = part
            row += 1
            yield labelled(f"{path}, row {row}", cells, problems)


def _external(opened: Source, table: str, written: str) -> str:
    """Return the file that a row names, which begins at the data set's folder or at its own."""
    if written.startswith("/"):
        return written
    own = posixpath.normpath(posixpath.join(posixpath.dirname(table), written))
    return own if opened.has(own) else written


def _value(name: str, value: Any, feature: Mapping[str, Any], problems: list[str]) -> str | None:
    """Return a cell as text; of a ClassLabel the name."""
    if value is None:
        return None
    if feature.get("_type") == "ClassLabel":
        names = feature.get("names")
        names = names if isinstance(names, list) else []
        if value == NO_LABEL:
            return None
        if not isinstance(value, int) or not 0 <= value < len(names):
            problems.append(f"{name} {value!r} is not one of its {len(names)} classes")
            return str(value)
        return str(names[value])
    return delimited.text_of(value)


# -- audiofolder --------------------------------------------------------------------------------


def _of_metadata(opened: Source, path: str, columns: Mapping[str, str | None]) -> Iterator[LabelRow]:
    folder, part = posixpath.dirname(path), _split_of(path)
    for row in delimited.read(opened.path / path, opened.path, {"file": FILE_NAME, **columns}):
        cells = dict(row.cells)
        written = cells.get("file")
        if written and not PureWindowsPath(written).anchor and not written.startswith("/"):
            cells["file"] = posixpath.normpath(posixpath.join(folder, written.replace("\\", "/")))
        if part and not cells.get("part"):
            cells["part"] = part
        yield LabelRow(f"{folder}/{row.where}" if folder else row.where, cells, row.problem)


def _of_folders(opened: Source, below: str, columns: Mapping[str, str | None]) -> Iterator[LabelRow]:
    """Yield a row for each recording, whose folder is its label."""
    if any(columns.values()):
        raise SarangiError(
            f"{opened.path}/{below}: neither Parquet nor {' or '.join(METADATA)}, so there are no columns "
            f"{', '.join(filter(None, columns.values()))}: the folder of a recording is its label"
        )
    paths = [
        path
        for path in _files(opened, below, lambda path: True)
        if PurePosixPath(path).suffix.lower() in SUFFIXES
    ]
    if not paths:
        raise SarangiError(
            f"{opened.path}/{below}: expected Parquet with an Audio column, {', '.join(METADATA)}, or "
            "recordings in one folder per label; for what save_to_disk wrote, use to_parquet"
        )
    for path in paths:
        parent = PurePosixPath(path).parent.name
        label = (
            parent if parent and parent != PurePosixPath(below).name and parent.lower() not in PARTS else None
        )
        cells = {"file": path, "emotion": label, "part": _split_of(posixpath.dirname(path))}
        yield labelled(path, cells, [None if label else "is not in a folder named by its label"])


def _split_of(path: str) -> str | None:
    """Return the part that the names in a path say, as ``datasets`` looks for it: the last one counts."""
    for name in reversed(PurePosixPath(path).parts):
        words = [word.lower() for word in WORDS.split(name)]
        named = {PARTS[word] for word in words if word in PARTS}
        if len(named) == 1:
            return named.pop()
    return None
