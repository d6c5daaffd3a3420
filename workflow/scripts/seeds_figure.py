"""Draw each seed and all of them."""

from sarangi.job import job

with job(snakemake) as run:
    from sarangi.result_figures import seeds_figure

    seeds_figure(
        snakemake.input.scores,
        snakemake.params.titles,
        snakemake.params.synthetic,
        run.files,
    )
