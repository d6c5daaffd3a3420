"""Make the recordings of a shard worse."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.audio.conditions import disturbed_audio

    disturbed_audio(Path(snakemake.input.audio), snakemake.params.seed, run.results)
