"""Resampling: every recording as 16 kHz, mono, 16-bit FLAC in sharded Parquet."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import soxr

from sarangi.audio.decoding import Decoded, refuse_long, to_mono
from sarangi.audio.flac import encode
from sarangi.audio.opened import OpenedRecordings, Span
from sarangi.audio.shard_rows import AUDIO, QUALITY, ROW_GROUP
from sarangi.base import store
from sarangi.base.errors import COPY_AGAIN, RecordingError, SarangiError, cause_of
from sarangi.base.progress import progress
from sarangi.base.sound import SAMPLE_RATE
from sarangi.base.unheard import as_recordings

LARGEST_RATE = 1_000_000  # samples a second; far beyond, a short file takes minutes


LEVELS = pa.schema(
    [
        pa.field("utterance_id", pa.string(), nullable=False),
        # of the 16 kHz signal, in dB of full scale; null where there is only digital silence
        pa.field("peak_db", pa.float64()),
        pa.field("level_db", pa.float64()),
        # share of 25 ms frames below -60 dB of full scale
        pa.field("silent", pa.float64()),
        # samples at full scale in the recording as it was published
        pa.field("full_scale", pa.int64()),
        *store.STATUS,
        pa.field("cause", pa.string()),
    ]
)
SILENCE_DB = -60.0
FRAME = SAMPLE_RATE // 40  # samples in 25 ms


def resample(source: Path, manifest: Path, shard: int, audio: store.Output, levels: store.Output) -> None:
    """Write one shard of a corpus as 16 kHz mono FLAC, and how loud it is, a row an utterance each.

    Parameters
    ----------
    source
        Folder or archive of the corpus.
    manifest
        Its manifest; what is not ok there is carried over with its reason.
    shard
        Which shard to write.
    audio
        Parquet file to write, of schema :data:`AUDIO`.
    levels
        Parquet file to write, of schema :data:`LEVELS`.
    """
    columns = ["utterance_id", "file", "sha256", "start", "end", "status", "reason", "cause"]
    listed = store.read(manifest, [*columns, "no_sound", "shard"])
    listed = as_recordings(listed[listed["shard"] == shard])
    with (
        OpenedRecordings(source) as recordings,
        audio.writer(AUDIO, ROW_GROUP) as sounds,
        levels.writer(LEVELS) as measured,
    ):
        rows = zip(*(listed[column] for column in columns), strict=True)
        for utterance_id, file, sha256, start, end, status, reason, cause in progress(
            rows, len(listed), f"resample shard {shard}"
        ):
            row = {"utterance_id": utterance_id, "status": status, "reason": reason}
            sound, level = {}, {"cause": None if status == store.OK else cause}
            if status == store.OK:
                try:
                    found = at_16k(recordings.mono(file, sha256, Span.of(start, end)))
                    sound = {"audio": {"bytes": encode(found.signal), "path": f"{utterance_id}.flac"}}
                    level |= level_of(found.signal) | {"full_scale": found.full_scale}
                    row["reason"] = found.note
                except SarangiError as error:
                    row |= {"status": store.FAILED, "reason": str(error)}
                    level["cause"] = cause_of(error)
            sounds.add(row | sound)
            measured.add(row | level)


class Resampled(NamedTuple):
    """A recording at 16 kHz."""

    signal: np.ndarray
    """int16 of shape (samples,)"""
    note: str | None
    """What was done beside resampling (channels mixed down, samples clipped)."""
    full_scale: int
    """Samples of the recording, over its channels, at the largest value or beyond."""


def to_mono_16k(data: bytes) -> Resampled:
    """Decode a recording, mix it down to mono and resample it to 16 kHz.

    Parameters
    ----------
    data
        A sound file in any format that libsndfile reads.

    Raises
    ------
    RecordingError
        As :func:`to_mono`.
    """
    return at_16k(to_mono(data))


def at_16k(sound: Decoded) -> Resampled:
    """Resample a recording to 16 kHz.

    Raises
    ------
    RecordingError
        If its sample rate is none that recordings have.
    """
    mono, rate, notes, full_scale = sound
    notes = list(notes)
    if rate != SAMPLE_RATE:
        _refuse_rate(rate)
        refuse_long(len(mono) * SAMPLE_RATE // rate)
        mono = _resampled(mono, rate)
    scaled = np.rint(mono * 32768)
    clipped = int(np.count_nonzero((scaled < -32768) | (scaled > 32767)))
    if clipped:
        notes.append(f"{clipped} samples clipped")
    return Resampled(np.clip(scaled, -32768, 32767).astype(np.int16), "; ".join(notes) or None, full_scale)


def level_of(signal: np.ndarray) -> dict[str, float | None]:
    """Return how loud an int16 signal of shape (samples,) is.

    Returns
    -------
    dict
        ``peak_db`` and ``level_db`` (root mean square) in dB of full scale, None for digital silence;
        ``silent``, the share of whole 25 ms frames whose level is below -60 dB of full scale.
    """
    scaled = signal.astype(np.float64) / 32768
    power = np.square(scaled)
    frames = power[: len(power) // FRAME * FRAME].reshape(-1, FRAME).mean(axis=1)
    if not power.any():
        return {"peak_db": None, "level_db": None, "silent": 1.0}
    return {
        "peak_db": float(20 * np.log10(np.abs(scaled).max())),
        "level_db": float(10 * np.log10(power.mean())),
        "silent": float((frames < 10 ** (SILENCE_DB / 10)).mean()) if len(frames) else 0.0,
    }


def _refuse_rate(rate: int) -> None:
    """Refuse a sample rate that no recorder has."""
    if rate > LARGEST_RATE:
        raise RecordingError(
            f"its header says {rate} samples a second, expected a usual rate such as 8000, 22050, 44100 or "
            "48000",
            COPY_AGAIN,
            "unusual sample rate",
        )


def _resampled(signal: np.ndarray, rate: int) -> np.ndarray:
    """Return a signal at our rate, of as many samples as cover its whole length."""
    samples = -(-len(signal) * SAMPLE_RATE // rate)
    # soxr rounds the length; what follows a recording is silence to it, too
    silence = np.zeros(-(-rate // SAMPLE_RATE) + 1, dtype=signal.dtype)
    return soxr.resample(np.concatenate([signal, silence]), rate, SAMPLE_RATE, quality=QUALITY)[:samples]
