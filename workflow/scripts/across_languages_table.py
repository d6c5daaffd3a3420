"""Write the scores of classical models across languages."""

from sarangi.job import job

with job(snakemake) as run:
    from sarangi.languages import across_languages_table

    across_languages_table(
        snakemake.params.cells,
        snakemake.params.synthetic,
        run.files,
    )
