"""Take a feature set of one shard from a corpus that is published as features."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.features.published import published_features

    published_features(
        Path(snakemake.input.corpus),
        snakemake.wildcards.corpus,
        Path(snakemake.input.manifest),
        int(snakemake.wildcards.shard),
        snakemake.params.feature_set,
        run.result,
    )
