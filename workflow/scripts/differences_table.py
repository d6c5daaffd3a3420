"""Write the table of differences."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from sarangi.paper.tables.differences import differences_table

    differences_table(
        snakemake.input.differences,
        snakemake.params.limits,
        snakemake.params.labels,
        run.files,
    )
