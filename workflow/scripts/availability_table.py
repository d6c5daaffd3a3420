"""Write the table of data and weights."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from sarangi.paper.tables.availability import availability_table

    availability_table(
        snakemake.params.rows,
        snakemake.params.labels,
        run.files,
    )
