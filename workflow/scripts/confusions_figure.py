"""Draw which emotions are taken for which."""

from sarangi.job import job

with job(snakemake) as run:
    from sarangi.result_figures import confusions_figure

    confusions_figure(
        snakemake.input.scores,
        snakemake.input.confusions,
        snakemake.params.titles,
        snakemake.params.synthetic,
        run.files,
    )
