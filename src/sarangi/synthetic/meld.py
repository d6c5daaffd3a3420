"""Stand-in of MELD: dialogues in three parts with tables, recorded on film; its traps included."""

import csv
import io
from collections.abc import Iterator

from sarangi.corpora.layouts.meld import EMOTIONS, LANGUAGE, PARTS
from sarangi.synthetic.corpus import generator, voice
from sarangi.synthetic.speech import Clip

SAMPLE_RATE = 16_000  # less than the real 48 kHz, so that the clip of five minutes costs little
COLUMNS = (
    "Sr No.", "Utterance", "Speaker", "Emotion", "Sentiment", "Dialogue_ID", "Utterance_ID", "Season",
    "Episode", "StartTime", "EndTime",
)  # fmt: skip
SENTIMENTS = {"neutral": "neutral", "joy": "positive", "surprise": "positive"}  # the others are negative
# a round of three dialogues, in which neutral is the commonest
DIALOGUES = (
    ("neutral", "joy", "neutral", "surprise", "neutral"),
    ("anger", "neutral", "sadness"),
    ("joy", "disgust", "neutral", "fear"),
)
MISSING = ("train_splits/dia0_utt2.mp4", "dev_splits_complete/dia2_utt2.mp4")
LONG, LONG_S = "output_repeated_splits_test/dia0_utt4.mp4", 305.0
SHORT, SHORT_TEXT, SHORT_S = (1, 1), "What?", 0.4  # the second utterance of the second dialogue
SENTENCES = (
    "It’s raining again.",
    "Wait, the soup is still hot!",
    "I’ll call you tomorrow…",
    "Who’s at the door?",
    "That’s my seat.",
    "Dinner is ready, come in.",
    "We missed the last bus.",
    "You’ve found my umbrella!",
)


def clips(speakers: int, clips: int, seed: int) -> Iterator[Clip]:
    """Yield the clips of the stand-in: ``clips`` rounds of twelve in dev and in test, twice so many in train.

    As in the real corpus names, speakers and texts recur in the three parts, two clips of the tables are
    missing, one lasts five minutes and some under half a second.
    """
    names = [f"Speaker {number + 1}" for number in range(speakers)]
    voices = [voice(seed, name, "male" if n % 2 else "female", n // 2) for n, name in enumerate(names)]
    for part, (_, folder) in PARTS.items():
        for dialogue, labels in enumerate(DIALOGUES * (2 * clips if part == "train" else clips)):
            for utterance, label in enumerate(labels):
                path = f"{folder}/dia{dialogue}_utt{utterance}.mp4"
                short = (dialogue % len(DIALOGUES), utterance) == SHORT
                draw = generator(seed, path)
                speaker = int(draw.integers(speakers))
                text = SHORT_TEXT if short else SENTENCES[int(draw.integers(len(SENTENCES)))]
                row = {
                    # the codes of Windows-1252 taken for those of Latin-1; dev is sound
                    "Utterance": text if part == "validation" else text.encode("cp1252").decode("latin-1"),
                    "Speaker": names[speaker],
                    "Emotion": label,
                    "Sentiment": SENTIMENTS.get(label, "negative"),
                    "Dialogue_ID": dialogue,
                    "Utterance_ID": utterance,
                    "Season": 1,
                    "Episode": dialogue + 1,
                    "StartTime": f"00:00:{5 * utterance:02},000",
                    "EndTime": f"00:00:{5 * utterance + 4:02},000",
                }
                yield Clip(
                    path=path,
                    text=text,
                    language=LANGUAGE,
                    **voices[speaker],
                    emotion=EMOTIONS[label],
                    sample_rate=SAMPLE_RATE,
                    seconds=LONG_S if path == LONG else SHORT_S if short else None,
                    channels=2,
                    row=row,
                    missing=path in MISSING,
                    generator=draw,
                )


def tables(clips: list[Clip]) -> Iterator[tuple[str, bytes]]:
    """Yield the table of each part."""
    for name, folder in PARTS.values():
        text = io.StringIO()
        table = csv.DictWriter(text, COLUMNS, lineterminator="\r\n")
        table.writeheader()
        rows = [clip.row for clip in clips if clip.path.startswith(f"{folder}/")]
        table.writerows({"Sr No.": number} | row for number, row in enumerate(rows, 1))
        yield name, text.getvalue().encode()
