"""A data folder of Kaldi: ``wav.scp``, ``segments``, ``utt2spk``, ``utt2emo``, ``text`` and more.

Each line is an id, a blank, and what belongs to it.  ``columns`` may name another file of the folder for a
column, as in ``emotion: utt2label``.  A command in ``wav.scp`` (``sox … |``) is never run, and recordings in
archives (``wav.ark:1234``) are not read: both fail.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from sarangi.base.documents import DocumentError, lines_of, text_in
from sarangi.base.errors import SarangiError
from sarangi.corpora.formats.naming import labelled, named
from sarangi.corpora.label_rows import LabelRow

WAV_SCP, SEGMENTS = "wav.scp", "segments"
FILES = {"speaker": "utt2spk", "emotion": "utt2emo", "text": "text", "language": "utt2lang"}
"""Files of one value an utterance, by the column that they are."""
OF_SPEAKERS = {"gender": "spk2gender", "age": "spk2age"}
GENDERS = {"f": "female", "m": "male"}
TO_THE_END = "-1"


class Entry:
    """What the lines about one id say, and where; several lines about one are one problem."""

    def __init__(self, line: int, value: str):
        self.lines, self.value = [line], value


Entries = Mapping[str, Entry]


def read(table: Path, audio: Path, columns: Mapping[str, str | None]) -> Iterator[LabelRow]:
    """Yield a row for each utterance of a data folder, sorted by its place, and for each that only it names.

    Parameters
    ----------
    table
        The folder.
    audio
        Folder that the paths in ``wav.scp`` begin at.
    columns
        Files of the folder by canonical column, where they are not called as Kaldi does.

    Raises
    ------
    SarangiError
        If a file cannot be read, or one that is named is not there.
    """
    if not table.is_dir():
        raise SarangiError(f"{table}: expected a data folder of Kaldi, with {WAV_SCP} in it")
    folder = table
    recordings = _entries(folder, WAV_SCP, needed=True)
    segments = _entries(folder, SEGMENTS)
    values, of_speakers = (_values(folder, names, columns) for names in (FILES, OF_SPEAKERS))
    if not values["emotion"][1]:
        raise SarangiError(
            f"{folder}: no emotions; expected {values['emotion'][0]}, an utterance and its emotion per line. "
            "State which file it is: columns: {emotion: file}"
        )
    name, speakers = values["speaker"]
    if speakers and all(entry.value == utterance for utterance, entry in speakers.items()):
        values["speaker"] = (name, {})  # what Kaldi's scripts write where nobody knows who speaks
    utterances = segments or recordings
    source = SEGMENTS if segments else WAV_SCP
    for utterance, entry in utterances.items():
        where = f"{folder.name}/{source}:{entry.lines[0]}"
        problems = _twice(source, entry)
        cells: dict[str, str | None] = {"file": None}
        recording = utterance
        if segments:
            recording, bounds, problem = _segment(entry)
            cells |= bounds
            problems += [problem] if problem else []
        problems += _of_recording(cells, recording, recordings)
        for column, (name, entries) in values.items():
            if entries:
                problems += _value(cells, column, name, entries, utterance)
        speaker = cells.get("speaker")
        for column, (name, entries) in of_speakers.items():
            if speaker and entries:
                problems += _value(cells, column, name, entries, speaker)
        if (gender := cells.get("gender")) is not None:
            cells["gender"] = GENDERS.get(gender.lower(), gender)
        yield labelled(where, cells, problems)
    yield from _dangling(folder.name, values, utterances, source)


def _values(
    folder: Path, usual: Mapping[str, str], columns: Mapping[str, str | None]
) -> dict[str, tuple[str, Entries]]:
    """Return the files of values by the column that they are: their names and what they say."""
    others = FILES.keys() | OF_SPEAKERS.keys()
    names = {column: columns.get(column, name) for column, name in usual.items()}
    if usual is FILES:
        names |= {named(column): name for column, name in columns.items() if column not in others}
    return {
        column: (name, _entries(folder, name, needed=name in columns.values()))
        if name is not None
        else ("", {})
        for column, name in names.items()
        if column != "file"
    }


def _entries(folder: Path, name: str, needed: bool = False) -> dict[str, Entry]:
    """Return the values of a file by id; none where there is no such file."""
    path = folder / name
    if not path.exists() and not path.is_symlink() and not needed:
        return {}
    try:
        text = text_in(path)
    except (OSError, DocumentError) as error:
        raise SarangiError(f"{path}: expected lines of an id and its value ({error})") from error
    found: dict[str, Entry] = {}
    for number, line in enumerate(lines_of(text), 1):
        words = line.split(maxsplit=1)
        if not words:
            continue
        value = words[1].strip() if len(words) > 1 else ""
        if words[0] in found:
            found[words[0]].lines.append(number)
        else:
            found[words[0]] = Entry(number, value)
    return found


def _twice(name: str, entry: Entry) -> list[str]:
    if len(entry.lines) == 1:
        return []
    return [f"its id is in {name} {len(entry.lines)} times, in lines {', '.join(map(str, entry.lines))}"]


def _segment(entry: Entry) -> tuple[str, dict[str, str | None], str | None]:
    """Return recording, start and end of a line of ``segments``, and what is wrong with it."""
    words = entry.value.split()
    if len(words) not in (3, 4):
        why = f"expected <utterance> <recording> <start> <end>, found {entry.value!r} behind the id"
        return words[0] if words else "", {}, why
    start, end = words[1], words[2]
    if len(words) == 4 and words[3] != "0":
        why = (
            f"a segment of channel {words[3]}; recordings are mixed down, and one channel of them is not read"
        )
        return words[0], {"start": start, "end": end}, why
    return words[0], {"start": start, "end": None if end == TO_THE_END else end}, None


def _of_recording(cells: dict[str, str | None], recording: str, recordings: Entries) -> list[str]:
    """Set the file of a recording, and return what is wrong with it."""
    entry = recordings.get(recording)
    if entry is None:
        return [f"recording {recording!r} is not in {WAV_SCP}"]
    problems, written = _twice(WAV_SCP, entry), entry.value
    if written.endswith("|") or written.startswith("|"):
        problems.append(
            f"{written!r} is a command, which is never run; write its sound to a file and put its path there"
        )
    elif not written or written == "-":
        problems.append(f"{WAV_SCP} names no file for {recording!r}")
    elif _offset(written):
        problems.append(
            f"{written!r} is a place in an archive of Kaldi, which is not read; write its sound to a file "
            "(wav-copy) and put its path there"
        )
    else:
        cells["file"] = written
    return problems


def _offset(written: str) -> bool:
    head, colon, tail = written.rpartition(":")
    return bool(colon) and tail.partition("[")[0].isdigit() and not head.endswith(("/", "\\"))


def _value(cells: dict[str, str | None], column: str, name: str, entries: Entries, key: str) -> list[str]:
    entry = entries.get(key)
    cells[column] = (entry.value or None) if entry is not None else None
    return _twice(name, entry) if entry is not None else []


def _dangling(
    folder: str, values: Mapping[str, tuple[str, Entries]], utterances: Entries, source: str
) -> Iterator[LabelRow]:
    """Yield a row for each utterance that a file of values names, and that is none."""
    lost: dict[str, dict[str, str | None]] = defaultdict(dict)
    places: dict[str, str] = {}
    for column, (name, entries) in values.items():
        for utterance, entry in entries.items():
            if utterance not in utterances:
                places.setdefault(utterance, f"{folder}/{name}:{entry.lines[0]}")
                lost[utterance][column] = entry.value or None
    for utterance, where in places.items():
        cells = {"file": None, **lost[utterance]}
        yield labelled(where, cells, [f"utterance {utterance!r} is not in {source}"])
