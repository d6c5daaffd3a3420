"""Speaker embeddings of 16 kHz audio, one row an utterance."""

from pathlib import Path

import pyarrow as pa

from sarangi.audio.flac import decode
from sarangi.base import store
from sarangi.base.progress import progress
from sarangi.speakers.registry import SpeakerEncoder


def embedding_schema(width: int) -> pa.Schema:
    """Return the schema of speaker embeddings: of length 1, null where an utterance has none."""
    return pa.schema(
        [
            pa.field("utterance_id", pa.string(), nullable=False),
            *store.STATUS,
            pa.field("embedding", pa.list_(pa.float32(), width)),
        ]
    )


def speaker_embeddings(audio: Path, encoder: SpeakerEncoder, threads: int, output: store.Output) -> None:
    """Write the speaker embedding of each utterance of one shard.

    Parameters
    ----------
    audio
        A shard of 16 kHz audio, of schema :data:`sarangi.audio.shard_rows.AUDIO`.
    encoder
        From :func:`sarangi.speakers.registry.load`; it takes each clip by itself, on the CPU.
    threads
        Threads of torch.
    output
        Parquet file to write, of :func:`embedding_schema`.  What has no voice to tell fails with the reason.
    """
    import torch

    torch.set_num_threads(threads)
    with output.writer(embedding_schema(encoder.width), row_group=512) as writer:
        for utterance in progress(store.rows(audio), store.count(audio), f"speakers {audio}"):
            row = {name: utterance[name] for name in ("utterance_id", "status", "reason")}
            embedding = None
            if row["status"] == store.OK:
                embedding, problem = encoder.embed(decode(utterance["audio"]["bytes"]))
                row |= {"status": store.FAILED, "reason": problem} if problem else {}
            writer.add(row | {"embedding": embedding})
