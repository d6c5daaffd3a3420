"""IITKGP-SEHSC (Koolagudi et al. 2011): Hindi, read through a table that the user gives.

How its files are named is not published, so ``iitkgp_sehsc.csv`` in the folder says of each recording
its ``path`` (below the folder), ``emotion``, ``speaker`` and ``session``.
"""

from collections.abc import Iterator

from sarangi.base.errors import SarangiError
from sarangi.corpora.utterance import Utterance, failed, skipped
from sarangi.sources.source import Source, copies_of, table_rows

TITLE = "IITKGP-SEHSC"
LANGUAGE = "hi"
EMOTIONS = {
    "anger": "angry", "disgust": "disgust", "fear": "fearful", "happy": "happy", "happiness": "happy",
    "neutral": "neutral", "sad": "sad", "sadness": "sad", "sarcastic": "sarcasm", "sarcasm": "sarcasm",
    "surprise": "surprised",
}  # fmt: skip
PROMISES = {"utterances": 12_000, "speakers": 10}
TABLE = "iitkgp_sehsc.csv"
COLUMNS = ("path", "emotion", "speaker", "session")
LAYOUT = f"{TABLE} with columns {', '.join(COLUMNS)}, and the recordings that it lists"


def utterances(source: Source) -> Iterator[Utterance]:
    """Yield one utterance for each line of the table, and for each recording that it leaves out."""
    tables = copies_of(source, TABLE)
    if not tables:
        raise SarangiError(f"{source.path}: found 0 files {TABLE}; expected one ({LAYOUT})")
    listed: set[str] = set()
    for table in tables:
        yield from _of_table(source, table, listed, copy=table != tables[0])
    for file in source.paths(".wav"):
        if file not in listed:
            yield skipped(file, f"{tables[0]} does not list it")


def _of_table(source: Source, table: str, listed: set[str], copy: bool) -> Iterator[Utterance]:
    """Yield the lines of a table, and add their files to ``listed``; a copy may lie without recordings."""
    base = table[: -len(TABLE)]
    for number, row in table_rows(source, table, COLUMNS):
        path = (row["path"] or "").strip()
        if copy and not source.has(base + path):
            continue
        listed.add(base + path)
        known = {
            "path": path,
            "language": LANGUAGE,
            "speaker": row["speaker"] or None,
            "group": row["speaker"] or None,
            "session": row["session"] or None,
            "label": row["emotion"],
        }
        emotion = EMOTIONS.get((row["emotion"] or "").strip().lower())
        if emotion is None:
            expected = ", ".join(sorted(EMOTIONS))
            why = f"{table}:{number}: emotion {row['emotion']!r} is unknown; expected one of {expected}"
            yield failed(base + path, why, f"unknown emotion {row['emotion']!r}", **known)
        elif not row["speaker"]:
            yield failed(base + path, f"{table}:{number}: no speaker", "no speaker", **known)
        else:
            yield Utterance(**known, file=base + path, emotion=emotion)
