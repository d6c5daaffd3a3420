"""Make a small encoder with random weights."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from sarangi.sources.small_weights import random_encoder

    random_encoder(snakemake.params.shape, {file.name: run.place(str(file)) for file in run.outputs})
