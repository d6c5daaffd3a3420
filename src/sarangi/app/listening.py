"""What a model that listens is, whatever it is made of, and how its answer moves over a clip."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Protocol

import numpy as np

from sarangi.app.own_words import OwnWords
from sarangi.base.sound import SAMPLE_RATE

WINDOW_S, HOP_S = 2.0, 0.5
BATCH = 8
NO_PROBABILITIES = (
    "The model's answer is not a probability for each emotion; its weights are broken: get it again."
)


class Listener(Protocol):
    """A model that is open.

    Attributes
    ----------
    name
        As it was asked for.
    emotions
        In the order of the probabilities.
    hears, reads
        Whether it takes the sound, and the words.
    seconds
        The longest stretch of sound that it takes, the middle of a longer clip; None for any.
    shortest
        Samples of the shortest clip that it hears anything of.
    card
        What ``card.json`` beside it says, or None.
    own_words
        What the model card of somebody else's model says, or None.
    """

    name: str
    emotions: list[str]
    hears: bool
    reads: bool
    seconds: float | None
    shortest: int
    card: Mapping[str, Any] | None
    own_words: OwnWords | None

    def answer(self, signals: Sequence[np.ndarray], words: Sequence[str]) -> np.ndarray:
        """Return probabilities, float32 of shape (clips, emotions).

        Parameters
        ----------
        signals : sequence of float32 arrays of shape (samples,)
            At 16 kHz; not looked at by a model that reads only.
        words
            Of each clip; not looked at by a model that hears only.
        """

    @property
    def writes(self) -> bool:
        """Whether the Whisper that wrote the words which it was trained on is at hand."""

    def transcribe(self, signals: Sequence[np.ndarray], names: Sequence[str]) -> list[str]:
        """Return the words of clips by that Whisper."""


def over_time(listener: Listener, signal: np.ndarray, words: str) -> tuple[np.ndarray, np.ndarray] | None:
    """Return how an answer moves over a clip, in windows of 2 s each 0.5 s, the words held fixed.

    Parameters
    ----------
    listener
        The model.
    signal : float32 array of shape (samples,)
        At 16 kHz; one shorter than a window is one.
    words
        Of the whole clip.

    Returns
    -------
    tuple of centres (windows,) in seconds and probabilities (windows, emotions), or None
        None for a model that does not hear, or not so short a window.
    """
    size, hop = round(WINDOW_S * SAMPLE_RATE), round(HOP_S * SAMPLE_RATE)
    if not listener.hears or min(size, len(signal)) < listener.shortest:
        return None
    starts = range(0, max(len(signal) - size, 0) + 1, hop)
    centres = np.array([(start + min(size, len(signal)) / 2) / SAMPLE_RATE for start in starts])
    found = [
        listener.answer([signal[start : start + size] for start in some], [words] * len(some))
        for some in batched(starts, BATCH)
    ]
    return centres, np.concatenate(found)


def batched(items: Iterable[Any], count: int) -> Iterator[list[Any]]:
    """Yield items, some at a time."""
    items = iter(items)
    while some := list(islice(items, count)):
        yield some
