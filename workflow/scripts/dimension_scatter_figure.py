"""Draw ratings against predictions."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from sarangi.paper.figures.dimension_scatter import dimension_scatter_figure

    params = snakemake.params
    dimension_scatter_figure(snakemake.input.scores, params.files, params.baselines, params.labels, run.files)
