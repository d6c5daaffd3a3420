"""The utterances of a corpus with their speaker embeddings."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from sarangi.base import store

KNOWN = ["utterance_id", "speaker", "gender", "session", "emotion"]


def with_embeddings(manifest: Path, shards: Sequence[Path]) -> tuple[pd.DataFrame, np.ndarray]:
    """Return the utterances of a corpus that have an embedding, sorted, and their embeddings.

    Returns
    -------
    utterances : data frame of :data:`KNOWN`
    embeddings : float32 array of shape (utterances, width)
    """
    found = pd.concat([store.read(path, ["utterance_id", "status", "embedding"]) for path in shards])
    found = found[found["status"] == store.OK]
    table = store.read(manifest, KNOWN).merge(found, on="utterance_id").sort_values("utterance_id")
    table = table.reset_index(drop=True)
    # of nothing the width is not known
    embeddings = np.array(list(table["embedding"]), np.float32).reshape(len(table), -1 if len(table) else 1)
    return table.drop(columns=["embedding", "status"]), embeddings
