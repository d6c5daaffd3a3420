"""Draw how models fare on parts of the speakers."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from sarangi.paper.figures.fairness import fairness_figure

    fairness_figure(snakemake.input.fairness, snakemake.params.labels, run.files)
