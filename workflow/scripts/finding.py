"""Bring together what bears on one finding."""

from sarangi.job import job

with job(snakemake) as run:
    from sarangi.findings import finding

    finding(
        snakemake.wildcards.finding,
        snakemake.params.statement,
        snakemake.input.scores,
        snakemake.params.waiting,
        snakemake.params.waits_for,
        run.output,
        run.provenance,
    )
