"""Draw one finding and write its table."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.paper.finding_shown import finding_shown

    finding_shown(
        Path(snakemake.input.finding),
        snakemake.params.further,
        snakemake.params.labels,
        run.files,
    )
