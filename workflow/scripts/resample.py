"""Resample one shard of a corpus."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.audio.resampling import resample

    resample(
        Path(snakemake.input.corpus),
        Path(snakemake.input.manifest),
        int(snakemake.wildcards.shard),
        run.results["audio"],
        run.results["levels"],
    )
