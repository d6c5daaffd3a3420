"""Take a feature set of one shard from the pooled states of a frozen encoder."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.features.state_features import state_features

    state_features(Path(snakemake.input.states), snakemake.params.layers, run.result)
