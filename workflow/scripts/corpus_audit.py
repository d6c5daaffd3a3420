"""Audit a corpus."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.audit.corpus import corpus_audit
    from sarangi.audit.rows import Audited, Voted
    from sarangi.corpora.registry import load

    pairs = snakemake.input.get("near_duplicates")
    votes = [Path(file) for file in snakemake.input.get("votes", [])]
    corpus = Audited(
        Path(snakemake.input.manifest),
        [Path(shard) for shard in snakemake.input.levels],
        Path(pairs) if pairs else None,
        Voted(votes[0], snakemake.params.confidence) if votes else None,
    )
    promises = load(snakemake.wildcards.corpus).PROMISES if snakemake.params.published else {}
    corpus_audit(corpus, promises, run.result)
