"""Pool the states of a frozen encoder over each clip of a shard."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.models.encoders import Encoder
    from sarangi.models.pooled_states import pooled_states

    pooled_states(
        Path(snakemake.input.audio),
        Encoder(Path(snakemake.input.encoder[0]).parent, "audio", snakemake.params.loads["families"]),
        snakemake.params.seconds,
        snakemake.params.threads,
        run.result,
        snakemake.params.context,
    )
