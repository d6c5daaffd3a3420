"""Predictions: the test part of every fold, whatever predicts it."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from sarangi import store
from sarangi.progress import progress
from sarangi.protocols import TEST, TRAIN, UNUSED

Predict = Callable[[pd.DataFrame, pd.DataFrame], Sequence[str]]
"""From the training and the test utterances of a fold to the predicted emotions of the test."""


def predictions_schema(emotions: Sequence[str]) -> pa.Schema:
    """Return the schema of a table of predictions over ``emotions``.

    ``seed`` is null for a model that draws nothing, ``p_<emotion>`` for one that states no
    probabilities.
    """
    return pa.schema(
        [
            pa.field("utterance_id", pa.string(), nullable=False),
            pa.field("fold", pa.int32(), nullable=False),
            pa.field("seed", pa.int32()),
            *store.STATUS,
            pa.field("emotion", pa.string()),
            pa.field("predicted", pa.string()),
            *(pa.field(f"p_{emotion}", pa.float32()) for emotion in emotions),
        ]
    )


def predict_folds(
    manifest: Path,
    protocol: Path,
    present: pd.DataFrame,
    predict: Predict,
    output: Path,
    provenance: dict,
) -> None:
    """Write the predictions for the test part of each fold.

    Parameters
    ----------
    manifest, protocol
        Tables of the corpus.
    present : data frame of status and reason, indexed by utterance_id
        Which utterances ``predict`` can be asked about; the others keep their row and their reason.
    predict
        Called once a fold with data frames of utterance_id, fold, speaker and emotion.
    output
        Parquet file to write, of :func:`predictions_schema`.
    provenance
        Passed to the store.
    """
    utterances = store.read(manifest, ["utterance_id", "speaker", "emotion", "status"])
    emotions = sorted(utterances.loc[utterances["status"] == store.OK, "emotion"].unique())
    parts = store.read(protocol, ["utterance_id", "fold", "part"])
    parts = parts.merge(utterances.drop(columns="status"), on="utterance_id")
    parts = parts.join(present, on="utterance_id", validate="many_to_one")
    answers = pd.Series(None, index=parts.index, dtype=object)
    for _, fold in progress(parts.groupby("fold"), parts["fold"].nunique(), str(protocol)):
        usable = fold[fold["status"] == store.OK]
        train, test = usable[usable["part"] == TRAIN], usable[usable["part"] == TEST]
        if len(test):
            answers[test.index] = predict(train, test)
    table = parts.assign(seed=None, predicted=answers, **{f"p_{emotion}": np.nan for emotion in emotions})
    # what is in no part of any fold is listed once
    tested = table[table["part"] == TEST]
    unused = table[table["part"] == UNUSED].drop_duplicates("utterance_id")
    unused = unused[~unused["utterance_id"].isin(tested["utterance_id"])]
    table = pd.concat([tested, skip_unused(unused)])
    table = table.sort_values(["utterance_id", "fold"], ignore_index=True)
    schema = predictions_schema(emotions)
    store.write(output, table[schema.names], schema, provenance)


def skip_unused(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows of part, status and reason, in which what a protocol does not use is skipped."""
    idle = (rows["part"] == UNUSED) & (rows["status"] == store.OK)
    rows = rows.copy()
    rows.loc[idle, ["status", "reason"]] = [store.SKIPPED, "in no part of the protocol"]
    return rows
