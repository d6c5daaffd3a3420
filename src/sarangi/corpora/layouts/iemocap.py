"""IEMOCAP (Busso et al. 2008): five sessions of two actors, in the usual four classes.

Layout: ``Session<N>/sentences/wav/<dialogue>/<utterance>.wav``; labels in
``Session<N>/dialog/EmoEvaluation/<dialogue>.txt``, words in ``Session<N>/dialog/transcriptions/``.
Who speaks is the last letter of the utterance's own name, not that of the dialogue.
"""

import re
from collections import defaultdict
from collections.abc import Iterator

from sarangi.base.documents import lines_of
from sarangi.corpora.utterance import Utterance, failed, skipped
from sarangi.sources.source import Source

TITLE = "IEMOCAP"
LANGUAGE = "en"
EMOTIONS = {"ang": "angry", "hap": "happy", "exc": "happy", "neu": "neutral", "sad": "sad"}
OTHERS = ("fru", "sur", "fea", "dis", "oth", "xxx")
PROMISES = {"speakers": 10, "neutral": 1708, "angry": 1103, "sad": 1084, "happy": 1636}
LAYOUT = "Session<N>/sentences/wav/<dialogue>/<utterance>.wav"

NAME = re.compile(r"(?:^|/)(Session(\d)/sentences/wav/([^/]+)/(Ses\d\d[FM]_[^/]*_([FM])[^/_]*)\.wav)$")
LABEL = re.compile(r"^\[[\d.]+ - [\d.]+\]\t(\S+)\t(\w+)\t\[")
WORDS = re.compile(r"^(Ses\S+) \[[\d.]+-[\d.]+\]: ?(.*)$")


def utterances(source: Source) -> Iterator[Utterance]:
    """Yield one utterance for each sentence, in sorted order."""
    labels = _lines(source, "/EmoEvaluation/", LABEL)
    words = _lines(source, "/transcriptions/", WORDS)
    # the recordings of whole dialogues lie elsewhere, and are no utterances
    for file in (path for path in source.paths(".wav") if "sentences/wav/" in path):
        match = NAME.search(file)
        if match is None:
            yield failed(file, f"name does not follow {LAYOUT}")
            continue
        path, session, dialogue, name, talker = match.groups()
        said = labels.get(name, [])
        label = said[0] if len(said) == 1 else None
        texts = words.get(name, [])
        known = {
            "path": path,
            "language": LANGUAGE,
            "speaker": f"Ses{int(session):02}{talker}",
            "group": session,
            "session": session,
            "gender": {"F": "female", "M": "male"}[talker],
            "label": label,
            "text": texts[0] if len(texts) == 1 else None,
        }
        if len(said) > 1:
            why = f"EmoEvaluation gives {name} the labels {', '.join(said)}; keep the published one"
            yield failed(file, why, "several labels", **known)
        elif label in EMOTIONS:
            note = f"{len(texts)} transcripts, none of which is read" if len(texts) > 1 else None
            yield Utterance(**known, file=file, emotion=EMOTIONS[label], reason=note)
        elif label in OTHERS:
            yield skipped(file, f"label {label}: not one of the four classes", **known)
        elif label is None:
            place = f"Session{session}/dialog/EmoEvaluation/{dialogue}.txt"
            yield failed(file, f"{place} has no label for {name}", "no label", **known)
        else:
            expected = ", ".join([*EMOTIONS, *OTHERS])
            why = f"label {label} is unknown; expected one of {expected}"
            yield failed(file, why, f"unknown emotion {label!r}", **known)


def _lines(source: Source, folder: str, pattern: re.Pattern[str]) -> dict[str, list[str]]:
    """Return what the lines of the text files in a folder say of each utterance, each saying once, sorted."""
    found: dict[str, set[str]] = defaultdict(set)
    for file in source.paths(".txt"):
        # EmoEvaluation has the single raters' files in folders of their own
        if folder in file and "/" not in file.split(folder, 1)[1]:
            for line in lines_of(source.text(file, "latin-1")):
                match = pattern.match(line)
                if match:
                    found[match[1]].add(match[2].strip())
    return {name: sorted(said) for name, said in found.items()}
