"""Fetch a speech encoder."""

from sarangi.job import job

with job(snakemake) as run:
    from sarangi.configuration import ENCODER_FILES
    from sarangi.weights import encoder_weights

    encoder_weights(snakemake.params.source, {name: run.named(name.split(".")[0]) for name in ENCODER_FILES})
