"""Write the scores of classical models within one language."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from sarangi.paper.tables.languages import within_language_table

    within_language_table(
        snakemake.params.cells,
        snakemake.params.labels,
        run.files,
    )
