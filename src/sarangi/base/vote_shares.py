"""Shares of votes: how the annotators of an utterance are divided among emotions."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from sarangi.base import store

OF_EMOTIONS = ["utterance_id", "annotator", "emotion", "label", "weight"]
"""Columns of :func:`emotion_votes`."""


def emotion_votes(votes: Path) -> pd.DataFrame:
    """Return the votes for emotions that are ok, of the columns :data:`OF_EMOTIONS`.

    Parameters
    ----------
    votes
        File of schema :data:`sarangi.base.vote_rows.VOTES`.
    """
    table = store.read(votes, [*OF_EMOTIONS, "dimension", "status"])
    table = table[(table["status"] == store.OK) & table["dimension"].isna()]
    return table[OF_EMOTIONS].reset_index(drop=True)


def soft_labels(votes: Path, emotions: Sequence[str]) -> pd.DataFrame:
    """Return how the votes of each utterance are divided among some emotions: soft labels to train on.

    Votes for anything else are left out before shares are computed, so each row has the sum 1.

    Parameters
    ----------
    votes
        File of schema :data:`sarangi.base.vote_rows.VOTES`.
    emotions
        Names of the K classes.

    Returns
    -------
    data frame, float64 of shape (utterances, K), indexed by utterance_id and sorted
        Its columns are ``emotions`` in the order given.  An utterance without a vote for any of them is not
        in it.
    """
    table = emotion_votes(votes)
    table = table[table["emotion"].isin(emotions)]
    counts = table.groupby(["utterance_id", "emotion"])["weight"].sum().unstack(fill_value=0)
    counts = counts.reindex(columns=list(emotions), fill_value=0.0).astype("float64")
    total = counts.sum(axis=1)
    shares: pd.DataFrame = counts[total > 0].div(total[total > 0], axis=0)
    return shares.rename_axis(columns=None)
