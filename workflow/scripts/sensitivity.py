"""Score experiments under other splits, where the audit finds few groups."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.scoring.sensitivity import sensitivity

    sensitivity(
        Path(snakemake.input.manifest),
        Path(snakemake.input.audit),
        {name: [Path(shard) for shard in shards] for name, shards in snakemake.params.features.items()},
        snakemake.params.experiments,
        run.result,
        snakemake.threads,
    )
