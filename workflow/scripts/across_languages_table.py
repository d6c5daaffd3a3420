"""Write the scores of classical models across languages."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from sarangi.paper.tables.languages import across_languages_table

    across_languages_table(
        snakemake.params.cells,
        snakemake.params.labels,
        run.files,
    )
