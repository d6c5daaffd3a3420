"""Draw one finding."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.paper.figures.finding import finding_figure

    finding_figure(
        Path(snakemake.input.finding),
        snakemake.params.further,
        snakemake.params.labels,
        run.files,
    )
