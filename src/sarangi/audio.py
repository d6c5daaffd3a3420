"""Resampling: every recording as 16 kHz, mono, 16-bit FLAC in sharded Parquet."""

import io
import json
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import soundfile
import torch
import torchaudio

from sarangi import store
from sarangi.errors import RecordingError, SarangiError
from sarangi.progress import progress
from sarangi.source import Source

SAMPLE_RATE = 16_000
ROW_GROUP = 64  # about 5 MB of sound

AUDIO = pa.schema(
    [
        pa.field("utterance_id", pa.string(), nullable=False),
        pa.field("audio", pa.struct([("bytes", pa.binary()), ("path", pa.string())])),
        *store.STATUS,
    ],
    metadata={
        "huggingface": json.dumps(
            {
                "info": {
                    "features": {
                        "utterance_id": {"dtype": "string", "_type": "Value"},
                        "audio": {"sampling_rate": SAMPLE_RATE, "_type": "Audio"},
                        "status": {"dtype": "string", "_type": "Value"},
                        "reason": {"dtype": "string", "_type": "Value"},
                    }
                }
            },
            sort_keys=True,
        )
    },
)


def resample(source: Path, manifest: Path, shard: int, output: Path, provenance: dict) -> None:
    """Write one shard of a corpus as 16 kHz mono FLAC, one row an utterance of the manifest.

    Parameters
    ----------
    source
        Folder or archive of the corpus.
    manifest
        Its manifest; what is not ok there is carried over with its reason.
    shard
        Which shard to write.
    output
        Parquet file to write, of schema :data:`AUDIO`.
    provenance
        Passed to the store.
    """
    listed = store.read(manifest, ["utterance_id", "file", "shard", "status", "reason"])
    listed = listed[listed["shard"] == shard]
    with Source(source) as opened, store.Writer(output, AUDIO, provenance, ROW_GROUP) as writer:
        rows = zip(listed["utterance_id"], listed["file"], listed["status"], listed["reason"], strict=True)
        for utterance_id, file, status, reason in progress(rows, len(listed), f"resample shard {shard}"):
            row = {"utterance_id": utterance_id, "status": status, "reason": reason}
            if status == store.OK:
                try:
                    signal, note = to_mono_16k(opened.read(file))
                    path = f"{utterance_id}.flac"
                    row |= {"audio": {"bytes": encode(signal), "path": path}, "reason": note}
                except SarangiError as error:
                    row |= {"status": store.FAILED, "reason": str(error)}
            writer.add(row)


def to_mono_16k(data: bytes) -> tuple[np.ndarray, str | None]:
    """Decode a recording, mix it down to mono and resample it to 16 kHz.

    Parameters
    ----------
    data
        A sound file in any format that libsndfile reads.

    Returns
    -------
    signal : int16 array of shape (samples,)
    note : str or None
        What was done beside resampling (channels mixed down, samples clipped).

    Raises
    ------
    RecordingError
        If the file cannot be decoded whole, has no samples, or has NaN or infinite ones.
    """
    try:
        with soundfile.SoundFile(io.BytesIO(data)) as file:
            rate, promised = file.samplerate, file.frames
            signal = file.read(dtype="float32", always_2d=True)
    except soundfile.LibsndfileError as error:
        raise RecordingError(
            f"cannot be decoded ({error.error_string}); copy it again from its publisher"
        ) from error
    if len(signal) == 0:
        raise RecordingError("holds 0 samples; copy it again from its publisher")
    if len(signal) < promised:
        raise RecordingError(
            f"cut short: its header promises {promised} samples a channel, {len(signal)} can be decoded; "
            "copy it again from its publisher"
        )
    bad = int(np.count_nonzero(~np.isfinite(signal)))
    if bad:
        raise RecordingError(f"{bad} of its {signal.size} samples are NaN or infinite; copy it again")
    notes = []
    if signal.shape[1] > 1:
        notes.append(f"mixed down from {signal.shape[1]} channels")
    mono = torch.from_numpy(signal.mean(axis=1))
    if rate != SAMPLE_RATE:
        mono = _resampler(rate)(mono)
    scaled = np.rint(mono.numpy() * 32768)
    clipped = int(np.count_nonzero((scaled < -32768) | (scaled > 32767)))
    if clipped:
        notes.append(f"{clipped} samples clipped")
    return np.clip(scaled, -32768, 32767).astype(np.int16), "; ".join(notes) or None


@cache
def _resampler(rate: int) -> torchaudio.transforms.Resample:
    return torchaudio.transforms.Resample(rate, SAMPLE_RATE)


def encode(signal: np.ndarray) -> bytes:
    """Return an int16 signal of shape (samples,) as the bytes of a 16 kHz FLAC file."""
    file = io.BytesIO()
    soundfile.write(file, signal, SAMPLE_RATE, format="FLAC", subtype="PCM_16")
    return file.getvalue()


def decode(flac: bytes) -> np.ndarray:
    """Return the bytes of a FLAC file as a float32 signal of shape (samples,) in [-1, 1)."""
    return soundfile.read(io.BytesIO(flac), dtype="float32")[0]
