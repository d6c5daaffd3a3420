"""Write the table of the audit."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from sarangi.paper.tables.audit import audit_table

    audit_table(
        snakemake.input.audits,
        snakemake.params.unavailable,
        snakemake.params.labels,
        run.files,
    )
