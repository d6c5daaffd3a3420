"""Fetch an encoder of speech or text."""

from sarangi.job import job

with job(snakemake) as run:
    from sarangi.weights import encoder_weights

    encoder_weights(snakemake.params.source, {file.name: run.place(str(file)) for file in run.outputs})
