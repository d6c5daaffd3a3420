"""Transcribe one shard of audio."""

from sarangi.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.transcripts import transcribe

    transcribe(
        Path(snakemake.input.audio),
        Path(snakemake.input.manifest),
        Path(snakemake.input.checkpoint),
        {"batch": snakemake.params.batch, "tokens": snakemake.params.tokens},
        snakemake.params.threads,
        run.output,
        run.provenance,
    )
