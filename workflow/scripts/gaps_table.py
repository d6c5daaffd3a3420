"""Write what a change of language costs."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from sarangi.paper.tables.gaps import gaps_table

    gaps_table(
        snakemake.params.cells,
        snakemake.params.labels,
        run.files,
    )
