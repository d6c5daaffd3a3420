"""Writing the votes of a corpus."""

import logging
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

import pandas as pd

from sarangi.base.failures import counted
from sarangi.base.store import FAILED, OK, Output
from sarangi.base.vote_rows import VOTES
from sarangi.corpora.votes import UNKNOWN_CLIP, Vote

log = logging.getLogger("sarangi")


def write_votes(corpus: str, votes: Sequence[Vote], paths: Collection[str], output: Output) -> None:
    """Write the votes of a corpus, and log how many cannot be used.

    Parameters
    ----------
    corpus
        Name of the corpus.
    votes
        Of :func:`sarangi.corpora.votes.without_contradictions`.
    paths
        Of its utterances; a vote for any other clip fails.
    output
        Parquet file to write, of schema :data:`sarangi.base.vote_rows.VOTES`, sorted by utterance, annotator,
        dimension and label.
    """
    known = set(paths)
    rows: list[dict[str, Any]] = []
    for vote in votes:
        if vote.status == OK and vote.path not in known:
            vote = vote.failed(f"{vote.path} is not an utterance of the corpus", UNKNOWN_CLIP)
        rows.append({**vote._asdict(), "utterance_id": f"{corpus}/{vote.path}"})
    frame = pd.DataFrame(rows, columns=["where", *VOTES.names])
    order = ["utterance_id", "annotator", "dimension", "label", "where"]
    frame = frame.sort_values(order, ignore_index=True, key=lambda column: column.fillna(""))
    lost = frame[frame["status"] == FAILED]
    if len(lost):
        causes = counted(Counter(lost["cause"]))
        log.warning("%s: %d of %d votes cannot be used: %s", corpus, len(lost), len(frame), causes)
    output.write(frame[VOTES.names], VOTES)
