"""Make a small encoder with random weights."""

from sarangi.job import job

with job(snakemake) as run:
    from sarangi.configuration import ENCODER_FILES
    from sarangi.weights import random_encoder

    random_encoder(snakemake.params.shape, {name: run.named(name.split(".")[0]) for name in ENCODER_FILES})
