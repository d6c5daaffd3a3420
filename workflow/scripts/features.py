"""Extract a feature set from one shard of audio."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.features.extraction import features

    features(
        Path(snakemake.input.audio),
        snakemake.params.feature_set,
        run.output,
        run.provenance,
        workers=snakemake.threads,
    )
