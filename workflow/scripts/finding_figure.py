"""Draw one finding."""

from sarangi.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.result_figures import finding_figure

    finding_figure(
        Path(snakemake.input.finding),
        snakemake.params.synthetic,
        run.files,
    )
