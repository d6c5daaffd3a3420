"""Predict the test parts without listening."""

from sarangi.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.baselines import baseline

    baseline(
        Path(snakemake.input.manifest),
        Path(snakemake.input.protocol),
        snakemake.params.kind,
        snakemake.params.seed,
        run.output,
        run.provenance,
    )
