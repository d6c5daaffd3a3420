"""Stand-in of IEMOCAP: dialogues of two talkers a session, rated turn by turn; its traps included."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

import numpy as np

from sarangi.base.errors import SarangiError
from sarangi.corpora.layouts.iemocap import EMOTIONS, LANGUAGE
from sarangi.synthetic.corpus import generator, voice
from sarangi.synthetic.speech import MELODIES, Clip

SAMPLE_RATE = 16_000
SPOKEN = EMOTIONS | {"fru": "angry", "xxx": "neutral"}
"""How each label sounds, those outside the four classes too."""

VOTED = {
    "ang": "Anger", "hap": "Happiness", "exc": "Excited", "neu": "Neutral", "sad": "Sadness",
    "fru": "Frustration", "xxx": "Other",
}  # fmt: skip
VALENCE = {"angry": 1.8, "happy": 4.2, "neutral": 3.1, "sad": 2.0}
"""How pleasant each emotion is rated, before raters differ."""
SPREAD = 0.3
"""Standard deviation of what raters differ by."""
OUT_OF_SCALE = "5.5000"
"""The valence of the first turn of the first dialogue that is one of the four classes: a trap."""
RELIABLE = {"E2": 0.9, "E3": 0.75, "E4": 0.6}
"""How often each annotator says what the talker meant."""
OF_THEMSELVES = 0.7
"""The same of an actor who reports on himself, which is no vote."""
SECOND = 0.3
"""How often an annotator of anger adds frustration."""
LABELS = ("neu", "neu", "ang", "sad", "hap", "exc", "fru", "xxx")
TURN = 5.0  # seconds from turn to turn in the files of times
SENTENCES = (
    "The train leaves at nine.",
    "I left my coat in the car.",
    "Somebody moved the blue chair.",
    "We have to be there by noon.",
    "You never told me about the letter.",
    "My sister is coming on Sunday.",
    "The office closes in ten minutes.",
    "I put the keys on the table.",
)


def clips(speakers: int, clips: int, seed: int) -> Iterator[Clip]:
    """Yield the clips of the stand-in: ``clips`` dialogues a session, eight turns each.

    As in the real corpus a dialogue bears the letter of one talker and both speak in it, some labels
    are none of the four classes, and ``dialog/wav`` holds whole dialogues, which are no utterances.  Three
    annotators of unlike reliability vote on each turn, and its talker reports on himself.

    Raises
    ------
    SarangiError
        If the speakers do not make up to five sessions of two.
    """
    if speakers % 2 or speakers > 10:
        raise SarangiError(f"iemocap has 2 speakers in each of 5 sessions at most; {speakers} are no such")
    for session in range(1, speakers // 2 + 1):
        voices = {
            letter: voice(seed, f"Ses{session:02}{letter}", gender, session)
            for letter, gender in (("F", "female"), ("M", "male"))
        }
        for number in range(clips):
            dialogue = f"Ses{session:02}{'FM'[number % 2]}_impro{number // 2 + 1:02}"
            labels = generator(seed, dialogue).permutation(LABELS)
            for turn, label in enumerate(labels):
                letter = "FM"[turn % 2]
                name = f"{dialogue}_{letter}{turn // 2:03}"
                row = {
                    "session": f"Session{session}",
                    "dialogue": dialogue,
                    "name": name,
                    "label": str(label),
                }
                row["said"] = _said(generator(seed, f"{name} votes"), str(label), f"{letter}{session}")
                row["start"] = f"{turn * TURN:.4f}"
                row["end"] = f"{(turn + 0.8) * TURN:.4f}"
                row |= _ratings(seed, name, SPOKEN[label])
                row["rated"] = _rated(generator(seed, f"{name} raters"), row)
                if session == 1 and number == 0 and turn == _first_rated(labels):
                    row["valence"] = OUT_OF_SCALE
                path = f"Session{session}/sentences/wav/{dialogue}/{name}.wav"
                yield _clip(path, seed, voices[letter], SPOKEN[label], row=row)
            yield _clip(
                f"Session{session}/dialog/wav/{dialogue}.wav", seed, voices["F"], "neutral", channels=2
            )


def _said(draw: np.random.Generator, label: str, talker: str) -> str:
    """Return the lines of the annotators of a turn, whose majority is its label, and of the talker himself.

    A turn labelled xxx is one without a majority.
    """
    while True:
        votes = {name: _vote(draw, label, reliable) for name, reliable in RELIABLE.items()}
        weights: dict[str, float] = defaultdict(float)
        for said in votes.values():
            for each in said:
                weights[each] += 1 / len(said)
        voted = next((each for each, weight in weights.items() if weight > len(votes) / 2), None)
        if voted == (None if label == "xxx" else VOTED[label]):
            break
    votes[talker] = _vote(draw, label, OF_THEMSELVES)
    return "".join(f"C-{name}:\t{'; '.join(said)};\t()\n" for name, said in votes.items())


def _vote(draw: np.random.Generator, label: str, reliable: float) -> list[str]:
    """Return what one annotator says of a turn: what was meant, or anything else."""
    right = label != "xxx" and draw.random() < reliable
    said = (
        VOTED[label] if right else str(draw.choice([each for each in VOTED.values() if each != VOTED[label]]))
    )
    return [said, "Frustration"] if said == "Anger" and draw.random() < SECOND else [said]


def _clip(path: str, seed: int, own: dict[str, str | int], emotion: str, **more: object) -> Clip:
    draw = generator(seed, path)
    text = SENTENCES[int(draw.integers(len(SENTENCES)))]
    return Clip(
        path=path,
        text=text,
        language=LANGUAGE,
        **own,
        emotion=emotion,
        sample_rate=SAMPLE_RATE,
        generator=draw,
        **more,
    )


def _ratings(seed: int, name: str, spoken: str) -> dict[str, str]:
    """Return the means of two raters, which follow how loud and fast an emotion is spoken.

    Drawn apart from the sound, which they leave as it is.
    """
    melody = MELODIES[spoken]
    arousal = 3 + 0.2 * melody.loudness_db + 2 * (melody.rate - 1)
    means = {"valence": VALENCE[spoken], "arousal": arousal, "dominance": 3 + 0.15 * melody.loudness_db}
    heard = generator(seed, f"{name} rated").normal(list(means.values()), SPREAD)
    halves = np.clip(np.round(heard * 2) / 2, 1, 5)
    return {dimension: f"{value:.4f}" for dimension, value in zip(means, halves, strict=True)}


def _rated(draw: np.random.Generator, row: Mapping[str, str]) -> str:
    """Return the lines of the two raters whose means a turn has."""
    lines = {"E3": "", "E4": ""}
    for short, dimension in (("val", "valence"), ("act", "arousal"), ("dom", "dominance")):
        mean = float(row[dimension])
        apart = 0.5 if mean % 1 else min(draw.integers(2), mean - 1, 5 - mean)
        for name, value in zip(lines, draw.permutation([mean - apart, mean + apart]), strict=True):
            lines[name] += f"{short} {value:.0f}; "
    return "".join(f"A-{name}:\t{said.rstrip()}\t()\n" for name, said in lines.items())


def _first_rated(labels: np.ndarray) -> int:
    return next(turn for turn, label in enumerate(labels) if label in EMOTIONS)


def tables(clips: list[Clip]) -> Iterator[tuple[str, bytes]]:
    """Yield for each dialogue the labels, a single rater's file beside them, and the transcription."""
    dialogues = defaultdict(list)
    for clip in clips:
        if clip.row:
            dialogues[f"{clip.row['session']}/dialog", clip.row["dialogue"]].append(clip)
    for (folder, dialogue), turns in sorted(dialogues.items()):
        labels, rater, words = "% [START_TIME - END_TIME] TURN_NAME EMOTION [V, A, D]\n\n", "", ""
        for turn in turns:
            row = turn.row
            labels += (
                f"[{row['start']} - {row['end']}]\t{row['name']}\t{row['label']}\t"
                f"[{row['valence']}, {row['arousal']}, {row['dominance']}]\n"
                f"{row['said']}{row['rated']}\n"
            )
            # a rater of his own mind: only the label above counts
            rater += f"{row['name']} :Neutral state; ()\n"
            start, end = float(row["start"]), float(row["end"])
            words += f"{row['name']} [{start:08.4f}-{end:08.4f}]: {turn.text}\n"
        yield f"{folder}/EmoEvaluation/{dialogue}.txt", labels.encode()
        yield f"{folder}/EmoEvaluation/Categorical/{dialogue}_e3_cat.txt", rater.encode()
        yield f"{folder}/transcriptions/{dialogue}.txt", words.encode()
