"""Write the report."""

from pathlib import Path

from sarangi.runtime.job import job

with job(snakemake) as run:
    from sarangi.reproduce.report import report

    report(snakemake.params.targets, Path(snakemake.params.output))
