"""Write the table of costs."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from sarangi.reproduce.costs import costs_table

    costs_table(
        snakemake.input.costs or None,
        snakemake.params.labels,
        run.files,
    )
