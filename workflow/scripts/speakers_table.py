"""Write what pseudo-speakers are worth where speakers are known."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from sarangi.paper.tables.speakers import speakers_table

    speakers_table(snakemake.params.rows, snakemake.params.labels, run.files)
