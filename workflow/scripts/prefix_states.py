"""Compute the states below the learning layers for a shard."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.models.encoders import Encoder
    from sarangi.models.prefix_states import Prefix, prefix_states

    prefix_states(
        Path(snakemake.input.audio),
        Prefix(
            Encoder(Path(snakemake.input.encoder[0]).parent, "audio", snakemake.params.loads["families"]),
            snakemake.params.layers,
            snakemake.params.seconds,
            # of the configuration and no parameter: another bound must not train anything again
            snakemake.config["cache_gb"] / snakemake.params.shards,
        ),
        snakemake.params.threads,
        run.result,
    )
