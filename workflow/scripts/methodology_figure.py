"""Draw what is made from what."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from sarangi.paper.figures.methodology import methodology_figure

    methodology_figure(
        snakemake.params.without,
        run.files,
    )
