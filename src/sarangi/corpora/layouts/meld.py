"""MELD (Poria et al. 2019): utterances of the series Friends with video, seven emotions.

Layout: ``{train,dev,test}_sent_emo.csv`` and clips ``dia<D>_utt<U>.mp4`` in ``train_splits``,
``dev_splits_complete``, ``output_repeated_splits_test``.  The same names recur in the three parts, so
a clip is known by its folder and name.
"""

from collections.abc import Iterator

from sarangi.corpora.utterance import Utterance, failed, skipped
from sarangi.sources.source import Source, table_rows

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

# the text holds characters of Windows-1252 under the codes of Latin-1
WINDOWS = {code: bytes([code]).decode("cp1252", "ignore") for code in range(0x80, 0xA0)}


def utterances(source: Source) -> Iterator[Utterance]:
    """Yield one utterance for each line of the tables, and for each clip that they leave out.

    Raises
    ------
    SarangiError
        If a table lacks a column; names the file, the columns found and those expected.
    """
    clips = {"/".join(path.rsplit("/", 2)[-2:]): path for path in source.paths(".mp4")}
    listed = set()
    for part, (table, folder) in PARTS.items():
        for file in source.paths(table):
            for line, row in table_rows(source, file, COLUMNS):
                path = f"{folder}/dia{row['Dialogue_ID']}_utt{row['Utterance_ID']}.mp4"
                listed.add(path)
                dialogue = f"{part}_dia{row['Dialogue_ID']}"
                known = {
                    "path": path,
                    "language": LANGUAGE,
                    "speaker": row["Speaker"] or None,
                    "group": dialogue,
                    "session": dialogue,
                    "label": row["Emotion"],
                    "text": (row["Utterance"] or "").translate(WINDOWS),
                    "part": part,
                }
                where = f"{file}:{line}"
                if row["Emotion"] not in EMOTIONS:
                    expected = ", ".join(EMOTIONS)
                    why = f"{where}: emotion {row['Emotion']!r} is unknown; expected one of {expected}"
                    yield failed(clips.get(path, path), why, **known)
                elif path not in clips:
                    yield failed(path, f"{where} lists it, and there is no such clip", **known)
                else:
                    yield Utterance(**known, file=clips[path], emotion=EMOTIONS[row["Emotion"]])
    for path, file in sorted(clips.items()):
        if path not in listed and path.split("/")[0] in {folder for _, folder in PARTS.values()}:
            yield skipped(file, "no table lists it", path=path)
