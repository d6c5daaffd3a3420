"""A threshold from a corpus whose speakers are known, to be used on another one."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from sklearn.metrics import adjusted_rand_score, roc_curve

from sarangi.base import store
from sarangi.base.errors import SarangiError
from sarangi.base.nesting import one_emotion
from sarangi.speakers.clustering import merges_of, voices_at
from sarangi.speakers.embedded import with_embeddings

TRIED = 200
"""Thresholds that are tried: quantiles of the distances at which clusters become one."""

THRESHOLD = pa.schema(
    [
        pa.field("corpus", pa.string(), nullable=False),
        pa.field("clips", pa.int64(), nullable=False),
        pa.field("speakers", pa.int64(), nullable=False),
        # of several clips, and those of them that have one emotion alone
        pa.field("speakers_of_several", pa.int64(), nullable=False),
        pa.field("of_one_emotion", pa.int64(), nullable=False),
        pa.field("threshold", pa.float64(), nullable=False),
        # of pairs of clips of one speaker and of two
        pa.field("equal_error", pa.float64(), nullable=False),
        # at the threshold, on the corpus that it was chosen on: too good
        pa.field("adjusted_rand", pa.float64(), nullable=False),
    ]
)


def equal_error(embeddings: np.ndarray, speakers: np.ndarray) -> float:
    """Return the equal error rate of pairs of clips by their cosine distance; 0.5 is chance.

    Where as large a share of pairs of two speakers is taken for one as of pairs of one for two; NaN where
    there are pairs of one kind alone.
    """
    first, second = np.triu_indices(len(speakers), 1)
    same = speakers[first] == speakers[second]
    if same.all() or not same.any():
        return float("nan")
    unit = embeddings.astype(np.float64)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    accepted, found, _ = roc_curve(same, (unit @ unit.T)[first, second], drop_intermediate=False)
    missed = 1 - found
    place = int(np.argmin(np.abs(accepted - missed)))
    return float((accepted[place] + missed[place]) / 2)


def best_threshold(embeddings: np.ndarray, speakers: np.ndarray) -> tuple[float, float]:
    """Return the threshold whose clusters agree best with the speakers, and the adjusted Rand index there.

    Of several that agree alike, the one in the middle.
    """
    merges = merges_of(embeddings)
    tried = np.unique(np.quantile(merges[:, 2], np.linspace(0, 1, TRIED)))
    # between two merges, so that rounding decides nothing
    tried = (tried[1:] + tried[:-1]) / 2 if len(tried) > 1 else tried
    agreement = np.array([adjusted_rand_score(speakers, voices_at(merges, t)) for t in tried])
    best = np.flatnonzero(agreement == agreement.max())
    place = best[len(best) // 2]
    return float(tried[place]), float(agreement[place])


def speaker_threshold(manifest: Path, shards: Sequence[Path], corpus: str, output: store.Output) -> None:
    """Write the threshold at which clusters agree best with the speakers of a corpus.

    Parameters
    ----------
    manifest, shards
        Of the corpus, and its speaker embeddings.
    corpus
        Its name.
    output
        Parquet file to write, of schema :data:`THRESHOLD`, one row.

    Raises
    ------
    SarangiError
        If fewer than two speakers of several clips are known, or there are more clips than are clustered.
    """
    table, embeddings = with_embeddings(manifest, shards)
    known = table["speaker"].notna().to_numpy()
    table, embeddings = table[known], embeddings[known]
    several, alone = one_emotion(table)
    if several < 2:
        raise SarangiError(
            f"{manifest}: {several} known speakers of several clips; a threshold needs two or more. Name "
            "another corpus under `calibration` of the entry of pseudo_speakers, or state a `threshold`"
        )
    speakers = table["speaker"].to_numpy(str)
    threshold, agreement = best_threshold(embeddings, speakers)
    row = {
        "corpus": corpus,
        "clips": len(table),
        "speakers": len(np.unique(speakers)),
        "speakers_of_several": several,
        "of_one_emotion": alone,
        "threshold": threshold,
        "equal_error": equal_error(embeddings, speakers),
        "adjusted_rand": agreement,
    }
    output.write(pd.DataFrame([row]), THRESHOLD)


def threshold_in(path: str | Path) -> float:
    """Return the threshold in a file of :func:`speaker_threshold`."""
    return float(store.read(path, ["threshold"])["threshold"].iloc[0])
