"""Draw each model under every condition."""

from sarangi.job import job

with job(snakemake) as run:
    from sarangi.result_figures import conditions_figure

    conditions_figure(
        snakemake.input.scores,
        snakemake.params.titles,
        snakemake.params.synthetic,
        run.files,
    )
