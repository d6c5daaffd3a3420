"""Extract a feature set from the recordings of one shard, at their native sample rates."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.features.recordings import recording_features
    from sarangi.features.registry import load

    recording_features(
        Path(snakemake.input.corpus),
        Path(snakemake.input.manifest),
        int(snakemake.wildcards.shard),
        load(*snakemake.params.extraction),
        run.result,
        workers=snakemake.threads,
    )
