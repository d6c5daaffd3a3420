"""Draw which emotions are taken for which."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from sarangi.paper.figures.confusions import confusions_figure

    confusions_figure(
        snakemake.input.scores,
        snakemake.input.confusions,
        snakemake.params.first,
        snakemake.params.baselines,
        snakemake.params.labels,
        run.files,
    )
