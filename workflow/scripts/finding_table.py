"""Write the table of one finding."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.paper.tables.findings import finding_table

    finding_table(
        Path(snakemake.input.finding),
        snakemake.params.labels,
        run.files,
    )
