"""Make the recordings of a shard worse."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.audio.conditions import disturb

    disturb(Path(snakemake.input.audio), snakemake.params.seed, run.results)
