"""Acoustic features of 16 kHz audio, one row an utterance."""

from pathlib import Path

from sarangi.audio.flac import decode
from sarangi.base import store
from sarangi.base.sound import SAMPLE_RATE
from sarangi.features.registry import Extractor
from sarangi.features.rows import Row, extracted, in_order, write


def features(audio: Path, extractor: Extractor, output: store.Output, workers: int = 1) -> None:
    """Write the features of one shard of 16 kHz audio, as the extractor names and orders them.

    Parameters
    ----------
    audio
        A shard of 16 kHz audio, of schema :data:`sarangi.audio.shard_rows.AUDIO`.
    extractor
        From :func:`sarangi.features.registry.load`.
    output
        Parquet file to write: utterance_id, status, reason, one float32 column a feature.  What the extractor
        cannot handle fails with the reason.
    workers
        Threads over utterances; the values do not depend on it, since each utterance is taken by itself.
    """

    def work(utterance: dict) -> Row:
        row = Row(utterance["utterance_id"], utterance["status"], utterance["reason"])
        if row.status != store.OK:
            return row
        return extracted(row, decode(utterance["audio"]["bytes"]), SAMPLE_RATE, extractor)

    done = in_order(work, store.rows(audio), workers)
    write(done, store.count(audio), f"features {audio}", extractor.names, output)
