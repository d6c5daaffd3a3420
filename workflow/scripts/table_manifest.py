"""List the utterances of a corpus that a table of labels describes."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.corpora.table_corpus import VotesOfTable, table_manifest
    from sarangi.corpora.table_settings import TableSettings
    from sarangi.corpora.vote_settings import VoteSettings

    votes = snakemake.params.get("votes")
    own = [Path(table) for table in snakemake.input.get("votes", [])]
    table_manifest(
        Path(snakemake.input.corpus),
        Path(snakemake.input.table),
        snakemake.wildcards.corpus,
        TableSettings(*snakemake.params.settings),
        snakemake.params.shards,
        run.result,
        votes and VotesOfTable(VoteSettings(*votes), own[0] if own else None, run.results["votes"]),
    )
