"""Write the table of transfers."""

from sarangi.job import job

with job(snakemake) as run:
    from sarangi.tables import transfer_table

    transfer_table(
        snakemake.input.scores,
        snakemake.params.titles,
        snakemake.params.synthetic,
        run.files,
    )
