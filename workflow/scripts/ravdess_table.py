"""Write the table of RAVDESS."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from sarangi.paper.tables.ravdess import ravdess_table

    ravdess_table(
        snakemake.params.printed,
        snakemake.params.ours,
        snakemake.params.limits,
        snakemake.params.labels,
        run.files,
    )
