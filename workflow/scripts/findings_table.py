"""Write the table of findings."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from sarangi.paper.tables.findings import findings_table

    findings_table(
        snakemake.input.findings,
        snakemake.params.labels,
        run.files,
    )
