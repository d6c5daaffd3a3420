"""Write the table of errata."""

from sarangi.job import job

with job(snakemake) as run:
    from sarangi.findings import errata_table

    errata_table(
        snakemake.input.findings,
        snakemake.params.synthetic,
        {suffix: run.named(suffix) for suffix in ("tex", "md", "csv")},
    )
