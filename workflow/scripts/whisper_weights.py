"""Fetch a Whisper checkpoint."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.sources.weights import whisper_weights

    whisper_weights(snakemake.params.name, run.output, Path(f"{snakemake.output[0]}.part"))
