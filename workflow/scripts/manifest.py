"""List the utterances of a corpus."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.corpora.manifest import manifest

    manifest(
        Path(snakemake.input.corpus),
        snakemake.wildcards.corpus,
        snakemake.params.shards,
        run.result,
        snakemake.params.dimensions,
    )
