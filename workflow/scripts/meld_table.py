"""Write the table of MELD."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from sarangi.paper.tables.meld import meld_table

    meld_table(
        snakemake.params.printed,
        snakemake.params.ours,
        snakemake.params.limits,
        snakemake.params.labels,
        run.files,
    )
