"""Stand-in of ShEMO: emotions as skewed as in the real corpus, fear the rarest."""

import json
from collections import Counter
from collections.abc import Iterator

from sarangi.corpora.layouts.shemo import EMOTIONS, LANGUAGE, PROMISES
from sarangi.synthetic.corpus import generator, in_proportion, voice
from sarangi.synthetic.speech import Clip

SAMPLE_RATE = 44_100
SENTENCES = (
    "امروز هوا خیلی خوب است",
    "فردا به بازار می‌روم",
    "کتاب روی میز است",
    "بچه‌ها در باغ بازی می‌کنند",
    "دیشب دیر به خانه رسیدم",
    "او هنوز نیامده است",
    "لطفا در را ببند",
    "ما با هم چای خوردیم",
)


def clips(speakers: int, clips: int, seed: int) -> Iterator[Clip]:
    """Yield the clips of the stand-in: ``clips`` neutral ones, the other emotions in proportion.

    The speakers take turns, so that each has several emotions, and a rare one has several speakers.
    """
    genders = ["female" if number % 3 == 2 else "male" for number in range(speakers)]
    numbered = [genders[: number + 1].count(gender) for number, gender in enumerate(genders)]
    names = [f"{gender[0].upper()}{number:02}" for gender, number in zip(genders, numbered, strict=True)]
    voices = [voice(seed, name, *of) for name, *of in zip(names, genders, numbered, strict=True)]
    counts = in_proportion({code: PROMISES[emotion] for code, emotion in EMOTIONS.items()}, clips)
    spoken: Counter[tuple[int, str]] = Counter()
    for turn, code in enumerate(code for code, count in counts.items() for _ in range(count)):
        speaker = turn % speakers
        spoken[speaker, code] += 1
        name = f"{names[speaker]}{code}{spoken[speaker, code]:02}"
        draw = generator(seed, name)
        text = SENTENCES[int(draw.integers(len(SENTENCES)))]
        yield Clip(
            path=f"{genders[speaker]}/{name}.wav",
            text=text,
            language=LANGUAGE,
            **voices[speaker],
            emotion=EMOTIONS[code],
            sample_rate=SAMPLE_RATE,
            row={
                "id": name,
                "speaker_id": names[speaker],
                "gender": genders[speaker],
                "emotion": EMOTIONS[code],
                "transcript": text,
            },
            generator=draw,
        )


def tables(clips: list[Clip]) -> Iterator[tuple[str, bytes]]:
    """Yield ``shemo.json``: what each clip's name says, and its transcript."""
    rows = {clip.row["id"]: {key: clip.row[key] for key in clip.row if key != "id"} for clip in clips}
    yield "shemo.json", json.dumps(rows, indent=4).encode()
