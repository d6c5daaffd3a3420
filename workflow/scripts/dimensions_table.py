"""Write how well models predict ratings."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from sarangi.paper.tables.dimensions import dimensions_table

    params = snakemake.params
    dimensions_table(
        snakemake.input.scores, params.waiting, params.baselines, params.oracles, params.labels, run.files
    )
