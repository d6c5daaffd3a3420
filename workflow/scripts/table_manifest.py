"""List the utterances of a corpus that a table of labels describes."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.corpora.table_corpus import table_manifest
    from sarangi.corpora.table_settings import TableSettings

    table_manifest(
        Path(snakemake.input.corpus),
        Path(snakemake.input.table),
        snakemake.wildcards.corpus,
        TableSettings(*snakemake.params.settings),
        snakemake.params.shards,
        run.result,
    )
