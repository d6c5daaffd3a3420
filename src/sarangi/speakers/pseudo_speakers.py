"""Pseudo-speakers: who seems to speak each utterance of a corpus, by its voice alone."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from sarangi.base import store
from sarangi.speakers.clustering import clustered, margins
from sarangi.speakers.embedded import with_embeddings

PSEUDO_SPEAKERS = pa.schema(
    [
        pa.field("utterance_id", pa.string(), nullable=False),
        *store.STATUS,
        pa.field("pseudo_speaker", pa.string()),
        # silhouette in [-1, 1] within its part; null where there is one voice alone
        pa.field("confidence", pa.float64()),
    ],
)


def pseudo_speakers(
    manifest: Path, shards: Sequence[Path], threshold: float, within: str | None, output: store.Output
) -> None:
    """Write the pseudo-speaker of each utterance of a corpus.

    Parameters
    ----------
    manifest, shards
        Of the corpus, and its speaker embeddings; who speaks is not looked at.
    threshold
        Cosine distance, on average, below which two clusters are one voice.
    within
        ``gender`` or ``session``: clips that differ in it are not compared; those that state none are a part
        by themselves.  None compares all.
    output
        Parquet file to write, of schema :data:`PSEUDO_SPEAKERS`: as many rows as the shards.

    Raises
    ------
    SarangiError
        If a part has more clips than are clustered at once.
    """
    rows = pd.concat([store.read(path, ["utterance_id", "status", "reason"]) for path in shards])
    table, embeddings = with_embeddings(manifest, shards)
    parts = np.zeros(len(table), int) if within is None else table[within].factorize(use_na_sentinel=False)[0]
    names, confidence = np.empty(len(table), object), np.full(len(table), np.nan)
    before = 0
    for part in range(parts.max(initial=-1) + 1):
        chosen = np.flatnonzero(parts == part)
        voices = clustered(embeddings[chosen], threshold)
        confidence[chosen] = margins(embeddings[chosen], voices)
        names[chosen] = [f"voice_{before + voice:04}" for voice in voices]
        before += voices.max() + 1
    found = table[["utterance_id"]].assign(pseudo_speaker=names, confidence=confidence)
    whole = rows.merge(found, on="utterance_id", how="left").sort_values("utterance_id")
    output.write(whole, PSEUDO_SPEAKERS)
