"""Audit a protocol on a corpus."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.audit.protocol import protocol_audit
    from sarangi.audit.rows import Audited

    pairs, folder = snakemake.input.get("near_duplicates"), snakemake.input.get("folder")
    corpus = Audited(
        Path(snakemake.input.manifest),
        [Path(shard) for shard in snakemake.input.levels],
        Path(pairs) if pairs else None,
    )
    protocol_audit(
        corpus,
        snakemake.wildcards.protocol,
        snakemake.params.settings,
        Path(folder) if folder else None,
        run.result,
    )
