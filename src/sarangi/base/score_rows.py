"""The rows of ``results/scores`` and ``results/confusions``, and which of them are reported."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa

from sarangi.base import store

SCORES = pa.schema(
    [
        *(
            pa.field(name, pa.string(), nullable=False)
            for name in ("experiment", "corpus", "protocol", "model", "test", "slice", "metric")
        ),
        pa.field("value", pa.float64()),
        pa.field("low", pa.float64()),
        pa.field("high", pa.float64()),
        # of the value and its interval: see sarangi.statistics.intervals.Errors
        pa.field("se_groups", pa.float64()),
        pa.field("sd_seeds", pa.float64()),
        pa.field("se", pa.float64()),
        pa.field("df", pa.float64()),
        # percentiles over clips as if they were independent, to show what that hides
        pa.field("low_clips", pa.float64()),
        pa.field("high_clips", pa.float64()),
        pa.field("n", pa.int64(), nullable=False),
        pa.field("groups", pa.int64(), nullable=False),
        pa.field("seeds", pa.int64(), nullable=False),
        pa.field("chance", pa.float64()),
        # the best possible value given the emotions that are tested
        pa.field("ceiling", pa.float64()),
        # the emotions that the test part holds, which the macro averages are taken over
        pa.field("classes", pa.string(), nullable=False),
        pa.field("mark", pa.string(), nullable=False),
    ]
)

CONFUSIONS = pa.schema(
    [
        pa.field("seed", pa.int32()),
        pa.field("fold", pa.int32(), nullable=False),
        pa.field("emotion", pa.string(), nullable=False),
        pa.field("predicted", pa.string(), nullable=False),
        pa.field("n", pa.int64(), nullable=False),
    ]
)


def headline(scores: Sequence[Path]) -> pd.DataFrame:
    """Return the scores to report: the mean over folds or runs where there is one, else the pooled score.

    Column ``pooled`` has the pooled value beside it, ``file`` where the score stands.
    """
    if not scores:
        return pd.DataFrame(columns=[*SCORES.names, "file", "pooled"])
    table = pd.concat([store.read(path).assign(file=str(path)) for path in scores], ignore_index=True)
    keys = ["experiment", "test"]
    pooled = table[table["slice"] == "pooled"].set_index([*keys, "metric"])["value"].rename("pooled")
    means = table[table["slice"].isin(["folds", "runs"])]
    has_mean = table.set_index(keys).index.isin(means.set_index(keys).index)
    alone = table[(table["slice"] == "pooled") & ~has_mean]
    return pd.concat([means, alone]).join(pooled, on=[*keys, "metric"])
