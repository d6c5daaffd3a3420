"""Train and test a classifier fold by fold."""

from sarangi.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.classical import classical

    classical(
        Path(snakemake.input.manifest),
        Path(snakemake.input.protocol),
        [Path(shard) for shard in snakemake.input.features],
        snakemake.params.settings,
        run.output,
        run.provenance,
    )
