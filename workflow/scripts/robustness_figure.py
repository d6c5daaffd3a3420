"""Draw what models lose on worse recordings."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from sarangi.paper.figures.robustness import robustness_figure

    robustness_figure(snakemake.input.robustness, snakemake.params.labels, run.files)
