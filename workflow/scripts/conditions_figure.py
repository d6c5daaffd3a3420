"""Draw each model under every condition."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from sarangi.paper.figures.conditions import conditions_figure

    conditions_figure(
        snakemake.input.scores,
        snakemake.params.first,
        snakemake.params.labels,
        run.files,
    )
