"""Write how models differ in the ratings that they predict."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from sarangi.paper.tables.dimension_differences import dimension_differences_table

    params = snakemake.params
    dimension_differences_table(snakemake.input.differences, params.oracles, params.labels, run.files)
