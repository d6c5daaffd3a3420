"""Stand-in of IEMOCAP: dialogues of two talkers a session, rated turn by turn; its traps included."""

from collections import defaultdict
from collections.abc import Iterator

from sarangi.base.errors import SarangiError
from sarangi.corpora.layouts.iemocap import EMOTIONS, LANGUAGE
from sarangi.synthetic.corpus import generator, voice
from sarangi.synthetic.speech import Clip

SAMPLE_RATE = 16_000
SPOKEN = EMOTIONS | {"fru": "angry", "xxx": "neutral"}
"""How each label sounds, those outside the four classes too."""

RATED = {
    "ang": "Anger", "hap": "Happiness", "exc": "Excited", "neu": "Neutral", "sad": "Sadness",
    "fru": "Frustration", "xxx": "Other",
}  # fmt: skip
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
    are none of the four classes, and ``dialog/wav`` holds whole dialogues, which are no utterances.

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
                row["start"] = f"{turn * TURN:.4f}"
                row["end"] = f"{(turn + 0.8) * TURN:.4f}"
                path = f"Session{session}/sentences/wav/{dialogue}/{name}.wav"
                yield _clip(path, seed, voices[letter], SPOKEN[label], row=row)
            yield _clip(
                f"Session{session}/dialog/wav/{dialogue}.wav", seed, voices["F"], "neutral", channels=2
            )


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
                f"[{row['start']} - {row['end']}]\t{row['name']}\t{row['label']}\t[2.5000, 2.5000, 2.5000]\n"
                f"C-E2:\t{RATED[row['label']]};\t()\nC-E3:\tNeutral;\t()\n"
                "A-E3:\tval 3; act 2; dom  3;\t()\n\n"
            )
            # a rater of his own mind: only the label above counts
            rater += f"{row['name']} :Neutral state; ()\n"
            start, end = float(row["start"]), float(row["end"])
            words += f"{row['name']} [{start:08.4f}-{end:08.4f}]: {turn.text}\n"
        yield f"{folder}/EmoEvaluation/{dialogue}.txt", labels.encode()
        yield f"{folder}/EmoEvaluation/Categorical/{dialogue}_e3_cat.txt", rater.encode()
        yield f"{folder}/transcriptions/{dialogue}.txt", words.encode()
