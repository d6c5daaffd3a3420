"""Pool the states of a frozen encoder over each clip of a shard."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.models.states import pooled_states

    pooled_states(
        Path(snakemake.input.audio),
        Path(snakemake.input.encoder[0]).parent,
        snakemake.params.seconds,
        snakemake.params.threads,
        run.output,
        run.provenance,
    )
