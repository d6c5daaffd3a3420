"""RAVDESS speech (Livingstone & Russo 2018): 24 actors, two sentences, eight emotions.

Layout: ``Actor_NN/MM-VC-EE-II-SS-RR-AA.wav`` (modality, vocal channel, emotion, intensity,
statement, repetition, actor; odd actors are male).
"""

import re
from collections.abc import Iterator

from sarangi.corpora.utterance import Utterance, failed, skipped
from sarangi.sources.source import Source

TITLE = "RAVDESS"
LANGUAGE = "en"
EMOTIONS = {
    "01": "neutral",
    "02": "calm",
    "03": "happy",
    "04": "sad",
    "05": "angry",
    "06": "fearful",
    "07": "disgust",
    "08": "surprised",
}
STATEMENTS = {"01": "Kids are talking by the door", "02": "Dogs are sitting by the door"}
ACTORS = 24
PROMISES = {"utterances": 1440, "speakers": ACTORS, "neutral": 96} | dict.fromkeys(
    ("calm", "happy", "sad", "angry", "fearful", "disgust", "surprised"), 192
)
LAYOUT = "Actor_<NN>/<MM>-<VC>-<EE>-<II>-<SS>-<RR>-<AA>.wav"

NAME = re.compile(
    r"(?:^|/)(Actor_(\d\d)/(\d\d)-(\d\d)-(\d\d)-(\d\d)-(\d\d)-(\d\d)-(\d\d)\.wav)$", re.IGNORECASE | re.ASCII
)


def utterances(source: Source) -> Iterator[Utterance]:
    """Yield one utterance for each .wav file, in sorted order."""
    for file in source.paths(".wav"):
        match = NAME.search(file)
        if match is None:
            yield failed(file, f"name does not follow {LAYOUT}")
            continue
        path, folder, modality, channel, emotion, _, statement, _, actor = match.groups()
        known = {
            "path": path.capitalize(),
            "language": LANGUAGE,
            "speaker": actor,
            "group": actor,
            "gender": "male" if int(actor) % 2 else "female",
            "label": emotion,
        }
        if (modality, channel) != ("03", "01"):
            yield skipped(
                file, f"modality {modality}, channel {channel}: not audio-only (03) speech (01)", **known
            )
        elif emotion not in EMOTIONS:
            why = f"emotion code {emotion} is unknown; expected 01 to 08"
            yield failed(file, why, f"unknown emotion {emotion!r}", **known)
        elif statement not in STATEMENTS:
            why = f"statement code {statement} is unknown; expected 01 or 02"
            yield failed(file, why, f"unknown statement {statement!r}", **known)
        elif not 1 <= int(actor) <= ACTORS:
            why = f"actor {actor} is unknown; expected 01 to {ACTORS}"
            yield failed(file, why, f"unknown actor {actor!r}", **known)
        elif folder != actor:
            why = f"is in folder Actor_{folder}, but its name says actor {actor}"
            yield failed(file, why, "folder and name say different actors", **known)
        else:
            yield Utterance(**known, file=file, emotion=EMOTIONS[emotion], text=STATEMENTS[statement])
