"""Split a corpus into folds."""

from sarangi.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.protocols import protocol

    protocol(
        Path(snakemake.input.manifest),
        snakemake.wildcards.protocol,
        snakemake.params.settings,
        run.output,
        run.provenance,
    )
