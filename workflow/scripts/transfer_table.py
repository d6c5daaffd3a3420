"""Write the table of transfers."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from sarangi.paper.tables.transfer import transfer_table

    transfer_table(
        snakemake.input.scores,
        snakemake.params.limits,
        snakemake.params.labels,
        run.files,
    )
