"""Write the table of RAVDESS."""

from sarangi.job import job

with job(snakemake) as run:
    from sarangi.published_tables import ravdess_table

    ravdess_table(
        snakemake.params.printed,
        snakemake.params.ours,
        snakemake.params.synthetic,
        run.files,
    )
