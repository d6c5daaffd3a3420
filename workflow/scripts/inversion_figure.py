"""Draw how feature sets rank within and across languages."""

from sarangi.job import job

with job(snakemake) as run:
    from sarangi.figures import inversion_figure

    inversion_figure(
        snakemake.params.cells,
        snakemake.params.synthetic,
        run.files,
    )
