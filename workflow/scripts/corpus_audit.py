"""Audit a corpus and its protocols."""

from sarangi.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.audit import corpus_audit
    from sarangi.corpora import load

    # a stand-in is not what the publisher promises
    promises = {} if snakemake.params.synthetic else load(snakemake.wildcards.corpus).PROMISES
    corpus_audit(
        Path(snakemake.input.manifest),
        [Path(shard) for shard in snakemake.input.levels],
        Path(snakemake.input.near_duplicates),
        dict(zip(snakemake.params.protocols, map(Path, snakemake.input.protocols), strict=True)),
        promises,
        run.output,
        run.provenance,
    )
