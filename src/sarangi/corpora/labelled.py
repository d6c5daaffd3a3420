"""From the rows of a table of labels to utterances: each row ends ok, skipped or failed."""

import dataclasses
import math
import posixpath
from collections.abc import Callable, Iterable, Mapping
from sys import intern
from types import MappingProxyType
from typing import NamedTuple

from sarangi.base.errors import shown
from sarangi.base.segments import SegmentError, segment_id, segment_of
from sarangi.base.store import FAILED, OK, SKIPPED
from sarangi.base.table_columns import FURTHER
from sarangi.corpora.beside import SUFFIXES
from sarangi.corpora.label_rows import COLUMNS, LabelRow
from sarangi.corpora.named_files import NamedFiles
from sarangi.corpora.utterance import Utterance, failed, skipped
from sarangi.sources.source import Source
from sarangi.sources.tables import PathError, Spellings, file_of, names_nobody

GENDERS = {"f": "female", "female": "female", "woman": "female", "m": "male", "male": "male", "man": "male"}
OF_GROUPS = ("speaker", "group", "session")
"""Columns of names that a split keeps whole, so that one name in two ways is refused."""
NO_SPEAKER = "no speaker"
LOOKED_FOR = 100
"""Missing files that others of their name are looked for."""


class Reading(NamedTuple):
    """How the rows of a table are to be read.

    Parameters
    ----------
    table
        Its name, for messages.
    emotions
        Names of emotions by label, in lower case.
    name_of
        Returns the emotion of a label that ``emotions`` leaves out, or None; without it such a label is none.
    skip
        Labels of what does not belong to the study, in lower case.
    language
        Of the rows that state none.
    folder
        Folder of a table that is in the corpus, with a slash behind it; paths begin there.  None for a table
        outside, whose paths begin at the corpus.
    called
        By canonical column, what the table calls it, where that differs.
    speakers
        Whether a row without a speaker fails even where none has one.
    parts
        The publisher's parts by what tables call them, in lower case.
    words_alone
        Whether there are no recordings, so that a row's file is no more than its name.
    rated
        By dimension, the column of its rating by its name in :attr:`LabelRow.cells`.
    """

    table: str
    emotions: Mapping[str, str]
    name_of: Callable[[str], str | None] | None = None
    skip: frozenset[str] = frozenset()
    language: str | None = None
    folder: str | None = None
    called: Mapping[str, str] = MappingProxyType({})
    speakers: bool = False
    parts: Mapping[str, str] = MappingProxyType({})
    words_alone: bool = False
    rated: Mapping[str, str] = MappingProxyType({})


def utterances_of(source: Source, rows: Iterable[LabelRow], reading: Reading) -> list[Utterance]:
    """Return an utterance for each row of a table of labels, in the table's order.

    Where no row has a speaker or a group, the recording is the group of each, for want of better; where some
    have, the others fail, since nobody could keep them in one part of a split.  A segment that
    overlaps another one of the same speaker in the same file has a note of that.

    Parameters
    ----------
    source
        The recordings.
    rows
        Of the table.
    reading
        How to read them.

    Raises
    ------
    SarangiError
        If a speaker, group or session is written in two ways; or what the table's reader raises.
    """
    read = _Rows(source, reading)
    found = [read.utterance(row) for row in rows]
    if any(utterance.group for utterance in found):
        found = [_refused_without_group(utterance) for utterance in found]
    _note_overlaps(found)
    return found


class _Rows:
    def __init__(self, source: Source, reading: Reading):
        self.source, self.reading = source, reading
        self.called = {name: reading.called.get(name, name) for name in COLUMNS}
        self.place = "" if reading.folder is None else f"{reading.folder}{reading.table}"
        self.spellings = {column: Spellings(reading.table, column) for column in OF_GROUPS}
        self.by_name: dict[str, list[str]] | None = None
        self.looked_for = 0
        self.files: dict[str, str | PathError] = {}
        self.named: NamedFiles | None = None

    def utterance(self, row: LabelRow) -> Utterance:
        """Return the utterance of a row."""
        cells = {name: intern(text) if text else None for name, text in row.cells.items()}
        file, problem, cause = self._file(row, cells)
        known = {
            "path": file.removeprefix(self.reading.folder or ""),
            "language": cells.get("language") or self.reading.language,
            **{name: cells.get(name) for name in ("session", "age", "text")},
            "speaker": None if self._nobody(cells) else cells.get("speaker"),
            "gender": _gender(cells.get("gender")),
            "label": cells.get("emotion"),
            "further": {n: text for n, text in cells.items() if n.startswith(FURTHER) and text} or None,
            "where": row.where,
            "rated": {name: cells.get(column) or "" for name, column in self.reading.rated.items()} or None,
            "rated_at": row.where,
        }
        if problem is not None:
            return failed(file, f"{row.where}: {problem}", cause, **known)
        for column, spellings in self.spellings.items():
            spellings.add(cells.get(column) or "", row.where)
        try:
            segment = segment_of(cells.get("start"), cells.get("end"))
        except SegmentError as error:
            return failed(file, f"{row.where}: {error}", error.cause, **known)
        if segment is not None:
            known |= {"path": segment_id(known["path"] or file, segment), **segment._asdict()}
        return self._labelled(row, cells, file, known)

    def _labelled(self, row: LabelRow, cells: Mapping[str, str | None], file: str, known: dict) -> Utterance:
        label, part = cells.get("emotion") or "", cells.get("part")
        target = row.target
        emotion, why, cause = self._emotion(label) if target is None else (target.emotion, "", "")
        known["part"] = self.reading.parts.get(part.casefold(), part) if part else None
        known["group"] = cells.get("group") or known["speaker"]
        if target is not None and target.status != OK:
            unused = skipped if target.status == SKIPPED else failed
            return unused(file, f"{row.where}: {target.reason}", target.cause, **known)
        if target is None and label.casefold() in self.reading.skip:
            return skipped(file, f"{row.where}: label {label!r} is one to skip", f"label {label!r}", **known)
        if emotion is None:
            return failed(file, f"{row.where}: {why}", cause, **known)
        if part and part.casefold() not in self.reading.parts:
            why = f"part {part!r} is unknown; expected one of {', '.join(self.reading.parts)}"
            return failed(file, f"{row.where}: {why}", f"unknown part {part!r}", **known)
        if self.reading.speakers and known["speaker"] is None:
            written = f", found {cells['speaker']!r}" if cells.get("speaker") else ""
            return failed(file, f"{row.where}: {NO_SPEAKER}{written}", NO_SPEAKER, **known)
        note = None if target is None or target.reason is None else f"{row.where}: {target.reason}"
        return Utterance(**known, file=file, emotion=emotion, reason=note)

    @staticmethod
    def _nobody(cells: Mapping[str, str | None]) -> bool:
        return names_nobody(cells.get("speaker") or "")

    def _emotion(self, label: str) -> tuple[str | None, str, str]:
        """Return the emotion of a label; or None, why it has none, and the cause that is counted."""
        stated = self.reading.emotions.get(label.casefold())
        if stated is not None:
            return stated, "", ""
        if names_nobody(label):
            return None, f"no emotion{f', found {label!r}' if label else ''}", "no emotion"
        unknown = f"unknown emotion {label!r}"
        if self.reading.name_of is None:
            expected = ", ".join(sorted(self.reading.emotions))
            return None, f"emotion {label!r} is unknown; expected one of {expected}", unknown
        name = self.reading.name_of(label)
        if name is None:
            why = f"label {shown(label)!r} is not a name: it has no letter or digit, or is long"
            return None, f"{why}; give it a name under `emotions`", "a label that is not a name"
        return intern(name), "", ""

    def _file(self, row: LabelRow, cells: Mapping[str, str | None]) -> tuple[str, str | None, str | None]:
        """Return the file of a row, or the row's place; what is wrong with the row, and its cause."""
        called = self.called
        nameless = "a line of the table that names no recording"
        path = cells.get("file")
        stated = [(name, cells[name] or "") for name in COLUMNS if name in cells]
        broken = [name for name, text in stated if "\n" in text or "\r" in text or "\0" in text]
        formulas = [name for name, text in stated if text.startswith("=")]
        if row.problem is not None or not path:
            return row.where, row.problem or f"no {called['file']}", nameless
        if broken:
            why = f"the {called[broken[0]]} continues on the next line: an earlier double quote is not closed"
            return row.where, why, nameless
        if formulas:
            why = f"the {called[formulas[0]]} is a formula; save the table with values in place of formulas"
            return row.where, why, "a formula in the table"
        if self.reading.words_alone:
            return path, None, None
        if path not in self.files:
            try:
                self.files[path] = file_of(self.source, self.place, path)
            except PathError as error:
                self.files[path] = self._called_otherwise(path) or error
        found = self.files[path]
        if isinstance(found, PathError):
            return found.inside or row.where, f"{found}{self._elsewhere(path)}", nameless
        return found, None, None

    def _called_otherwise(self, path: str) -> str | None:
        """Return the file that a path means without suffix or with other folders in front, if it is one."""
        if self.reading.folder is not None:
            return None
        if self.named is None:
            self.named = NamedFiles(self.source.paths(*SUFFIXES))
        return self.named.of(path)

    def _elsewhere(self, path: str) -> str:
        """Return where a file of the name of a missing one is, in words; empty where there is none."""
        self.looked_for += 1
        if self.looked_for > LOOKED_FOR:
            return ""
        if self.by_name is None:
            self.by_name = {}
            for file in self.source.paths():
                self.by_name.setdefault(posixpath.basename(file).casefold(), []).append(file)
        wanted = path.replace("\\", "/").casefold()
        files = self.by_name.get(posixpath.basename(wanted), ())
        found = max(files, key=lambda file: _common_end(file.casefold(), wanted), default=None)
        return f"; there is {found}: paths begin at the folder of audio" if found else ""


def _common_end(one: str, other: str) -> int:
    """Return how many characters two paths have in common at their ends."""
    return len(posixpath.commonprefix((one[::-1], other[::-1])))


def _gender(cell: str | None) -> str | None:
    return GENDERS.get(cell.casefold(), cell) if cell else None


def _refused_without_group(utterance: Utterance) -> Utterance:
    if utterance.status != OK or utterance.group:
        return utterance
    why = f"{utterance.where}: {NO_SPEAKER}, and other rows have one"
    return dataclasses.replace(utterance, status=FAILED, reason=why, cause=NO_SPEAKER)


def _note_overlaps(utterances: list[Utterance]) -> None:
    """Note in the reason of each segment which one before it, of its speaker and file, it overlaps."""
    placed = [at for at, utterance in enumerate(utterances) if utterance.start is not None]
    placed.sort(key=lambda at: (*_voice(utterances[at]), utterances[at].start, _end(utterances[at])))
    before: int | None = None
    for at in placed:
        this = utterances[at]
        if before is not None and _voice(this) == _voice(utterances[before]):
            other = utterances[before]
            shared = min(_end(this), _end(other)) - (this.start or 0)
            if shared > 0 and this.path != other.path and this.status == OK:
                why = f"{this.where}: overlaps {other.where} of the same speaker by {_length(shared)}"
                utterances[at] = dataclasses.replace(this, reason=why)
            if _end(other) > _end(this):
                continue
        before = at


def _end(utterance: Utterance) -> float:
    return math.inf if utterance.end is None else utterance.end


def _length(seconds: float) -> str:
    return "all that follows" if seconds == math.inf else f"{seconds:.2f} s"


def _voice(utterance: Utterance) -> tuple[str, str]:
    return utterance.file, utterance.speaker or ""
