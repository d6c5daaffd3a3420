"""MELD (Poria et al. 2019): utterances of the series Friends with video, seven emotions.

Layout: ``{train,dev,test}_sent_emo.csv`` and clips ``dia<D>_utt<U>.mp4`` in ``train_splits``,
``dev_splits_complete``, ``output_repeated_splits_test``.  The same names recur in the three parts, so
a clip is known by its folder and name.  Its sound, taken out of the video by the user, may replace it
under the same name with another suffix; where both are there the video is read.  The tables have words and
labels of every utterance, so that they suffice for models that need no sound.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from sarangi.corpora.utterance import Utterance, failed, skipped
from sarangi.sources.source import Source
from sarangi.sources.tables import Row, table_rows

TITLE = "MELD"
LANGUAGE = "en"
EMOTIONS = {
    "anger": "angry", "disgust": "disgust", "fear": "fearful", "joy": "happy", "neutral": "neutral",
    "sadness": "sad", "surprise": "surprised",
}  # fmt: skip
PROMISES = {"utterances": 13_708}
PARTS = {
    "train": ("train_sent_emo.csv", "train_splits"),
    "validation": ("dev_sent_emo.csv", "dev_splits_complete"),
    "test": ("test_sent_emo.csv", "output_repeated_splits_test"),
}
COLUMNS = ("Utterance", "Speaker", "Emotion", "Dialogue_ID", "Utterance_ID")
LAYOUT = "; ".join(f"{table} with {folder}/dia<D>_utt<U>.mp4" for table, folder in PARTS.values())
SOUND = "the clips, in train_splits, dev_splits_complete and output_repeated_splits_test"
SUFFIXES = (".mp4", ".wav", ".flac")
"""Of a clip as it was published, and of its sound; the first that is there is read."""

# the text holds characters of Windows-1252 under the codes of Latin-1
WINDOWS = {code: bytes([code]).decode("cp1252", "ignore") for code in range(0x80, 0xA0)}

Clips = Mapping[str, Mapping[str, list[str]]]
"""By the path of the published layout and by suffix: the files."""


def utterances(source: Source) -> Iterator[Utterance]:
    """Yield one utterance for each line of the tables and copy of its clip, and for what they leave out.

    Raises
    ------
    SarangiError
        If a table lacks a column; names the file, the columns found and those expected.
    """
    clips = _clips(source)
    listed = set()
    for part, (table, folder) in PARTS.items():
        for file in source.named(table):
            for row in table_rows(source, file, COLUMNS):
                dialogue, number = row.cells["Dialogue_ID"], row.cells["Utterance_ID"]
                problem = row.problem
                if problem is None and not (dialogue.isalnum() and number.isalnum()):
                    problem = f"no numbers as Dialogue_ID and Utterance_ID, found {dialogue!r} and {number!r}"
                if problem is not None:
                    where = f"{file}:{row.line}"
                    yield failed(where, f"{where}: {problem}", "a line that names no clip", part=part)
                    continue
                path = f"{folder}/dia{dialogue}_utt{number}.mp4"
                listed.add(path)
                yield from _of_line(path, part, row, f"{file}:{row.line}", clips)
    for path in sorted(clips.keys() - listed):
        known = PurePosixPath(path).parent.name in {folder for _, folder in PARTS.values()}
        why = "no table lists it" if known else f"is not in a folder of the layout ({LAYOUT})"
        for file in _read_of(clips[path])[0]:
            yield skipped(file, why, path=path)


def _clips(source: Source) -> Clips:
    """Return the files of each clip, whose path ends in ``.mp4`` whatever its files do."""
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for file in source.paths(*SUFFIXES):
        stem, _, suffix = "/".join(file.split("/")[-2:]).lower().rpartition(".")
        found[f"{stem}.mp4"][f".{suffix}"].append(file)
    return found


def _read_of(files: Mapping[str, list[str]]) -> tuple[list[str], str | None]:
    """Return which files of a clip are read, each a copy, and what is said of those that are not."""
    first, *others = (suffix for suffix in SUFFIXES if suffix in files)
    beside = ", ".join(file for suffix in others for file in files[suffix])
    return files[first], f"{first} is read, and not {beside}" if beside else None


def _of_line(path: str, part: str, row: Row, where: str, clips: Clips) -> Iterator[Utterance]:
    cells = row.cells
    dialogue = f"{part}_dia{cells['Dialogue_ID']}"
    known = {
        "path": path,
        "language": LANGUAGE,
        "speaker": cells["Speaker"] or None,
        "group": dialogue,
        "session": dialogue,
        "label": cells["Emotion"],
        "text": cells["Utterance"].translate(WINDOWS),
        "part": part,
        "where": where,
    }
    files, note = _read_of(clips[path]) if path in clips else ([path], None)
    for file in files:
        if cells["Emotion"] not in EMOTIONS:
            expected = ", ".join(EMOTIONS)
            why = f"{where}: emotion {cells['Emotion']!r} is unknown; expected one of {expected}"
            yield failed(file, why, f"unknown emotion {cells['Emotion']!r}", **known)
        else:
            yield Utterance(**known, file=file, emotion=EMOTIONS[cells["Emotion"]], reason=note)
