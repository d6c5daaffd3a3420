"""Draw how feature sets rank within and across languages."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from sarangi.paper.figures.inversion import inversion_figure

    inversion_figure(
        snakemake.params.cells,
        snakemake.params.labels,
        run.files,
    )
