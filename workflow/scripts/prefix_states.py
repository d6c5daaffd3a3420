"""Compute the states below the learning layers for a shard."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.models.states import prefix_states

    prefix_states(
        Path(snakemake.input.audio),
        Path(snakemake.input.encoder[0]).parent,
        snakemake.params.layers,
        snakemake.params.seconds,
        # of the configuration and no parameter: another bound must not train anything again
        snakemake.config["cache_gb"] / snakemake.params.shards,
        snakemake.params.threads,
        run.output,
        run.provenance,
    )
