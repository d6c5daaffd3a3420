"""Conditions under which a recording is heard worse: noise, a room, a telephone, MP3, clipping, speed."""

import hashlib
import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from sarangi.audio.flac import decode, encode
from sarangi.audio.shard_rows import AUDIO, QUALITY, ROW_GROUP
from sarangi.base import store
from sarangi.base.errors import RecordingError
from sarangi.base.progress import progress
from sarangi.base.sound import SAMPLE_RATE

Sound = npt.NDArray[np.float64]
Condition = Callable[[Sound, np.random.Generator], Sound]

TELEPHONE_HZ = (300.0, 3400.0)
TELEPHONE_RATE = 8000
REVERBERATION_S = 0.6
LOUDEST = 0.1  # of the samples, which clipping cuts off
MP3_LEVEL = 0.9  # of libsndfile's compression levels of a variable rate: the lowest quality of LAME but one
SPEED = 0.1
FULL_SCALE = 32767


def noise(decibels: float) -> Condition:
    """Return the addition of white noise that many decibels below the mean power of the clip."""

    def added(clip: Sound, draw: np.random.Generator) -> Sound:
        power = np.mean(clip**2)
        if power == 0:
            raise RecordingError("digital silence, from which no level of noise follows")
        return clip + draw.normal(0.0, np.sqrt(power * 10 ** (-decibels / 10)), len(clip))

    return added


def room(clip: Sound, draw: np.random.Generator) -> Sound:
    """Return a clip in a room: noise that decays by 60 dB in 0.6 s, as loud as the direct sound."""
    # here, and below: a training that makes nothing worse starts without it
    from scipy.signal import fftconvolve

    count = round(REVERBERATION_S * SAMPLE_RATE)
    tail = draw.normal(size=count) * 10 ** (-3 * np.arange(count) / count)
    response = np.concatenate([[1.0], tail / np.sqrt((tail**2).sum())])
    heard = fftconvolve(clip, response)[: len(clip)]
    level = np.sqrt((heard**2).mean())
    return heard * (np.sqrt((clip**2).mean()) / level) if level else heard


def telephone(clip: Sound, draw: np.random.Generator) -> Sound:
    """Return a clip through a telephone: 300 to 3400 Hz at 8 kHz, in 8 bits of the μ-law (ITU-T G.711)."""
    from scipy.signal import butter, sosfilt

    low = soxr.resample(clip, SAMPLE_RATE, TELEPHONE_RATE, quality=QUALITY)
    band = butter(4, TELEPHONE_HZ, "bandpass", fs=TELEPHONE_RATE, output="sos")
    sent = _through(sosfilt(band, low), TELEPHONE_RATE, format="WAV", subtype="ULAW")
    return _as_long(soxr.resample(sent, TELEPHONE_RATE, SAMPLE_RATE, quality=QUALITY), len(clip))


def mp3(clip: Sound, draw: np.random.Generator) -> Sound:
    """Return a clip through MP3 of a variable rate and low quality, about 20 kbit/s of speech."""
    how = {"bitrate_mode": "VARIABLE", "compression_level": MP3_LEVEL}
    return _as_long(_through(clip, SAMPLE_RATE, format="MP3", **how), len(clip))


def clipped(clip: Sound, draw: np.random.Generator) -> Sound:
    """Return a clip whose loudest tenth of samples is cut off."""
    most = np.quantile(np.abs(clip), 1 - LOUDEST)
    return clip.clip(-most, most)


def speed(factor: float) -> Condition:
    """Return playing a clip at that many times its speed, which moves its pitch, too."""

    def played(clip: Sound, draw: np.random.Generator) -> Sound:
        return soxr.resample(clip, SAMPLE_RATE * factor, SAMPLE_RATE, quality=QUALITY)

    return played


CONDITIONS: Mapping[str, Condition] = {
    "noise_20": noise(20.0),
    "noise_10": noise(10.0),
    "noise_0": noise(0.0),
    "room": room,
    "telephone": telephone,
    "mp3": mp3,
    "clipped": clipped,
    "slower": speed(1 - SPEED),
    "faster": speed(1 + SPEED),
}
"""By name; none needs a label, and none is drawn otherwise than by the utterance and a seed."""


def under(condition: str, clip: Sound, utterance_id: str, seed: int) -> Sound:
    """Return a clip under a condition, within -1 and 1.

    Parameters
    ----------
    condition
        Of :data:`CONDITIONS`.
    clip : float64 array of shape (samples,)
        16 kHz, mono.
    utterance_id, seed
        What is drawn depends on these and the condition alone.

    Raises
    ------
    RecordingError
        If the clip is silence where its level counts.
    """
    named = hashlib.sha256(f"{seed} {condition} {utterance_id}".encode()).digest()
    heard = CONDITIONS[condition](clip, np.random.default_rng(int.from_bytes(named[:8], "big")))
    return _within(heard)


def disturbed_audio(audio: Path, seed: int, output: Mapping[str, store.Output]) -> None:
    """Write a shard of audio under conditions.

    Parameters
    ----------
    audio
        Of schema :data:`sarangi.audio.shard_rows.AUDIO`.
    seed
        As for :func:`under`.
    output
        Parquet file to write by condition, of the same schema; what failed keeps its row and its reason.
    """
    for condition, to in output.items():
        rows = store.rows(audio)
        with to.writer(AUDIO, ROW_GROUP) as writer:
            for row in progress(rows, store.count(audio), condition):
                writer.add(_disturbed(row, condition, seed))


def _disturbed(row: dict, condition: str, seed: int) -> dict:
    if row["status"] != store.OK:
        return row
    clip = decode(row["audio"]["bytes"]).astype(np.float64)
    try:
        heard = under(condition, clip, row["utterance_id"], seed)
    except RecordingError as problem:
        return row | {"status": store.FAILED, "reason": f"{condition}: {problem}", "audio": None}
    flac = encode(np.round(heard * FULL_SCALE).astype(np.int16))
    return row | {"audio": {"bytes": flac, "path": row["audio"]["path"]}}


def _through(clip: Sound, rate: int, **form: Any) -> Sound:
    """Return a clip as a file of some form gives it back."""
    file = io.BytesIO()
    soundfile.write(file, _within(clip), rate, **form)
    file.seek(0)
    return soundfile.read(file)[0]


def _within(clip: Sound) -> Sound:
    """Return a clip that is lowered as a whole where a sample is beyond full scale."""
    most = np.abs(clip).max(initial=0.0)
    return clip / most if most > 1 else clip


def _as_long(clip: Sound, count: int) -> Sound:
    """Return the first samples of a clip, with silence behind where there are too few."""
    return np.pad(clip[:count], (0, max(0, count - len(clip))))
