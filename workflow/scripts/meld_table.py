"""Write the table of MELD."""

from sarangi.job import job

with job(snakemake) as run:
    from sarangi.published_tables import meld_table

    meld_table(
        snakemake.params.printed,
        snakemake.params.ours,
        snakemake.params.synthetic,
        run.files,
    )
