"""Resample one shard of a corpus."""

from sarangi.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.audio import resample

    resample(
        Path(snakemake.input.corpus),
        Path(snakemake.input.manifest),
        int(snakemake.wildcards.shard),
        run.named("audio"),
        run.named("levels"),
        run.provenance,
    )
