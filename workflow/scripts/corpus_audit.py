"""Audit a corpus."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.audit.checks import corpus_audit
    from sarangi.corpora.registry import load

    pairs = snakemake.input.get("near_duplicates")
    # a stand-in is not what the publisher promises
    promises = {} if snakemake.params.synthetic else load(snakemake.wildcards.corpus).PROMISES
    corpus_audit(
        Path(snakemake.input.manifest),
        [Path(shard) for shard in snakemake.input.levels],
        Path(pairs) if pairs else None,
        promises,
        run.output,
        run.provenance,
    )
