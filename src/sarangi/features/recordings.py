"""Acoustic features of a corpus's recordings at their own sample rates, one row an utterance."""

import threading
from pathlib import Path

import numpy as np

from sarangi.audio.decoding import sound_in, to_mono
from sarangi.base import store
from sarangi.base.errors import SarangiError
from sarangi.corpora.unchanged import recording
from sarangi.features.registry import Extractor
from sarangi.features.rows import Row, extracted, in_order, listed, write
from sarangi.sources.source import Source


def recording_features(
    source: Path, manifest: Path, shard: int, extractor: Extractor, output: store.Output, workers: int = 1
) -> None:
    """Write the features of one shard of a corpus from its recordings at their own sample rates.

    A recording is decoded and mixed down as for 16 kHz (:func:`sarangi.audio.decoding.to_mono`), with the
    same checks, but not resampled; what leaves [-1, 1) is clipped, and noted.

    Parameters
    ----------
    source
        Folder or archive of the corpus.
    manifest
        Its manifest; what is not ok there is carried over with its reason.
    shard
        Which shard to write.
    extractor, output, workers
        As for :func:`sarangi.features.extraction.features`, and the same schema.

    Raises
    ------
    SarangiError
        If the corpus cannot be opened.
    """
    utterances = listed(manifest, shard)
    reading = threading.Lock()  # an archive is read from one place at a time

    with Source(source) as opened:

        def work(utterance: tuple[Row, str, str | None]) -> Row:
            row, file, sha256 = utterance
            if row.status != store.OK:
                return row
            try:
                with reading:
                    data = recording(opened, file, sha256)
                sound = to_mono(sound_in(data, file))
            except SarangiError as error:
                return row._replace(status=store.FAILED, reason=str(error))
            signal = np.clip(sound.signal, -1, np.nextafter(np.float32(1), np.float32(0)))
            clipped = int(np.count_nonzero(signal != sound.signal))
            notes = sound.notes + ([f"{clipped} samples clipped"] if clipped else [])
            return extracted(row._replace(reason="; ".join(notes) or None), signal, sound.rate, extractor)

        done = in_order(work, utterances, workers)
        write(done, len(utterances), f"features of {source}, shard {shard}", extractor.names, output)
