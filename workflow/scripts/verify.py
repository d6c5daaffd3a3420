"""Verify every result."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from sarangi.reproduce.verify import verify

    verify(snakemake.params.targets)
