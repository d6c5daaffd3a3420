"""Write the table of data and weights."""

from sarangi.job import job

with job(snakemake) as run:
    from sarangi.study_tables import availability_table

    availability_table(
        snakemake.params.rows,
        snakemake.params.synthetic,
        run.files,
    )
