"""Find near-duplicates."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.audio.near_duplicates import near_duplicates

    near_duplicates([Path(shard) for shard in snakemake.input.audio], run.result)
