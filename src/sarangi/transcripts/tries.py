"""Tries to decode a clip: the checks that each must pass, which try is kept, and what is made of it."""

import hashlib
import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

import numpy as np

from sarangi.base.errors import SarangiError
from sarangi.base.sound import SAMPLE_RATE
from sarangi.base.text_checks import Check

WINDOW_S = 30.0  # what Whisper hears at once
FRAME = 160  # samples a frame of the spectrogram
WINDOW = round(WINDOW_S * SAMPLE_RATE) // FRAME  # frames

# the limits of whisper.transcribe
MOST_REPEATED, LEAST_CERTAIN, SILENT = 2.4, -1.0, 0.6

BEHIND_S = 16  # seconds of silence behind a clip where its context is cut
# frames: cut contexts are multiples of it, so that clips of about one length share one
ROUNDED = 200
WHOLE, CLIP = "whole", "clip"
"""Contexts of the encoder."""

NO_SPEECH = "no speech"
WINDOWS = "transcribed in windows of 30 s"


class Try(NamedTuple):
    """What one decoding makes of a clip, or of a window of it."""

    text: str
    language: str
    avg_logprob: float  # natural logarithm, mean over tokens
    no_speech_prob: float
    temperature: float
    compression_ratio: float
    tokens: int


class Kept(NamedTuple):
    """The try that is kept, and of how many."""

    best: Try
    tries: int


class Heard(NamedTuple):
    """What Whisper makes of a clip."""

    text: str
    language: str
    avg_logprob: float
    no_speech_prob: float
    temperature: float
    compression_ratio: float
    tries: int
    failed_check: Check | None  # what no try passed
    note: str | None  # what is to be known of a text that is no error


class Engine(Protocol):
    """A Whisper that is loaded."""

    def hear(self, signals: Sequence[np.ndarray], language: str | None, names: Sequence[str]) -> list[Heard]:
        """Transcribe clips of one language together.

        Clips of more than 30 s are transcribed window by window, in the language of the first.

        Parameters
        ----------
        signals : sequence of float32 arrays of shape (samples,)
            At 16 kHz.
        language
            Code as Whisper has it; None detects that of each clip.
        names
            Of the clips.

        Raises
        ------
        SarangiError
            If the model does not know the language.
        """


def silent(found: Try) -> bool:
    """Return whether ``whisper.transcribe`` would take a clip for silence."""
    return found.no_speech_prob > SILENT and found.avg_logprob <= LEAST_CERTAIN


def failed_check(found: Try) -> Check | None:
    """Return the check for which ``whisper.transcribe`` would decode a clip again, None if it passes both."""
    if found.no_speech_prob > SILENT and found.avg_logprob < LEAST_CERTAIN:
        return None
    if found.compression_ratio > MOST_REPEATED:
        return Check.REPETITION
    return Check.PROBABILITY if found.avg_logprob < LEAST_CERTAIN else None


def kept(tries: Iterable[Try], name: str) -> Kept:
    """Return the first try that passes the checks, or the most probable that does not repeat itself.

    ``whisper.transcribe`` keeps the last, which is drawn at the highest temperature.

    Parameters
    ----------
    tries
        Of a clip or a window, decoded as they are asked for; one at least.
    name
        Of the clip.

    Raises
    ------
    SarangiError
        If a probability is not a number.
    """
    seen = []
    for found in tries:
        refuse_improbable(found.avg_logprob, name)
        seen.append(found)
        if failed_check(found) is None:
            return Kept(found, len(seen))
    best = max(seen, key=lambda found: (found.compression_ratio <= MOST_REPEATED, found.avg_logprob))
    return Kept(best, len(seen))


def joined(windows: Sequence[Kept]) -> Heard:
    """Return the windows of a clip as one answer, without those that are silent.

    Probabilities are means over the tokens and over the windows; temperature, repetition, tries and the
    check that failed are those of the worst window.

    Parameters
    ----------
    windows
        One at least, of one language.
    """
    spoken = [window.best for window in windows if not silent(window.best)]
    counted = spoken or [window.best for window in windows]
    failed = {failed_check(found) for found in spoken} - {None}
    tokens = [found.tokens + 1 for found in counted]
    return Heard(
        " ".join(filter(None, (found.text for found in spoken))),
        counted[0].language,
        float(np.average([found.avg_logprob for found in counted], weights=tokens)),
        float(np.mean([found.no_speech_prob for found in counted])),
        max(found.temperature for found in counted),
        max(found.compression_ratio for found in counted),
        max(window.tries for window in windows),
        max(failed, default=None),  # repetition is the worse
        NO_SPEECH if not spoken else WINDOWS if len(windows) > 1 else None,
    )


def context_of(frames: int, context: str | float) -> int:
    """Return how many frames the encoder takes from a clip: all 3,000, or the clip and silence behind it.

    With 1 or 3 s behind a clip a trained Whisper repeats itself; see ``benchmarks/README.md``.

    Parameters
    ----------
    frames
        Of the clip (10 ms each).
    context
        :data:`WHOLE`; :data:`CLIP`, for :data:`BEHIND_S` of silence; or the seconds of silence.
    """
    if context == WHOLE:
        return WINDOW
    behind = BEHIND_S if context == CLIP else float(context)
    return min(WINDOW, math.ceil((frames + behind * SAMPLE_RATE / FRAME) / ROUNDED) * ROUNDED)


def refuse_improbable(avg_logprob: float, name: str) -> None:
    """Refuse words whose probability is not a number, of which none could be told from the right ones.

    Raises
    ------
    SarangiError
        Says of which clip.
    """
    if not math.isfinite(avg_logprob):
        raise SarangiError(
            f"this Whisper gives the words of {name} a probability that is not a number; its weights are "
            "broken: fetch it again"
        )


def refuse_unknown(language: str | None, known: Sequence[str]) -> None:
    """Raise a SarangiError for a language that a Whisper does not know."""
    if language is not None and language not in known:
        raise SarangiError(
            f"this Whisper does not know the language {language!r} of the manifest; it knows "
            f"{', '.join(sorted(known))}. Set `language: detect` in its entry of `asr` to have it guess"
        )


def seed_of(name: str, temperature: float) -> int:
    """Return the seed of the draws for a clip, so that they are the same in any batch and after any break."""
    return int.from_bytes(hashlib.sha256(f"{name}/{temperature}".encode()).digest()[:4], "big") // 2
