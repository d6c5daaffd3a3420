"""Draw the CCC of each speaker."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from sarangi.paper.figures.dimension_speakers import dimension_speakers_figure

    params = snakemake.params
    dimension_speakers_figure(snakemake.input.scores, params.baselines, params.labels, run.files)
