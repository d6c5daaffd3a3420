"""Small corpora of tones for tests of features."""

import io
from pathlib import Path

import numpy as np
import opensmile
import soundfile

from sarangi.audio.flac import encode
from sarangi.audio.shard_rows import AUDIO
from sarangi.base import store
from sarangi.corpora.manifest import manifest
from support.places import MADE_BY_TEST, to

CONFIGURATIONS = Path(opensmile.__file__).parent / "core/config/is09-13"
SETS = {
    "eGeMAPSv02": (opensmile.FeatureSet.eGeMAPSv02, 88, "F0semitoneFrom27.5Hz_sma3nz_amean"),
    "ComParE_2016": (opensmile.FeatureSet.ComParE_2016, 6373, "audspec_lengthL1norm_sma_range"),
    "IS09": (CONFIGURATIONS / "IS09_emotion.conf", 384, "pcm_RMSenergy_sma_max"),
    "IS10": (CONFIGURATIONS / "IS10_paraling_compat.conf", 1582, "pcm_loudness_sma_maxPos"),
}
"""What a user gives the package, how many features that has, and the first; IS09 and IS10 by their files."""


def peer(feature_set):
    """The opensmile package as a user calls it."""
    given = SETS[feature_set][0]
    level = opensmile.FeatureLevel.Functionals
    return (
        opensmile.Smile(given, level)
        if isinstance(given, opensmile.FeatureSet)
        else opensmile.Smile(str(given), level.value)
    )


def spoken(seconds, rate=16_000, seed=0):
    """Something like a voice, int16: a gliding pitch with overtones, and pauses."""
    draw = np.random.default_rng(seed)
    time = np.arange(round(seconds * rate)) / rate
    phase = 2 * np.pi * np.cumsum(150 + 60 * np.sin(3 * time + seed)) / rate
    waves = sum(np.sin(n * phase) / n for n in range(1, 12)) * (np.sin(9 * time) > -0.6)
    return np.rint(8_000 * waves + draw.normal(0, 60, len(time))).astype(np.int16)


def wav(signal, rate=16_000):
    file = io.BytesIO()
    soundfile.write(file, signal, rate, format="WAV", subtype="PCM_16")
    return file.getvalue()


def made_audio(path, signals):
    """A shard of audio; None is an utterance that failed before."""
    with store.Writer(path, AUDIO, MADE_BY_TEST) as writer:
        for number, signal in enumerate(signals):
            row = {"utterance_id": f"made/{number:02}.wav", "status": "failed", "reason": "broken"}
            if signal is not None:
                row |= {"status": "ok", "reason": None, "audio": {"bytes": encode(signal), "path": "x"}}
            writer.add(row)
    return path


def lay(folder, recordings):
    """A corpus of (name, bytes) in a folder, and its manifest beside it."""
    for name, data in recordings.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def listed(folder, corpus, path):
    manifest(folder, corpus, 1, to(path))
    return path


def values(path):
    """Identifiers, and the matrix of a table of features."""
    table = store.read(path).set_index("utterance_id")
    return table, table.drop(columns=["status", "reason"])
