"""Write what single annotators reach beside models."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from sarangi.paper.tables.annotators import annotators_table

    annotators_table(snakemake.input.human, snakemake.params.labels, run.files)
