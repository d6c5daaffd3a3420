"""Write what models lose on worse recordings."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from sarangi.paper.tables.robustness import robustness_table

    params = snakemake.params
    robustness_table(snakemake.input.robustness, params.waiting, params.labels, run.files)
