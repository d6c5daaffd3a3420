"""Write the scores at 16 kHz next to those at the recordings' native rate."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from sarangi.paper.tables.sensitivity import sensitivity_table

    sensitivity_table(
        snakemake.params.rows,
        snakemake.params.labels,
        run.files,
    )
