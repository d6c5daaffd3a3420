"""Write the scores at 16 kHz beside those at the recordings' own rate."""

from sarangi.job import job

with job(snakemake) as run:
    from sarangi.languages import sensitivity_table

    sensitivity_table(
        snakemake.params.rows,
        snakemake.params.synthetic,
        {suffix: run.named(suffix) for suffix in ("tex", "md", "csv", "json")},
    )
