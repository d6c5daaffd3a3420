"""Audit a protocol on a corpus."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.audit.protocol import protocol_audit
    from sarangi.audit.rows import Audited
    from sarangi.splits.guessed import guess_of

    pairs, folder, voices = (snakemake.input.get(name) for name in ("near_duplicates", "folder", "voices"))
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
        guess_of(voices or []),
    )
