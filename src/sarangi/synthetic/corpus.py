"""The demo's corpora: synthetic speech in the layout and under the file names of the real ones.

Every voice, sentence and melody is chosen by a seed; the traps of the real corpora are in them.
A corpus has one module with ``clips(speakers, clips, seed)`` and, where the real one has files of
labels or transcripts, ``tables(clips)``, which yields their paths and contents.
"""

import hashlib
import importlib
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType

import numpy as np

from sarangi.base.progress import progress
from sarangi.corpora.video import is_video
from sarangi.synthetic.film import filmed
from sarangi.synthetic.speech import VARIANTS, Clip, speak

MIDNIGHT = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip can hold: no clock in the bytes


def synthetic_corpus(corpus: str, settings: dict, output: Path, workers: int = 1) -> None:
    """Speak a stand-in of a corpus into a zip archive.

    Parameters
    ----------
    corpus
        Name of the corpus; ``sarangi.synthetic.<corpus>`` knows its layout.
    settings
        ``speakers``, ``clips`` and ``seed`` of the configuration.
    output
        Archive to write.
    workers
        Utterances to speak at once; the sound does not depend on it.
    """
    module = layout(corpus)
    clips: list[Clip] = list(module.clips(**settings))
    present = [clip for clip in clips if not clip.missing]
    with (
        zipfile.ZipFile(output, "w", zipfile.ZIP_STORED) as archive,
        ThreadPoolExecutor(workers) as pool,
    ):
        for clip, recording in progress(
            zip(present, _recorded(pool, present), strict=True), len(present), corpus
        ):
            for path in (clip.path, *clip.twins):
                archive.writestr(zipfile.ZipInfo(path, MIDNIGHT), recording)
        if hasattr(module, "tables"):
            for path, content in module.tables(clips):
                archive.writestr(zipfile.ZipInfo(path, MIDNIGHT), content)


def _recorded(pool: ThreadPoolExecutor, clips: list[Clip]) -> Iterator[bytes]:
    for start in range(0, len(clips), 64):
        yield from pool.map(_record, clips[start : start + 64])


def _record(clip: Clip) -> bytes:
    return filmed(speak(clip)) if is_video(clip.path) else speak(clip)


def layout(corpus: str) -> ModuleType:
    """Return the module that lays out the stand-in of a corpus."""
    return importlib.import_module(f"sarangi.synthetic.{corpus}")


def generator(seed: int, name: str) -> np.random.Generator:
    """Return a random generator for one name, whatever is made before or after it."""
    digest = hashlib.sha256(f"{seed}/{name}".encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:8], "big"))


def voice(seed: int, name: str, gender: str, number: int) -> dict[str, str | int]:
    """Return the voice of a speaker, as :class:`Clip` takes it: ``variant``, ``pitch`` and ``rate``."""
    draw, variants = generator(seed, name), VARIANTS[gender]
    return {
        "variant": variants[number % len(variants)],
        "pitch": int(draw.integers(30, 60)),
        "rate": int(draw.integers(140, 185)),
    }


def in_proportion(promised: dict[str, int], commonest: int) -> dict[str, int]:
    """Return how many clips each emotion gets, as skewed as its publisher says, two at the least."""
    return {
        emotion: max(2, round(commonest * count / max(promised.values())))
        for emotion, count in promised.items()
    }
