"""Audit a protocol on a corpus."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.audit.checks import protocol_audit

    pairs, folder = snakemake.input.get("near_duplicates"), snakemake.input.get("folder")

    protocol_audit(
        Path(snakemake.input.manifest),
        [Path(shard) for shard in snakemake.input.levels],
        Path(pairs) if pairs else None,
        snakemake.wildcards.protocol,
        snakemake.params.settings,
        Path(folder) if folder else None,
        run.output,
        run.provenance,
    )
