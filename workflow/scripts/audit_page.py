"""Write the page with the audit of every corpus."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from sarangi.audit.page import audit_page

    audit_page(
        snakemake.input.audits,
        snakemake.params.unavailable,
        snakemake.params.leaking,
        snakemake.params.labels,
        *run.temporary,
    )
