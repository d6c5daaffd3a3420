"""Predict the ratings of the test parts of every protocol of a corpus without listening."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.models.rated_baselines import rated_baseline

    rated_baseline(
        Path(snakemake.input.manifest),
        dict(zip(snakemake.params.protocols, map(Path, snakemake.input.protocols), strict=True)),
        snakemake.params.experiments,
        run.results,
    )
