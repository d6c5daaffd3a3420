"""Draw what is made from what."""

from sarangi.job import job

with job(snakemake) as run:
    from sarangi.diagram import methodology_figure

    methodology_figure(
        snakemake.params.synthetic,
        run.files,
    )
