"""EmoBox: JSON Lines of recordings and emotions, alone or in the folds that it publishes.

A line is an object with ``key``, ``wav``, ``emo`` and more.  Folds are in files
``fold_<n>/<name>_{train,valid,test}_fold_<n>.jsonl``, and each recording of them is one row, however many
folds it is in: with a single fold its ``part`` is the fold's; with several a further column, ``fold``, says
which of them test it, and a protocol of kind ``emobox`` takes the folds themselves.  ``wav`` begins in
EmoBox's own folders: of the recordings below ``audio``, the one whose path agrees with it for longest from
its end is taken.  Where ``label_map.json`` is next to the folds, an emotion has the name that it gives.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from sarangi.base.documents import DocumentError, json_of, lines_of, text_in
from sarangi.base.errors import SarangiError
from sarangi.base.parts import TEST
from sarangi.corpora.formats.naming import labelled, part_of
from sarangi.corpora.label_rows import LabelRow, further_name, places_of
from sarangi.sources.source import Source, likeness

LABELS = "label_map.json"
KEYS = {"wav": "file", "emo": "emotion", "spk": "speaker", "lang": "language"}
"""What EmoBox calls the columns of a corpus."""
LEFT_OUT = {"key", "dataset", "type", "task", "sample_rate", "num_frame", "length", "channel"}
"""What is the same for all, or is read from the recording itself."""
FOLD = re.compile(r"fold_([0-9]{1,9})")
FOLD_COLUMN = further_name("fold")
NAME = re.compile(r".*_(train|valid|test)_fold_[0-9]{1,9}\.jsonl")


class Line:
    """What the lines about one recording say, and where the first one is."""

    def __init__(self, where: str, cells: dict[str, str | None]):
        self.where, self.cells = where, cells
        self.parts: dict[str, set[str]] = {}
        self.problems: list[str] = []


def read(table: Path, audio: Path, columns: Mapping[str, str | None]) -> Iterator[LabelRow]:
    """Yield a row for each recording that EmoBox lists, in the order of its first line.

    Parameters
    ----------
    table
        A file of JSON Lines, or a folder of folds with the names of its emotions.
    audio
        Folder or archive of the recordings.
    columns
        Keys of the objects by canonical column, where they are not EmoBox's own.

    Raises
    ------
    SarangiError
        If there is no such file, or one cannot be read.
    """
    lines: dict[str, Line] = {}
    files = _files(table)
    for fold, part, path in files:
        _add(lines, path, fold, part, columns)
    _refuse_absent(table, columns, {name for line in lines.values() for name in line.cells})
    folds = {fold for fold, _, _ in files}
    names = _names_of_labels(table)
    with Source(audio) as opened:
        by_name: dict[str, list[str]] = {}
        for path in opened.paths():
            by_name.setdefault(likeness(PurePosixPath(path).name), []).append(path)
    for line in lines.values():
        if (label := line.cells.get("emotion")) in names:
            line.cells["emotion"] = names[label]
        if line.cells.setdefault("file", None):
            line.cells["file"] = _file_of(line, by_name)
        if len(folds) == 1:
            line.cells["part"] = " and ".join(sorted(line.parts[next(iter(folds))])) or None
        else:
            line.cells[FOLD_COLUMN] = (
                ", ".join(fold for fold, parts in line.parts.items() if TEST in parts) or None
            )
        for fold, parts in line.parts.items():
            if len(parts) > 1:
                line.problems.append(f"{fold} has it in {' and '.join(sorted(parts))}")
        yield labelled(line.where, line.cells, line.problems)


def _files(table: Path) -> list[tuple[str, str | None, Path]]:
    """Return the files of JSON Lines, each with its fold and part where its name says so."""
    if not table.is_dir():
        named = NAME.fullmatch(table.name)
        return [(table.parent.name, part_of(named[1]) if named else None, table)]
    found = []
    for path in table.rglob("*.jsonl"):
        fold, named = FOLD.fullmatch(path.parent.name), NAME.fullmatch(path.name)
        if fold and named:
            found.append((int(fold[1]), path.parent.name, part_of(named[1]), path))
    if not found:
        raise SarangiError(
            f"{table}: not folds of EmoBox; expected fold_<n>/<name>_{{train,valid,test}}_fold_<n>.jsonl"
        )
    return [entry[1:] for entry in sorted(found)]


def _names_of_labels(table: Path) -> dict[str | None, str]:
    """Return the names that a folder of folds has for its labels; a file of JSON Lines alone has none."""
    path = table / LABELS
    if not (table.is_dir() and path.exists()):
        return {}
    try:
        names = json_of(text_in(path))
    except (OSError, DocumentError) as error:
        raise SarangiError(f"{path}: expected a JSON object of labels and their names ({error})") from error
    if not isinstance(names, dict) or not all(isinstance(name, str) for name in names.values()):
        raise SarangiError(
            f'{path}: expected a JSON object of labels and their names, as in {{"A": "Angry"}}'
        )
    return dict(names)


def _refuse_absent(table: Path, columns: Mapping[str, str | None], there: Collection[str]) -> None:
    absent = [f"{key} ({name})" for name, key in columns.items() if key is not None and name not in there]
    if absent:
        raise SarangiError(
            f"{table}: no object has {', '.join(absent)}. Write under columns what it is called"
        )


def _add(
    lines: dict[str, Line], path: Path, fold: str, part: str | None, columns: Mapping[str, str | None]
) -> None:
    """Add the lines of a file to what is known of each recording."""
    try:
        text = text_in(path)
    except (OSError, DocumentError) as error:
        raise SarangiError(f"{path}: expected one JSON object per line ({error})") from error
    for number, written in enumerate(lines_of(text), 1):
        if not written.strip():
            continue
        where = f"{path.name}:{number}"
        try:
            found = json_of(written)
        except DocumentError as error:
            lines[where] = _broken(where, fold, f"not JSON ({error})")
            continue
        if not isinstance(found, dict):
            lines[where] = _broken(where, fold, f"expected an object, found {written[:80]!r}")
            continue
        cells = _cells(where, found, columns)
        key = str(found.get("key") or cells.get("file") or where)
        line = lines.setdefault(key, Line(where, cells))
        differ = sorted(
            name for name in cells.keys() | line.cells.keys() if cells.get(name) != line.cells.get(name)
        )
        if differ:
            line.problems.append(f"{where} has the same key {key!r}, and another {', '.join(differ)}")
        parts = line.parts.setdefault(fold, set())
        if part is not None:
            if part in parts:
                line.problems.append(f"{where} lists it once more in the same part")
            parts.add(part)
        elif line.where != where:
            line.problems.append(f"{where} lists it once more")


def _broken(where: str, fold: str, problem: str) -> Line:
    line = Line(where, {"file": None})
    line.parts[fold] = set()
    line.problems.append(problem)
    return line


def _cells(where: str, found: Mapping[str, Any], columns: Mapping[str, str | None]) -> dict[str, str | None]:
    """Return what an object says, by the names of a row's cells."""
    header = tuple(key for key in found if key not in LEFT_OUT or key in columns.values())
    # what one object lacks another may have
    stated = {name: key if key in found else None for name, key in columns.items()}
    places = places_of(where, header, _keys(header) | stated, needed=())
    cells = {name: _text(found[header[at]]) for name, at in places.items()}
    return cells


def _keys(header: Sequence[str]) -> dict[str, str]:
    """Return what EmoBox calls the columns that an object has."""
    return {name: key for key, name in KEYS.items() if key in header and name not in header}


def _text(value: Any) -> str | None:
    if value is None:
        return None
    return value if isinstance(value, str) else repr(value)


def _file_of(line: Line, by_name: Mapping[str, list[str]]) -> str:
    """Return the recording below ``audio`` that a line is about; what it says where there is none."""
    written = line.cells["file"] or ""
    parts = PurePosixPath(likeness(written.replace("\\", "/"))).parts
    alike: dict[int, list[str]] = {}
    for path in by_name.get(parts[-1] if parts else "", ()):
        own, same = PurePosixPath(likeness(path)).parts, 0
        while same < min(len(own), len(parts)) and own[-1 - same] == parts[-1 - same]:
            same += 1
        alike.setdefault(same, []).append(path)
    best = alike[max(alike)] if alike else []
    if len(best) > 1:
        line.problems.append(f"{written!r} fits {', '.join(best)} as well; leave one of them")
    return best[0] if best else written
