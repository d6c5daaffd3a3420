"""Extract a feature set from one shard of audio."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.features.extraction import features
    from sarangi.features.registry import load

    features(
        Path(snakemake.input.audio),
        load(*snakemake.params.extraction),
        run.result,
        workers=snakemake.threads,
    )
