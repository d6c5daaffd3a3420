"""Extract a feature set from the recordings of one shard, at their own sample rates."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.features.extraction import recording_features

    recording_features(
        Path(snakemake.input.corpus),
        Path(snakemake.input.manifest),
        int(snakemake.wildcards.shard),
        snakemake.params.feature_set,
        run.output,
        run.provenance,
        workers=snakemake.threads,
    )
