"""Draw the recall of each emotion."""

from sarangi.job import job

with job(snakemake) as run:
    from sarangi.result_figures import recalls_figure

    recalls_figure(
        snakemake.input.scores,
        snakemake.params.titles,
        snakemake.params.synthetic,
        run.files,
    )
