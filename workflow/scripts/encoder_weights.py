"""Fetch an encoder of speech or text."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from sarangi.sources.hub_encoders import encoder_weights

    encoder_weights(snakemake.params.source, {file.name: run.place(str(file)) for file in run.outputs})
