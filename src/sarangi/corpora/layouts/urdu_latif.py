"""URDU (Latif et al. 2018): 400 clips of Urdu talk shows, four emotions.

Layout: ``{Angry,Happy,Neutral,Sad}/S{M|F}<speaker>_F<n>_{A|H|N|S}0<n>.wav``.
SF1 and SF4 share two recordings, so they are one group.
"""

import re
from collections.abc import Iterator

from sarangi.corpora.utterance import Utterance, failed
from sarangi.sources.source import Source

TITLE = "URDU"
LANGUAGE = "ur"
EMOTIONS = {"Angry": "angry", "Happy": "happy", "Neutral": "neutral", "Sad": "sad"}
PROMISES = {"utterances": 400, "speakers": 38} | dict.fromkeys(EMOTIONS.values(), 100)
LAYOUT = "<Emotion>/S<M|F><speaker>_F<n>_<A|H|N|S>0<n>.wav"

NAME = re.compile(r"(?:^|/)([^/]+)/S([MF])(\d+)(_F\d+_([A-Z])0\d+)\.wav$", re.IGNORECASE | re.ASCII)
FOLDERS = {label.casefold(): label for label in EMOTIONS}
CODES = {label[0]: label for label in EMOTIONS}
SAME_GROUP = {"SF1": "SF1+SF4", "SF4": "SF1+SF4"}


def utterances(source: Source) -> Iterator[Utterance]:
    """Yield one utterance for each .wav file, in sorted order."""
    for file in source.paths(".wav"):
        match = NAME.search(file)
        if match is None:
            yield failed(file, f"name does not follow {LAYOUT}")
            continue
        folder = FOLDERS.get(match[1].casefold(), match[1])
        gender, number, rest, code = (part.upper() for part in match.groups()[1:])
        speaker = f"S{gender}{number.lstrip('0') or '0'}"  # SF01 is SF1
        known = {
            "path": f"{folder}/{speaker}{rest}.wav",
            "language": LANGUAGE,
            "speaker": speaker,
            "group": SAME_GROUP.get(speaker, speaker),
            "gender": {"F": "female", "M": "male"}[gender],
            "label": folder,
        }
        if code not in CODES:
            why = f"emotion code {code} is unknown; expected one of {', '.join(CODES)}"
            yield failed(file, why, f"unknown emotion {code!r}", **known)
        elif folder != CODES[code]:
            yield failed(file, f"is in folder {folder}, but code {code} says {CODES[code]}", **known)
        else:
            yield Utterance(**known, file=file, emotion=EMOTIONS[folder])
