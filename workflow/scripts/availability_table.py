"""Write the tables of data and weights, and of what is not available."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from sarangi.paper.tables.availability import availability_table
    from sarangi.paper.tables.writing import FORMATS

    availability_table(
        snakemake.params.rows,
        snakemake.params.needed,
        snakemake.params.labels,
        {suffix: run.named(suffix) for suffix in FORMATS},
        {suffix: run.named(f"absent_{suffix}") for suffix in FORMATS},
    )
