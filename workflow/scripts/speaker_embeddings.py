"""Compute the speaker embeddings of one shard of audio."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.speakers.embedding import speaker_embeddings
    from sarangi.speakers.registry import load

    speaker_embeddings(
        Path(snakemake.input.audio),
        load(snakemake.params.kind, Path(snakemake.params.weights)),
        snakemake.params.threads,
        run.result,
    )
