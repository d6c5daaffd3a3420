"""Audit a corpus."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.audit.corpus import corpus_audit
    from sarangi.audit.rows import Audited
    from sarangi.corpora.registry import load

    pairs = snakemake.input.get("near_duplicates")
    corpus = Audited(
        Path(snakemake.input.manifest),
        [Path(shard) for shard in snakemake.input.levels],
        Path(pairs) if pairs else None,
    )
    promises = load(snakemake.wildcards.corpus).PROMISES if snakemake.params.published else {}
    corpus_audit(corpus, promises, run.result)
