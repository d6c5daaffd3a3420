"""Decoding: a recording as it was published, mixed down to mono at its native sample rate."""

import hashlib
import io
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import soundfile

from sarangi.base.errors import COPY_AGAIN, CutShortError, RecordingError
from sarangi.corpora.mp3 import with_length
from sarangi.corpora.video import is_video, sound_of

BITS = {"PCM_S8": 8, "PCM_16": 16, "PCM_24": 24}
AT_ONCE = 2**18  # samples a channel that are summed
LARGEST_SOUND = 2**27  # samples over all channels: 0.5 GiB in memory, 2.3 h of 16 kHz mono


class Decoded(NamedTuple):
    """A recording at the rate at which it was published, mixed down to mono."""

    signal: np.ndarray
    """float32 of shape (samples,); a file of floating-point numbers may leave [-1, 1)"""
    rate: int
    """Samples a second."""
    notes: list[str]
    """What was done beside decoding (channels mixed down)."""
    full_scale: int
    """Samples of the recording, over its channels, at the largest value or beyond."""


def sound_in(data: bytes, name: str) -> bytes:
    """Return the sound file that a file of that name is or, as a video, holds.

    Raises
    ------
    RecordingError
        If the sound of a video cannot be decoded.
    """
    return sound_of(data) if is_video(name) else data


def to_mono(data: bytes) -> Decoded:
    """Decode a recording and mix it down to mono, the mean of its channels.

    Parameters
    ----------
    data
        A sound file in any format that libsndfile reads.

    Raises
    ------
    RecordingError
        If the file cannot be decoded whole, has no samples, or has NaN or infinite ones.
    """
    try:
        with soundfile.SoundFile(io.BytesIO(with_length(data))) as file:
            rate, promised = file.samplerate, file.frames
            refuse_long(promised * file.channels)
            # the number is needed where nothing can be sought (GSM 6.10, G.721)
            signal = file.read(promised, dtype="float32", always_2d=True)
            bits = BITS.get(file.subtype) if file.format == "FLAC" else None
    except soundfile.LibsndfileError as error:
        raise not_decoded(error) from error
    if len(signal) == 0:
        raise RecordingError("holds 0 samples", COPY_AGAIN)
    if len(signal) < promised:
        raise cut_short(promised, len(signal))
    if bits is not None:
        parts = (signal[start : start + AT_ONCE] for start in range(0, len(signal), AT_ONCE))
        refuse_other_sum(data, parts, bits)
    return mixed_down(signal, rate)


def mixed_down(signal: np.ndarray, rate: int) -> Decoded:
    """Return a signal, float32 of shape (samples, channels), as mono, the mean of its channels.

    Raises
    ------
    RecordingError
        If it has NaN or infinite samples.
    """
    bad = int(np.count_nonzero(~np.isfinite(signal)))
    if bad:
        raise RecordingError(
            f"{bad} of its {signal.size} samples are NaN or infinite",
            "copy it again",
            "samples that are NaN or infinite",
        )
    notes = []
    if signal.shape[1] > 1:
        notes.append(f"mixed down from {signal.shape[1]} channels")
    # 16-bit sound reaches 32767/32768 at most
    full_scale = int(np.count_nonzero(np.abs(signal) >= 32767 / 32768))
    return Decoded(signal.mean(axis=1), rate, notes, full_scale)


def not_decoded(error: soundfile.LibsndfileError) -> RecordingError:
    """Return the error of a recording that libsndfile cannot decode."""
    return RecordingError(f"cannot be decoded ({error.error_string})", COPY_AGAIN, "cannot be decoded")


def cut_short(promised: int, there: int) -> CutShortError:
    """Return the error of a recording of which fewer samples a channel can be decoded than are promised."""
    return CutShortError(
        f"cut short: its header promises {promised} samples per channel, {there} can be decoded",
        COPY_AGAIN,
        "cut short",
    )


def refuse_other_sum(data: bytes, parts: Iterable[np.ndarray], bits: int) -> None:
    """Refuse a FLAC whose samples have another MD5 than it states.

    Parameters
    ----------
    data
        The whole file.
    parts
        Its signal piece by piece, float32 of shape (samples, channels).
    bits
        A sample.

    Raises
    ------
    RecordingError
        If they differ.
    """
    stated = data[26:42] if data[:4] == b"fLaC" else bytes(16)
    found = hashlib.md5(usedforsecurity=False)
    for signal in parts:
        whole = np.rint(signal.astype(np.float64) * 2 ** (bits - 1)).astype("<i4")
        found.update(whole.view(np.uint8).reshape(-1, 4)[:, : bits // 8].tobytes())
    if any(stated) and found.digest() != stated:
        raise RecordingError(
            "its sound is not the one that its checksum (MD5) is for: a part is missing or damaged",
            COPY_AGAIN,
            "a different sound from the one its checksum is for",
        )


def refuse_long(samples: int) -> None:
    """Refuse a sound before there is memory for it: a damaged header can promise any length."""
    if samples > LARGEST_SOUND:
        raise RecordingError(
            f"its header promises {samples} samples; at most {LARGEST_SOUND} are read. "
            "No utterance is so long: copy it again from its publisher",
            cause="its header promises more samples than are read",
        )
