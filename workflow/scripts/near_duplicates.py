"""Find near-duplicates."""

from sarangi.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.near_duplicates import near_duplicates

    near_duplicates([Path(shard) for shard in snakemake.input.audio], run.output, run.provenance)
