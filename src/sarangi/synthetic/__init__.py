"""The demo's corpora: synthetic speech in the layout and under the file names of the real ones.

Every voice, sentence and melody is chosen by a seed; the traps of the real corpora are in them.
"""

import hashlib
import importlib
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType

import numpy as np

from sarangi.progress import progress
from sarangi.synthetic.speech import Clip, speak

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
    clips: list[Clip] = list(layout(corpus).clips(**settings))
    with (
        zipfile.ZipFile(output, "w", zipfile.ZIP_STORED) as archive,
        ThreadPoolExecutor(workers) as pool,
    ):
        for clip, wav in progress(zip(clips, _spoken(pool, clips), strict=True), len(clips), corpus):
            for path in (clip.path, *clip.twins):
                archive.writestr(zipfile.ZipInfo(path, MIDNIGHT), wav)


def _spoken(pool: ThreadPoolExecutor, clips: list[Clip]) -> Iterator[bytes]:
    for start in range(0, len(clips), 64):
        yield from pool.map(speak, clips[start : start + 64])


def layout(corpus: str) -> ModuleType:
    """Return the module that lays out the stand-in of a corpus."""
    return importlib.import_module(f"sarangi.synthetic.{corpus}")


def generator(seed: int, name: str) -> np.random.Generator:
    """Return a random generator for one name, whatever is made before or after it."""
    digest = hashlib.sha256(f"{seed}/{name}".encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:8], "big"))
