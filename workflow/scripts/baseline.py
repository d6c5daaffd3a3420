"""Predict the test parts of every protocol of a corpus without listening."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.models.baselines import baseline

    baseline(
        Path(snakemake.input.manifest),
        dict(zip(snakemake.params.protocols, map(Path, snakemake.input.protocols), strict=True)),
        snakemake.params.experiments,
        snakemake.params.seed,
        run.results,
    )
