"""Verify every result."""

from sarangi.job import job

with job(snakemake) as run:
    from sarangi.verify import verify

    verify(snakemake.params.targets)
