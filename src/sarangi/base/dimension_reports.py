"""Which scores of dimensions are reported, and which slices are of one speaker."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from sarangi.base import store
from sarangi.base.dimension_rows import CCC, DIMENSION_SCORES

POOLED, FOLDS, RUNS = "pooled", "folds", "runs"
"""All clips together; the mean over folds; the mean over the runs of a transfer."""
SPEAKER = "speaker "
KEYS = ["experiment", "test", "dimension"]
"""Columns of what has one reported value a metric."""


def all_of(scores: Sequence[Path | str]) -> pd.DataFrame:
    """Return the rows of files of schema :data:`DIMENSION_SCORES`; column ``file`` says which has a row."""
    if not scores:
        return pd.DataFrame(columns=[*DIMENSION_SCORES.names, "file"])
    return pd.concat([store.read(path).assign(file=str(path)) for path in scores], ignore_index=True)


def reported(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that are reported: the mean over folds or runs where there is one, else the pooled one.

    Parameters
    ----------
    table
        Of :func:`all_of`.

    Returns
    -------
    data frame
        A row an experiment, corpus tested, dimension and metric; column ``pooled`` has the value of all
        clips together, missing (NaN) where it is the value itself.
    """
    pooled = table[table["slice"] == POOLED]
    means = table[table["slice"].isin([FOLDS, RUNS])]
    has_mean = pooled.set_index(KEYS).index.isin(means.set_index(KEYS).index)
    values = pooled.set_index([*KEYS, "metric"])["value"].rename("pooled")
    beside = means.join(values, on=[*KEYS, "metric"])
    alone = pooled[~has_mean].assign(pooled=float("nan"))
    parts = [part for part in (beside, alone) if len(part)]
    return pd.concat(parts, ignore_index=True) if parts else alone.reset_index(drop=True)


def speaker_of(slice_: str) -> str | None:
    """Return the speaker that a slice is of; None for a slice of another kind."""
    speaker = slice_.removeprefix(SPEAKER)
    return speaker if speaker != slice_ else None


def best_listeners(table: pd.DataFrame, baselines: Sequence[str]) -> pd.DataFrame:
    """Return the reported CCC of the best audio model, a row a corpus, protocol and dimension.

    Of models on their own corpus; none where nothing that listens has a CCC.

    Parameters
    ----------
    table
        Of :func:`reported`.
    baselines
        Names of the models that do not listen.
    """
    here = table[(table["metric"] == CCC) & (table["test"] == table["corpus"]) & table["value"].notna()]
    here = here[~here["model"].isin(baselines)]
    # of equal ones the first by name
    ordered = here.sort_values(["value", "model"], ascending=[False, True], kind="stable")
    return ordered.drop_duplicates(["corpus", "protocol", "dimension"]).sort_values(
        ["corpus", "protocol", "dimension"], ignore_index=True
    )
