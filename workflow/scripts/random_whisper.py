"""Make a small Whisper with random weights."""

from sarangi.job import job

with job(snakemake) as run:
    from sarangi.weights import random_whisper

    random_whisper(snakemake.params.shape, run.output)
