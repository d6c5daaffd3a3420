"""The speaker encoders, by name.

A speaker encoder is a module of :mod:`sarangi.speakers.encoders` with a function ``encoder`` that takes the
path of its weights, a file or a folder, and returns a :class:`SpeakerEncoder`.
"""

import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    import numpy as np


class SpeakerEncoder(Protocol):
    """What turns a clip into a vector that is alike for clips of one voice."""

    width: int
    """Of its embeddings."""

    def embed(self, signal: "np.ndarray") -> "tuple[np.ndarray | None, str | None]":
        """Return the embedding of one clip, and why there is none if there is none.

        Parameters
        ----------
        signal : float32 array of shape (samples,)
            Sound in [-1, 1) at 16 kHz; there may be no sample.

        Returns
        -------
        embedding : float32 array of shape (width,) and length 1, or None
        problem : str or None
            Such as that the sound is too short; the utterance then fails with it.
        """


def load(kind: str, weights: Path) -> SpeakerEncoder:
    """Return a speaker encoder with its weights; the configuration has checked that its module exists.

    Raises
    ------
    SarangiError
        If the weights are not those of such an encoder.
    """
    module = importlib.import_module(f"sarangi.speakers.encoders.{kind}")
    return cast(SpeakerEncoder, module.encoder(weights))
