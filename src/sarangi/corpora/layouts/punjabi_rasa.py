"""Punjabi part of RASA (AI4Bharat; the study's release): four emotions, no speaker ids.

Layout: ``{train,test}/{angry,happy,sad,neutral}/audio/PAN_<gender>_<emotion>_<nnnnn>.wav``, with
``metadata.txt`` (``filename|transcript|…``) beside each ``audio``.  RASA aims at one female and one
male voice a language, so the gender is the likely speaker and stands as the group.
"""

import re
from collections import defaultdict
from collections.abc import Iterator

from sarangi.base.documents import lines_of
from sarangi.corpora.utterance import Utterance, failed
from sarangi.sources.source import Source

TITLE = "RASA Punjabi"
LANGUAGE = "pa"
EMOTIONS = {"angry": "angry", "happy": "happy", "sad": "sad", "neutral": "neutral"}
PROMISES = {"utterances": 9634, "angry": 956, "happy": 1017, "sad": 952, "neutral": 6709}
LAYOUT = "<train|test>/<emotion>/audio/PAN_<gender>_<emotion>_<nnnnn>.wav"

NAME = re.compile(r"(?:^|/)([^/]+)/([^/]+)/audio/(PAN_([^_/]+)_([^_/]+)_\d+)\.wav$", re.IGNORECASE | re.ASCII)
GENDERS = {"f": "female", "female": "female", "m": "male", "male": "male"}


def utterances(source: Source) -> Iterator[Utterance]:
    """Yield one utterance for each .wav file, in sorted order."""
    texts = transcripts(source)
    for file in source.paths(".wav"):
        match = NAME.search(file)
        if match is None:
            yield failed(file, f"name does not follow {LAYOUT}")
            continue
        part, folder, name, gender, code = match.groups()
        part, folder = part.lower(), folder.lower()
        said = texts.get(name.casefold(), [])
        known = {
            "path": f"{part}/{folder}/audio/{name}.wav",
            "language": LANGUAGE,
            "gender": GENDERS.get(gender.lower()),
            "group": GENDERS.get(gender.lower()),
            "label": folder,
            "part": part,
            "text": said[0] if len(said) == 1 else None,
        }
        if folder not in EMOTIONS:
            why = f"emotion {folder} is unknown; expected one of {', '.join(EMOTIONS)}"
            yield failed(file, why, f"unknown emotion {folder!r}", **known)
        elif code.lower() != folder:
            yield failed(file, f"is in folder {folder}, but its name says {code}", **known)
        elif part not in ("train", "test"):
            yield failed(file, f"is in folder {part}; expected train or test", **known)
        elif known["gender"] is None:
            yield failed(file, f"gender {gender} is unknown; expected one of {', '.join(GENDERS)}", **known)
        else:
            note = f"{len(said)} transcripts, none of which is read" if len(said) > 1 else None
            yield Utterance(**known, file=file, emotion=EMOTIONS[folder], reason=note)


def transcripts(source: Source) -> dict[str, list[str]]:
    """Return the transcripts of each clip by its folded name, each once, sorted."""
    found: dict[str, set[str]] = defaultdict(set)
    for file in source.named("metadata.txt"):
        for line in lines_of(source.text(file)):
            name, _, rest = line.partition("|")
            text = rest.partition("|")[0].strip()
            if text:
                found[name.strip().rsplit("/", 1)[-1].casefold().removesuffix(".wav")].add(text)
    return {name: sorted(said) for name, said in found.items()}
