"""Stand-in of the Punjabi part of RASA: two parts, mostly neutral, no names of speakers."""

from collections import defaultdict
from collections.abc import Iterator

from sarangi.corpora.layouts.punjabi_rasa import EMOTIONS, LANGUAGE, PROMISES
from sarangi.synthetic.corpus import generator, in_proportion, voice
from sarangi.synthetic.speech import Clip

SAMPLE_RATE = 48_000
TESTED = 4  # one clip in so many; one in ten of the real corpus
SENTENCES = (
    "ਅੱਜ ਮੌਸਮ ਬਹੁਤ ਚੰਗਾ ਹੈ",
    "ਮੈਂ ਕੱਲ੍ਹ ਬਾਜ਼ਾਰ ਜਾਵਾਂਗਾ",
    "ਕਿਤਾਬ ਮੇਜ਼ ਉੱਤੇ ਪਈ ਹੈ",
    "ਬੱਚੇ ਬਾਗ਼ ਵਿੱਚ ਖੇਡ ਰਹੇ ਹਨ",
    "ਉਹ ਹਾਲੇ ਘਰ ਨਹੀਂ ਆਇਆ",
    "ਅਸੀਂ ਸ਼ਾਮ ਨੂੰ ਚਾਹ ਪੀਤੀ",
    "ਬੱਸ ਅੱਜ ਵੀ ਦੇਰ ਨਾਲ ਆਈ",
    "ਦਰਵਾਜ਼ਾ ਬੰਦ ਕਰ ਦਿਓ",
)


def clips(speakers: int, clips: int, seed: int) -> Iterator[Clip]:
    """Yield the clips of the stand-in: ``clips`` neutral ones to train, the others in proportion.

    The speakers take turns, women and men; a clip tells the gender and no more.
    """
    genders = ["female" if number % 2 else "male" for number in range(speakers)]
    voices = [voice(seed, f"speaker {n}", gender, n // 2) for n, gender in enumerate(genders)]
    promised = {label: PROMISES[emotion] for label, emotion in EMOTIONS.items()}
    number = 0
    for part, commonest in (("train", clips), ("test", clips // TESTED)):
        for label, count in in_proportion(promised, commonest).items():
            for turn in range(count):
                number += 1
                speaker = turn % speakers
                gender = genders[speaker][0].upper()
                path = f"{part}/{label}/audio/PAN_{gender}_{label.upper()}_{number:05}.wav"
                draw = generator(seed, path)
                yield Clip(
                    path=path,
                    # two sentences: the real clips are 3 to 15 s long
                    text="। ".join(draw.choice(SENTENCES, 2, replace=False)),
                    language=LANGUAGE,
                    **voices[speaker],
                    emotion=EMOTIONS[label],
                    sample_rate=SAMPLE_RATE,
                    generator=draw,
                )


def tables(clips: list[Clip]) -> Iterator[tuple[str, bytes]]:
    """Yield the ``metadata.txt`` of each emotion of each part: names and transcripts."""
    lines: dict[str, str] = defaultdict(str)
    for clip in clips:
        folder, name = clip.path.split("/audio/")
        lines[folder] += f"{name}|{clip.text}|{clip.emotion}\n"
    for folder, text in sorted(lines.items()):
        yield f"{folder}/metadata.txt", text.encode()
