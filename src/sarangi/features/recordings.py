"""Acoustic features of a corpus's recordings at their native sample rates, one row an utterance."""

from pathlib import Path

import numpy as np

from sarangi.audio.opened import OpenedRecordings, Span
from sarangi.base import store
from sarangi.base.errors import SarangiError
from sarangi.features.registry import Extractor
from sarangi.features.rows import Recorded, Row, extracted, in_order, listed, write


def recording_features(
    source: Path, manifest: Path, shard: int, extractor: Extractor, output: store.Output, workers: int = 1
) -> None:
    """Write the features of one shard of a corpus from its recordings at their native sample rates.

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

    with OpenedRecordings(source) as recordings:

        def work(utterance: tuple[Row, Recorded]) -> Row:
            row, place = utterance
            if row.status != store.OK:
                return row
            try:
                sound = recordings.mono(place.file, place.sha256, Span.of(place.start, place.end))
            except SarangiError as error:
                return row._replace(status=store.FAILED, reason=str(error))
            signal = np.clip(sound.signal, -1, np.nextafter(np.float32(1), np.float32(0)))
            clipped = int(np.count_nonzero(signal != sound.signal))
            notes = sound.notes + ([f"{clipped} samples clipped"] if clipped else [])
            return extracted(row._replace(reason="; ".join(notes) or None), signal, sound.rate, extractor)

        done = in_order(work, utterances, workers)
        write(done, len(utterances), f"features of {source}, shard {shard}", extractor.names, output)
