"""Write the report."""

from pathlib import Path

from sarangi.job import job

with job(snakemake) as run:
    from sarangi.report import report

    report(snakemake.params.targets, Path(snakemake.params.output))
