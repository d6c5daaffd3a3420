"""Stand-in of IITKGP-SEHSC: every artist says sentences in every emotion, session after session."""

import csv
import io
from collections.abc import Iterator

from sarangi.corpora.layouts.iitkgp_sehsc import COLUMNS, EMOTIONS, LANGUAGE, TABLE
from sarangi.synthetic.corpus import generator, voice
from sarangi.synthetic.speech import Clip

SAMPLE_RATE = 16_000
LABELS = ("anger", "disgust", "fear", "happy", "neutral", "sad", "sarcastic", "surprise")
SENTENCES = (
    "आज मौसम बहुत अच्छा है",
    "मैं कल बाज़ार जाऊँगा",
    "किताब मेज़ पर रखी है",
    "बच्चे बाग़ में खेल रहे हैं",
    "वह अभी तक घर नहीं आया",
    "हमने शाम को चाय पी",
    "बस आज भी देर से आई",
    "दरवाज़ा बंद कर दो",
)


def clips(speakers: int, clips: int, seed: int) -> Iterator[Clip]:
    """Yield the clips of the stand-in: ``clips`` sessions of one sentence in each emotion.

    One more recording is there that the user's table leaves out.
    """
    voices = [voice(seed, f"artist {n + 1}", "female" if n % 2 else "male", n // 2) for n in range(speakers)]
    for artist, own in enumerate(voices, 1):
        for session in range(1, clips + 1):
            for label in LABELS:
                path = f"wav/{artist:02}_{session:02}_{label}.wav"
                yield _clip(path, label, own, seed, {"speaker": f"{artist:02}", "session": f"{session}"})
    yield _clip("wav/01_rehearsal.wav", "neutral", voices[0], seed, {})


def _clip(path: str, label: str, own: dict[str, str | int], seed: int, known: dict[str, str]) -> Clip:
    draw = generator(seed, path)
    return Clip(
        path=path,
        text=SENTENCES[int(draw.integers(len(SENTENCES)))],
        language=LANGUAGE,
        **own,
        emotion=EMOTIONS[label],
        sample_rate=SAMPLE_RATE,
        row={"path": path, "emotion": label, **known} if known else {},
        generator=draw,
    )


def tables(clips: list[Clip]) -> Iterator[tuple[str, bytes]]:
    """Yield the table that a user writes."""
    text = io.StringIO()
    table = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    table.writeheader()
    table.writerows(clip.row for clip in clips if clip.row)
    yield TABLE, text.getvalue().encode()
