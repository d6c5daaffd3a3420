"""The form in which the pipeline keeps the sound of an utterance: FLAC, 16 kHz, mono, 16 bit."""

import io

import numpy as np
import soundfile

from sarangi.base.sound import SAMPLE_RATE


def encode(signal: np.ndarray) -> bytes:
    """Return an int16 signal of shape (samples,) as the bytes of a 16 kHz FLAC file."""
    file = io.BytesIO()
    soundfile.write(file, signal, SAMPLE_RATE, format="FLAC", subtype="PCM_16")
    return file.getvalue()


def decode(flac: bytes) -> np.ndarray:
    """Return the bytes of a FLAC file as a float32 signal of shape (samples,) in [-1, 1)."""
    return soundfile.read(io.BytesIO(flac), dtype="float32")[0]


def samples_in(flac: bytes) -> int:
    """Return how many samples the bytes of a FLAC file hold, from its header."""
    return soundfile.info(io.BytesIO(flac)).frames
