"""Transcribe one shard of audio."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.transcripts.transcription import Recogniser, transcribe

    transcribe(
        Path(snakemake.input.audio),
        Path(snakemake.input.manifest),
        Recogniser(Path(snakemake.params.checkpoint), snakemake.params.settings, snakemake.params.threads),
        Path(snakemake.params.unfinished),
        run.result,
    )
