"""A database in audformat: ``db.yaml``, and a table a file as CSV or Parquet.

Rows come from the tables that have the emotion; what other tables say of the same file, or of the same
segment, is added.  Speakers described in a scheme, by its labels or by a misc table, bring their gender, age
and language along.  A table's split is the part of its rows.  A table that is there as a pickle alone is
refused, since reading a pickle runs what is in it; and since the package itself prefers pickles, and makes
null of what a scheme does not allow, it reads the header here, and not the tables.
"""

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from iso639 import Lang
from iso639.exceptions import InvalidLanguageValue

from sarangi.base.documents import DocumentError, decoded
from sarangi.base.errors import SarangiError
from sarangi.base.yaml_documents import yaml_in
from sarangi.corpora.formats.naming import labelled, part_of
from sarangi.corpora.formats.naming import named as name_of
from sarangi.corpora.label_rows import COLUMNS, LabelRow
from sarangi.sources.parquet_rows import UNREADABLE

HEADER = "db.yaml"
FILE, START, END = "file", "start", "end"
EMOTIONS = ("emotion", "emotions", "emotion.categories")
"""What databases call their column of emotions; the scheme of a column may be called so, too."""
DTYPES = ("bool", "date", "float", "int", "object", "str", "time")
NANOSECONDS = 10**9
TRUTHS = {"true": "True", "false": "False"}
Key = tuple[str, int, int | None]
"""File, start and end in nanoseconds; None for the end of the file."""


class Said(NamedTuple):
    """A row of a table."""

    where: str
    key: Key | None
    values: dict[str, str | None]
    """By column of the table."""
    problem: str | None


def read(table: Path, audio: Path, columns: Mapping[str, str | None]) -> Iterator[LabelRow]:
    """Yield a row for each row of the tables that have emotions, in their order in the header.

    Parameters
    ----------
    table
        The header, or its folder.
    audio
        Folder that the files of the database begin at.
    columns
        Columns of tables by canonical name; ``table/column`` where several tables have one of that name.

    Raises
    ------
    SarangiError
        If the header or a table cannot be read, no table has emotions, or a column that is named is nowhere.
    """
    header = _header(table) if table.is_dir() else table
    tables, language = _tables(header)
    named = _named(header, tables, columns)
    with_emotion = [name for name, described in tables.items() if "emotion" in named[name].values()]
    others = [name for name in tables if name not in with_emotion and named[name]]
    if not with_emotion:
        there = ", ".join(f"{name}/{column}" for name in tables for column in tables[name].columns)
        raise SarangiError(
            f"{header}: no table has a column of emotions; found {there or 'no column'}. State which it is: "
            "columns: {emotion: column}"
        )
    known = _known(header, tables, others, named)
    rows: dict[Key, tuple[LabelRow, dict[str, str | None], list[str]]] = {}
    broken = []
    for name in with_emotion:
        for said in _rows(header, name, tables[name]):
            cells, problems = _cells(tables[name], named[name], said)
            if said.key is None:
                cells = {FILE: said.values.get(FILE), **cells}
                broken.append(labelled(said.where, cells, [*problems, said.problem]))
                continue
            cells |= _place(said.key)
            if said.key in rows:
                _join(rows[said.key], said.where, cells, problems)
            else:
                rows[said.key] = LabelRow(said.where, cells), cells, problems
    for key, (first, cells, problems) in rows.items():
        for place in dict.fromkeys((key, (key[0], 0, None))):
            for more, where, why in known.get(place, ()):
                problems += why
                _add(cells, more, where, problems)
        if cells.get("language") or language:
            cells["language"] = _tag(cells.get("language") or language)
        yield labelled(first.where, cells, problems)
    yield from broken


def _header(folder: Path) -> Path:
    """Return the header of the database in a folder: db.yaml, or the only YAML file."""
    others = sorted(folder.glob("*.yaml"))
    return others[0] if len(others) == 1 else folder / HEADER


class Described(NamedTuple):
    """A table as the header describes it."""

    columns: dict[str, "Scheme | None"]
    part: str | None
    segmented: bool


class Scheme(NamedTuple):
    """What the values of a column may be."""

    name: str
    dtype: str
    labels: frozenset[str] | None
    of_labels: Mapping[str, Mapping[str, str | None]]
    """What is known of a label: of a speaker gender, age, language."""


def _tables(header: Path) -> tuple[dict[str, Described], str | None]:
    """Return the tables of a database, by name, and its language if it has one alone."""
    # here, since it takes a second to load
    import audformat

    try:
        document = yaml_in(header)
    except (OSError, DocumentError) as error:
        raise SarangiError(f"{header}: expected the header of an audformat database ({error})") from error
    if not isinstance(document, dict):
        raise SarangiError(f"{header}: expected the header of an audformat database, found no mapping")
    try:
        database = audformat.Database.load_header_from_yaml(document)
        schemes = {name: _scheme(header, name, scheme, database) for name, scheme in database.schemes.items()}
        found = {}
        for name in database.tables:
            described = database.tables[name]
            split = database.splits[described.split_id] if described.split_id else None
            found[name] = Described(
                {
                    column: schemes[entry.scheme_id] if entry.scheme_id else None
                    for column, entry in described.columns.items()
                },
                part_of(split.type or described.split_id) if split is not None else None,
                described.is_segmented,
            )
    except SarangiError:
        raise
    # the package checks a header by using it: whatever is wrong with one raises what that raises
    except Exception as error:
        raise SarangiError(
            f"{header}: not the header of an audformat database ({type(error).__name__}: {error})"
        ) from error
    return found, database.languages[0] if len(database.languages) == 1 else None


def _tag(language: str | None) -> str | None:
    """Return the tag (BCP 47) of a language, which audformat writes in three letters (ISO 639-3)."""
    try:
        return (Lang(language).pt1 or language) if language else None
    except InvalidLanguageValue:
        return language


def _scheme(header: Path, name: str, scheme: Any, database: Any) -> Scheme:
    labels, of_labels = None, {}
    if str(scheme.dtype) not in DTYPES:
        raise SarangiError(
            f"{header}: scheme {name} has the dtype {scheme.dtype!r}; expected one of {', '.join(DTYPES)}"
        )
    if scheme.uses_table:
        misc = database.misc_tables[scheme.labels]
        index = next(iter(misc.levels))
        rows = list(_records(header, scheme.labels, [index, *misc.columns]))
        labels = frozenset(record[index] or "" for _, record in rows)
        of_labels = {
            record[index] or "": {k: v for k, v in record.items() if k != index} for _, record in rows
        }
    elif isinstance(scheme.labels, dict):
        labels = frozenset(map(str, scheme.labels))
        of_labels = {
            str(label): {key: None if value is None else str(value) for key, value in more.items()}
            for label, more in scheme.labels.items()
            if isinstance(more, dict)
        }
    elif scheme.labels is not None:
        labels = frozenset(map(str, scheme.labels))
    return Scheme(name, str(scheme.dtype), labels, of_labels)


def _named(
    header: Path, tables: Mapping[str, Described], columns: Mapping[str, str | None]
) -> dict[str, dict[str, str]]:
    """Return the canonical name of each column of each table that means something."""
    named: dict[str, dict[str, str]] = {name: {} for name in tables}
    absent = []
    for canonical, wanted in columns.items():
        if wanted is None or (wanted == canonical and canonical in (FILE, START, END)):
            continue
        there = [
            (name, column)
            for name, described in tables.items()
            for column in described.columns
            if wanted in (column, f"{name}/{column}")
        ]
        absent += [] if there else [f"{wanted} ({canonical})"]
        for name, column in there:
            named[name][column] = canonical
    if absent:
        every = sorted(f"{name}/{column}" for name in tables for column in tables[name].columns)
        raise SarangiError(
            f"{header}: no table has a column {', '.join(absent)}; found {', '.join(every) or 'none'}"
        )
    for name, described in tables.items():
        for column, scheme in described.columns.items():
            canonical = _canonical(column, scheme)
            if column in named[name]:
                continue
            if canonical in COLUMNS and (canonical in columns or canonical in named[name].values()):
                continue
            named[name][column] = name_of(canonical)
    return named


def _canonical(column: str, scheme: Scheme | None) -> str:
    """Return the canonical name of a column, by its own or by that of its scheme."""
    for name in (column, scheme.name if scheme else ""):
        if name in EMOTIONS:
            return "emotion"
        if name in COLUMNS and name not in (FILE, START, END):
            return name
    return {"sex": "gender", "transcription": "text"}.get(column, column)


def _known(
    header: Path,
    tables: Mapping[str, Described],
    others: list[str],
    named: Mapping[str, Mapping[str, str]],
) -> dict[Key, list[tuple[dict[str, str | None], str, list[str]]]]:
    """Return what tables without emotions say of files and segments."""
    known: dict[Key, list[tuple[dict[str, str | None], str, list[str]]]] = {}
    for name in others:
        for said in _rows(header, name, tables[name]):
            if said.key is not None:
                cells, problems = _cells(tables[name], named[name], said)
                known.setdefault(said.key, []).append((cells, said.where, problems))
    return known


def _rows(header: Path, name: str, described: Described) -> Iterator[Said]:
    """Yield the rows of a table."""
    index = [FILE, START, END] if described.segmented else [FILE]
    for where, record in _records(header, name, [*index, *described.columns]):
        problem, key = None, None
        file = record.get(FILE)
        try:
            start = _time(record.get(START)) or 0
            key = (file or "", start, _time(record.get(END)))
        except (ValueError, OverflowError) as error:
            problem = f"a time that cannot be read ({error})"
        if not file:
            key, problem = None, "no file"
        yield Said(where, key, record, problem)


def _records(header: Path, name: str, columns: list[str]) -> Iterator[tuple[str, dict[str, str | None]]]:
    """Yield place and cells of each row of a table's file."""
    stem = header.with_suffix("")
    paths = {kind: stem.with_name(f"{stem.name}.{name}.{kind}") for kind in ("parquet", "csv", "pkl")}
    if paths["parquet"].is_file():
        yield from _of_parquet(paths["parquet"], columns)
    elif paths["csv"].is_file():
        yield from _of_csv(paths["csv"], columns)
    elif paths["pkl"].is_file():
        raise SarangiError(
            f"{paths['pkl']}: a pickle, which can run any program when it is read, and is not. Get the table "
            "as CSV or Parquet from its publisher, or write it so: "
            "audformat.Database.load(...).save(..., storage_format='csv')"
        )
    else:
        raise SarangiError(
            f"{header}: its table {name} is neither in {paths['csv'].name} nor in {paths['parquet'].name}"
        )


def _of_csv(path: Path, columns: list[str]) -> Iterator[tuple[str, dict[str, str | None]]]:
    try:
        text = decoded(path.read_bytes())
    except (OSError, DocumentError) as error:
        raise SarangiError(f"{path}: expected a table in CSV ({error})") from error
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        there = next(reader, [])
        _refuse_absent(path, columns, there)
        for cells in reader:
            if cells:
                row = {name: cells[at].strip() or None for at, name in enumerate(there) if at < len(cells)}
                yield f"{path.name}:{reader.line_num}", row
    except csv.Error as error:
        raise SarangiError(f"{path}:{reader.line_num}: not a table that can be read ({error})") from error


def _of_parquet(path: Path, columns: list[str]) -> Iterator[tuple[str, dict[str, str | None]]]:
    try:
        with pq.ParquetFile(path) as parquet:
            _refuse_absent(path, columns, parquet.schema_arrow.names)
            row = 0
            for batch in parquet.iter_batches(columns=columns):
                values = {name: _texts(batch.column(name)) for name in columns}
                for at in range(batch.num_rows):
                    row += 1
                    yield f"{path.name}:{row}", {name: cells[at] for name, cells in values.items()}
    except UNREADABLE as error:
        raise SarangiError(f"{path}: not a Parquet file that can be read ({error})") from error


def _texts(values: pa.Array) -> list[str | None]:
    """Return the cells of a column as texts; times as nanoseconds, as :func:`_time` reads them."""
    if pa.types.is_duration(values.type):
        numbers = values.cast(pa.duration("ns")).cast(pa.int64()).to_pylist()
        return [None if number is None else f"{number}ns" for number in numbers]
    return [None if value is None else str(value).strip() or None for value in values.to_pylist()]


def _refuse_absent(path: Path, columns: list[str], there: list[str]) -> None:
    absent = [name for name in columns if name not in there]
    if absent:
        raise SarangiError(
            f"{path}: no column {', '.join(absent)}, which the header lists; found "
            f"{', '.join(there) or 'none'}"
        )


def _time(written: str | None) -> int | None:
    """Return a time in nanoseconds; None for none."""
    if written is None or written == "NaT":
        return None
    if written.endswith("ns") and written[:-2].isdigit():
        return int(written[:-2])
    return pd.Timedelta(written).as_unit("ns").value


def _place(key: Key) -> dict[str, str | None]:
    """Return the cells of a file or segment; a segment that is a whole file is the file."""
    file, start, end = key
    if start == 0 and end is None:
        return {FILE: file}
    return {FILE: file, START: _seconds(start), END: None if end is None else _seconds(end)}


def _seconds(nanoseconds: int) -> str:
    whole, rest = divmod(abs(nanoseconds), NANOSECONDS)
    return f"{'-' if nanoseconds < 0 else ''}{whole}.{rest:09d}"


def _cells(
    described: Described, named: Mapping[str, str], said: Said
) -> tuple[dict[str, str | None], list[str]]:
    """Return what a row says by canonical column, and which values its schemes do not allow."""
    cells: dict[str, str | None] = {}
    problems: list[str] = []
    for column, canonical in named.items():
        scheme, value = described.columns[column], said.values.get(column)
        if value is not None and scheme is not None:
            why = _refused(scheme, value)
            if why:
                problems.append(f"{said.where}: {column} {value!r} {why}")
            for key, more in scheme.of_labels.get(value, {}).items():
                if more is not None:
                    cells.setdefault(name_of({"sex": "gender"}.get(key, key)), more)
        cells[canonical] = value if value is not None else cells.get(canonical)
    if described.part is not None:
        cells["part"] = described.part
    return cells, problems


def _refused(scheme: Scheme, value: str) -> str | None:
    """Return why a scheme does not allow a value."""
    if scheme.labels is not None:
        return None if value in scheme.labels else f"is not a label of scheme {scheme.name}"
    try:
        if scheme.dtype == "int":
            int(value)
        elif scheme.dtype == "float":
            float(value)
        elif scheme.dtype == "bool" and value.lower() not in TRUTHS:
            return "is neither True nor False"
        elif scheme.dtype == "time":
            _time(value)
    except ValueError:
        return f"is no {scheme.dtype}, which scheme {scheme.name} says"
    return None


def _join(
    known: tuple[LabelRow, dict[str, str | None], list[str]],
    where: str,
    cells: Mapping[str, str | None],
    problems: list[str],
) -> None:
    """Add a second row of the same segment to what is known of it."""
    _, first, why = known
    why += problems
    if cells.get("part") != first.get("part"):
        # the same table once whole and once by splits: the split says more
        if cells.get("part") and first.get("part"):
            why.append(f"{where} has it in part {cells['part']}, too")
        else:
            first["part"] = first.get("part") or cells.get("part")
    _add(first, {name: value for name, value in cells.items() if name != "part"}, where, why)


def _add(
    cells: dict[str, str | None], more: Mapping[str, str | None], where: str, problems: list[str]
) -> None:
    """Add cells where none are, and say where two differ."""
    for name, value in more.items():
        if value is None:
            continue
        if cells.get(name) in (None, value):
            cells[name] = value
        elif name in COLUMNS:
            problems.append(f"{where} says {name} {value!r}, and not {cells[name]!r}")
        else:
            cells.setdefault(name, value)
