"""Judge the claims of one finding."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from sarangi.published.findings import finding

    finding(
        snakemake.params.statement,
        snakemake.params.claims,
        snakemake.params.experiments,
        snakemake.input.scores,
        snakemake.params.missing,
        snakemake.params.synthetic,
        run.output,
        run.provenance,
    )
