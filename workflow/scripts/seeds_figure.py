"""Draw each seed and all of them."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from sarangi.paper.figures.seeds import seeds_figure

    seeds_figure(
        snakemake.input.scores,
        snakemake.params.first,
        snakemake.params.labels,
        run.files,
    )
