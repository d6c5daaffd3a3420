"""Split a corpus into folds."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.splits.protocols import protocol

    folder = snakemake.input.get("folder")
    protocol(
        Path(snakemake.input.manifest),
        snakemake.wildcards.protocol,
        snakemake.params.settings,
        run.result,
        Path(folder) if folder else None,
    )
