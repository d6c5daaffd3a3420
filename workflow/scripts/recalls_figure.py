"""Draw the recall of each emotion."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from sarangi.paper.figures.recalls import recalls_figure

    recalls_figure(
        snakemake.input.scores,
        snakemake.params.first,
        snakemake.params.labels,
        run.files,
    )
