"""Write the table of seeds."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from sarangi.paper.tables.seeds import seeds_table

    seeds_table(
        snakemake.params.printed,
        snakemake.params.ours,
        snakemake.params.limits,
        snakemake.params.labels,
        run.files,
    )
