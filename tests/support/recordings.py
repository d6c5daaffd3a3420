"""Small recordings, whole and broken, and archives of them."""

import io
import tarfile
import zipfile

import numpy as np
import soundfile


def sound(seconds=1.0, rate=16_000, channels=1, frequency=220.0, kind="WAV", subtype=None, seed=0):
    """Bytes of a sound file: a tone with a little noise."""
    time = np.arange(round(seconds * rate)) / rate
    tone = 0.3 * np.sin(2 * np.pi * frequency * time)
    tone = tone + np.random.default_rng(seed).normal(0, 0.01, len(time))
    file = io.BytesIO()
    soundfile.write(file, np.repeat(tone[:, None], channels, axis=1), rate, format=kind, subtype=subtype)
    return file.getvalue()


def float_wav(samples, rate=16_000):
    file = io.BytesIO()
    soundfile.write(file, np.asarray(samples, dtype=np.float32), rate, format="WAV", subtype="FLOAT")
    return file.getvalue()


BROKEN = {
    "truncated": (sound()[:20_000], "cut short"),
    "no samples": (sound(seconds=0), "0 samples"),
    "NaN samples": (float_wav([0.1, np.nan, 0.2] * 1000), "NaN"),
    "MP3": (sound(kind="MP3"), "named .wav but holds MPEG"),
    "text": (b"This is no sound.\n" * 100, "not a sound file"),
    "empty": (b"", "0 bytes"),
}
"""Recordings that cannot be used: their bytes, and what the reason must say."""


def zipped(path, members):
    """Write a zip of (name, bytes) pairs; a name may come twice."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members:
            archive.writestr(name, data)
    return path


def tarred(members, mode="w:gz"):
    """Bytes of a tar of (name, bytes) pairs; a text instead of bytes is a kind of member."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode=mode) as archive:
        for name, data in members:
            entry = tarfile.TarInfo(name)
            if isinstance(data, bytes):
                entry.size = len(data)
                archive.addfile(entry, io.BytesIO(data))
            else:
                entry.type, entry.linkname = data.encode(), "a.wav"
                archive.addfile(entry)
    return file.getvalue()
