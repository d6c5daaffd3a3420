"""Votes of annotators as what is learnt, in place of one label: soft labels.

The loss of a batch is ``-sum(w[c] * q[i, c] * log(p[i, c])) / sum(w[c] * q[i, c])`` over its clips ``i`` and
all emotions ``c``, with the share ``q`` of a clip's votes, the probability ``p`` that is answered, and the
weight ``w`` of the emotion, which is 1 without ``class_weights``.  It is that of hard labels where the votes
of each clip agree.
"""

import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from sarangi.base.errors import SarangiError
from sarangi.base.vote_shares import soft_labels

log = logging.getLogger("sarangi")


def vote_shares(votes: Path, rows: pd.DataFrame, emotions: Sequence[str]) -> pd.DataFrame:
    """Return the shares of the votes for each emotion, of the utterances that are learnt.

    An utterance without a vote for any of the emotions has its label alone; how many have is logged.

    Parameters
    ----------
    votes
        File of schema :data:`sarangi.base.vote_rows.VOTES`.
    rows : data frame of utterance_id and emotion
        Of the parts that train and validate.
    emotions
        In the order of the network's outputs.

    Returns
    -------
    data frame, float64 of shape (utterances, emotions), indexed by utterance_id

    Raises
    ------
    SarangiError
        If no utterance has votes.
    """
    ids = pd.Index(rows["utterance_id"])
    voted = soft_labels(votes, emotions).reindex(ids)
    without = voted[emotions[0]].isna().to_numpy()
    if without.all():
        raise SarangiError(
            f"{votes}: none of the {len(ids)} utterances that train and validate has a vote for any of "
            f"{', '.join(emotions)}; remove `targets: soft` from the recipe, or look at the corpus's `votes`"
        )
    if without.any():
        log.warning(
            "%s: %d of %d utterances have no vote for any of the emotions, the first is %s; of these the "
            "label is learnt", votes, without.sum(), len(ids), ids[without][0],
        )  # fmt: skip
    labels = rows["emotion"].to_numpy(dtype=object)[:, None] == np.array(list(emotions), dtype=object)
    voted[without] = labels[without].astype(np.float64)
    return voted


def class_weights_of(shares: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return weights inverse to each emotion's votes, float64 of shape (emotions,).

    They are ``N / (K * sum(shares[:, c]))``, as those of hard labels, of N clips and K emotions.

    Parameters
    ----------
    shares : array of shape (clips, emotions)
        Of the training part, in which each emotion has votes.
    """
    found: npt.NDArray[np.float64] = len(shares) / (shares.shape[1] * shares.sum(0))
    return found


def refuse_unvoted(shares: npt.NDArray[np.float64], emotions: Sequence[str], where: str) -> None:
    """Refuse a training part, of shape (clips, emotions), in which an emotion has no vote.

    Raises
    ------
    SarangiError
        Says which.
    """
    unvoted = [emotion for emotion, votes in zip(emotions, shares.sum(0), strict=True) if not votes]
    if unvoted:
        raise SarangiError(
            f"{where}: no vote for {', '.join(unvoted)} in the training part, and its votes are learnt; "
            "choose another protocol, or remove `targets: soft` from the recipe"
        )
