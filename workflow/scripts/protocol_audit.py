"""Audit a protocol on a corpus."""

from sarangi.job import job

with job(snakemake) as run:
    from pathlib import Path

    pairs = snakemake.input.get("near_duplicates")
    from sarangi.audit import protocol_audit

    protocol_audit(
        Path(snakemake.input.manifest),
        [Path(shard) for shard in snakemake.input.levels],
        Path(pairs) if pairs else None,
        Path(snakemake.input.protocol),
        snakemake.wildcards.protocol,
        run.output,
        run.provenance,
    )
