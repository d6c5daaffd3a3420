"""Write the table of recipes."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from sarangi.paper.tables.recipes import recipes_table

    recipes_table(
        snakemake.params.recipes,
        snakemake.params.labels,
        run.files,
    )
