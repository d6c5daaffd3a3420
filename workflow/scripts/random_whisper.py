"""Make a small Whisper with random weights."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from sarangi.sources.small_weights import random_whisper

    random_whisper(snakemake.params.shape, run.output)
