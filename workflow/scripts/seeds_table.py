"""Write the table of seeds."""

from sarangi.job import job

with job(snakemake) as run:
    from sarangi.published_tables import seeds_table

    seeds_table(
        snakemake.params.printed,
        snakemake.params.ours,
        snakemake.params.synthetic,
        run.files,
    )
