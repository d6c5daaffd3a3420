"""How an emotion sounds when a synthesiser speaks it: pitch, range, rate, loudness, contour."""

import io
import json
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from fractions import Fraction
from xml.sax.saxutils import escape

import numpy as np
import soundfile
from scipy.signal import resample_poly

from sarangi.base.errors import SarangiError
from sarangi.synthetic.espeak import SAMPLE_RATE

VARIANTS = {
    "male": ("m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8"),
    "female": ("f1", "f2", "f3", "f4", "f5"),
}


@dataclass(frozen=True)
class Melody:
    """Prosody of an emotion: factors and offsets on a speaker's own voice."""

    pitch: int  # added to espeak's pitch of 0 to 99
    range: int  # espeak's pitch range of 0 to 99
    rate: float  # times the speaker's words a minute
    loudness_db: float
    contour: tuple[int, ...]  # pitch in per cent over the words, stretched to their number


MELODIES = {
    "angry": Melody(10, 70, 1.15, 6, (30, 10, 20, -10)),
    "calm": Melody(-4, 25, 0.88, -3, (0, 0, -5)),
    "disgust": Melody(-6, 60, 0.82, 1, (-15, 15, -20)),
    "fearful": Melody(16, 35, 1.28, -1, (10, 25, 10, 25)),
    "happy": Melody(14, 85, 1.08, 3, (0, 20, 5, 30)),
    "neutral": Melody(0, 45, 1.0, 0, (0,)),
    "sad": Melody(-8, 15, 0.78, -6, (5, -5, -20)),
    "sarcasm": Melody(-3, 90, 0.84, 0, (-10, 40, -25, 15)),
    "surprised": Melody(18, 95, 1.02, 4, (-10, 10, 60)),
}


@dataclass(frozen=True, kw_only=True)
class Clip:
    """One recording to make: where it goes, who says what and how, and its form."""

    path: str
    text: str
    language: str
    variant: str
    pitch: int
    rate: int
    emotion: str
    sample_rate: int
    seconds: float | None = None  # cut or filled to this length; None keeps the speech's own
    channels: int = 1
    twins: tuple[str, ...] = ()  # further paths with the very same bytes
    row: dict[str, str] = field(default_factory=dict)  # what the corpus's own tables say; empty: nothing
    missing: bool = False  # the tables list it, and there is no such file
    generator: np.random.Generator


def speak(clip: Clip) -> bytes:
    """Return a clip as the bytes of a 16-bit WAV file.

    Raises
    ------
    SarangiError
        If espeak-ng fails.
    """
    draw, melody = clip.generator, MELODIES[clip.emotion]
    wanted = {
        "language": clip.language,
        "variant": clip.variant,
        "pitch": int(np.clip(clip.pitch + melody.pitch + draw.normal(0, 4), 0, 99)),
        "range": int(np.clip(melody.range + draw.normal(0, 8), 0, 99)),
        "rate": int(np.clip(clip.rate * melody.rate * draw.normal(1, 0.04), 80, 400)),
        "ssml": _ssml(clip.text, melody, draw),
    }
    try:
        samples = _samples(wanted)
    except (OSError, ValueError) as error:
        raise SarangiError(f"{clip.path}: {error}") from error
    voice = np.frombuffer(samples, dtype="<i2").astype(np.float64) / 32768
    voice *= 10 ** ((melody.loudness_db - 9 + draw.normal(0, 1.5)) / 20)
    ratio = Fraction(clip.sample_rate, SAMPLE_RATE)
    sound = resample_poly(voice, ratio.numerator, ratio.denominator)
    if clip.seconds is not None:
        sound = np.resize(
            np.pad(sound, (0, round(clip.seconds * clip.sample_rate))), round(clip.seconds * clip.sample_rate)
        )
    # a little noise of the room, so that no sample is exactly silent
    sound = np.clip(sound + draw.normal(0, 10 ** (-60 / 20), len(sound)), -1, 1 - 2**-15)
    channels = np.repeat(np.rint(sound * 32768).astype(np.int16)[:, None], clip.channels, axis=1)
    file = io.BytesIO()
    soundfile.write(file, channels, clip.sample_rate, format="WAV", subtype="PCM_16")
    return file.getvalue()


_OF_THREAD = threading.local()
"""The process that forks the voices of a thread; it ends when the thread's end of the pipe is closed."""


def _samples(wanted: dict[str, str | int]) -> bytes:
    """Return the answer of :mod:`sarangi.synthetic.espeak`, from a process that is kept for the next."""
    speaking = getattr(_OF_THREAD, "process", None)
    if speaking is None or speaking.poll() is not None:
        command = [sys.executable, "-m", "sarangi.synthetic.espeak"]
        speaking = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        _OF_THREAD.process = speaking
    speaking.stdin.write(json.dumps(wanted).encode() + b"\n")
    speaking.stdin.flush()
    length = speaking.stdout.readline()
    if not length:
        raise ValueError("the process that synthesises speech has ended; its messages are above")
    content = speaking.stdout.read(abs(int(length)))
    if length.startswith(b"-"):
        raise ValueError(content.decode(errors="replace"))
    return content


def _ssml(text: str, melody: Melody, draw: np.random.Generator) -> str:
    words = text.split()
    places = np.linspace(0, len(melody.contour) - 1, len(words))
    contour = np.interp(places, range(len(melody.contour)), melody.contour) + draw.normal(0, 4, len(words))
    spoken = (
        f'<prosody pitch="{percent:+.0f}%">{escape(word)}</prosody>'
        for word, percent in zip(words, contour, strict=True)
    )
    return f"<speak>{' '.join(spoken)}</speak>"
