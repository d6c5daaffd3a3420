"""The corpora: one module each, no more than its layout and labels, and what all of them share.

A corpus module has ``TITLE``, ``LANGUAGE`` (BCP 47), ``EMOTIONS`` (the corpus's labels to the
canonical emotions), ``PROMISES`` (what its publisher counts: ``utterances``, ``speakers`` and emotions by
name), ``LAYOUT`` and ``utterances(source)``.  One whose tables suffice for models that need no sound has
``SOUND``, where its recordings lie, and names these whether they are there or not.  One that is published as
features, without recordings, has ``LANGUAGES``, ``describe(source, file)`` and
``features(source, file, feature_set)`` besides.  One with ratings has ``DIMENSIONS``, the scale of each by
its name, and ``utterances`` states them.  One whose files have what single annotators said has
``votes(source)``, which yields :class:`sarangi.corpora.votes.Vote`, and an ``utterances(source, targets)``.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from sarangi.base import store
from sarangi.base.dimension_rows import Scale
from sarangi.corpora.manifest_writer import NO_RATINGS, write_manifest
from sarangi.corpora.registry import load
from sarangi.corpora.vote_settings import VoteSettings
from sarangi.corpora.vote_writer import write_votes
from sarangi.corpora.voted_layout import VotedLayout


class VotesOfLayout(NamedTuple):
    """What votes in the files of a layout are used for, and where they are written."""

    settings: VoteSettings
    output: store.Output


def manifest(
    source: Path,
    corpus: str,
    shards: int,
    output: store.Output,
    dimensions: Mapping[str, Scale] = NO_RATINGS,
    votes: VotesOfLayout | None = None,
) -> None:
    """Write the manifest of a corpus: one row an utterance, sorted by ``utterance_id``.

    Every recording is read once, for its hash and its header; one that cannot be used keeps its
    row, with status failed or skipped and the reason.  Files that are the same byte for byte and of which the
    corpus says the same are one utterance, whose row counts the copies and names them; the one in the fewest
    folders is kept, of several the first in sorted order.  Copies that differ fail.  Where the tables of
    the layout suffice, a recording that is missing or cannot be read fails no utterance: ``no_sound`` says
    why, and for who needs sound it has failed.

    Parameters
    ----------
    source
        Folder or archive of the corpus.
    corpus
        Name of the corpus, which is the name of its module.
    shards
        Number of shards to spread the utterances over.
    output
        Parquet file to write, of schema :func:`manifest_schema`.
    dimensions
        The scale of each rating that is wanted, by its name.  One that is missing, no number or out of scale
        is null, and the utterance has a note of it.
    votes
        Of annotators, where they are asked for; written as :func:`sarangi.corpora.vote_writer.write_votes`
        does.

    Raises
    ------
    SarangiError
        If a folder cannot be listed, or nothing in the source can be used: by its names, or once it was read;
        counts the reasons.  So it does where sound or films are there, and no utterance has any.
    """
    if votes is None:
        write_manifest(source, corpus, load(corpus), shards, output, dimensions)
        return
    voted = VotedLayout(load(corpus), votes.settings)
    paths = write_manifest(source, corpus, voted, shards, output, dimensions)
    write_votes(corpus, voted.votes, paths, votes.output)
