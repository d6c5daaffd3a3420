"""List the utterances of a corpus."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.corpora.manifest import VotesOfLayout, manifest
    from sarangi.corpora.vote_settings import VoteSettings

    votes = snakemake.params.get("votes")
    manifest(
        Path(snakemake.input.corpus),
        snakemake.wildcards.corpus,
        snakemake.params.shards,
        run.result,
        snakemake.params.dimensions,
        votes and VotesOfLayout(VoteSettings(*votes), run.results["votes"]),
    )
