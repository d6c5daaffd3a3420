"""Stand-in of RAVDESS: every actor says both sentences in every emotion; its traps included."""

from collections.abc import Iterator

from sarangi.corpora.layouts.ravdess import EMOTIONS, LANGUAGE, STATEMENTS
from sarangi.synthetic.corpus import generator, voice
from sarangi.synthetic.speech import Clip

SAMPLE_RATE = 48_000


def clips(speakers: int, clips: int, seed: int) -> Iterator[Clip]:
    """Yield the clips of the stand-in: ``clips`` repetitions of each sentence and emotion.

    As in the real corpus a file of actor 01 is stereo, and two files of actor 07 are the same.
    """
    for actor in range(1, speakers + 1):
        own = voice(seed, f"actor {actor}", "male" if actor % 2 else "female", actor // 2)
        for code, emotion in EMOTIONS.items():
            for statement, text in STATEMENTS.items():
                for repetition in range(1, clips + 1):
                    first = (code, statement, repetition)
                    path = f"Actor_{actor:02}/03-01-{code}-01-{statement}-{repetition:02}-{actor:02}.wav"
                    twin = f"Actor_07/03-01-03-01-02-{clips + 1:02}-07.wav"
                    yield Clip(
                        path=path,
                        text=text,
                        language=LANGUAGE,
                        **own,
                        emotion=emotion,
                        sample_rate=SAMPLE_RATE,
                        channels=2 if (actor, *first) == (1, "02", "01", 1) else 1,
                        twins=(twin,) if (actor, *first) == (7, "03", "02", 1) else (),
                        generator=generator(seed, path),
                    )
