"""List the utterances of a corpus."""

from sarangi.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.corpora import manifest

    manifest(
        Path(snakemake.input.corpus),
        snakemake.wildcards.corpus,
        snakemake.params.shards,
        run.output,
        run.provenance,
    )
