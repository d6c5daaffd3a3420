"""Predicted ratings as scores need them: with their groups, and what each group adds to the sums."""

import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from sarangi.base import marks, store
from sarangi.base.dimension_rows import DIMENSION
from sarangi.base.parts import TRAIN
from sarangi.base.voices import grouped, voices_in
from sarangi.scoring.answers import EACH_RUN
from sarangi.scoring.marks import SplitFiles, marks_of
from sarangi.statistics.agreement import sums_of
from sarangi.statistics.confusions import Floats
from sarangi.statistics.intervals import Runs

log = logging.getLogger("sarangi")

OF_MANIFEST = ["utterance_id", "group", "speaker", "emotion"]


def rated_answers(
    predictions: Sequence[str | Path], manifest: str | Path, protocol: str | Path | None = None
) -> pd.DataFrame:
    """Return the predicted ratings of a system with what the manifest has of each utterance.

    Parameters
    ----------
    predictions
        Of every fold and seed, of :data:`sarangi.base.dimension_rows.RATED_PREDICTIONS`.
    manifest
        Of the corpus that is tested on.
    protocol
        Of the predictions: where it holds pseudo-speakers apart, these are the groups of what has no other.

    Returns
    -------
    data frame
        One row an utterance, fold, seed and dimension, those that are not ok, too; a system that draws
        nothing has seed -1.
    """
    table = pd.concat([store.read(Path(path)) for path in predictions], ignore_index=True)
    utterances = store.read(Path(manifest), OF_MANIFEST)
    if protocol is not None:
        utterances = grouped(utterances, voices_in(Path(protocol)))
    table = table.merge(utterances, on="utterance_id")
    table["seed"] = table["seed"].fillna(-1).astype(int)
    return table


def of_dimension(table: pd.DataFrame, dimension: str, name: str) -> pd.DataFrame:
    """Return the ok rows of a dimension; the log says why there are none, with the ``name`` of the system."""
    rows = table[table["dimension"] == dimension]
    found = rows[rows["status"] == store.OK]
    if found.empty:
        why = rows.loc[rows["reason"].notna(), "reason"]
        reason = f" ({why.iloc[0]})" if len(why) else ""
        log.error("%s: no prediction of %s is ok%s, so there is nothing to score", name, dimension, reason)
    return found


def rated_marks(table: pd.DataFrame, dimension: str, tested: SplitFiles, untrained: bool) -> list[str]:
    """Return the marks of scores of a dimension; see :func:`sarangi.scoring.marks.marks_of`.

    An utterance that nobody rated lacks no prediction, and no emotion is missing from what is rated.
    """
    rows = table[table["dimension"] == dimension]
    scored = rows["status"] == store.OK
    held = marks_of(rows[scored], tested, untrained)
    aside = {marks.CLASS_MISSING}
    if marks.PREDICTIONS_MISSING not in marks_of(rows[scored | rows["rating"].isna()], tested, untrained):
        aside.add(marks.PREDICTIONS_MISSING)
    return [mark for mark in held if mark not in aside]


def rated_runs(table: pd.DataFrame, origin: float, *, pooled: bool, crossed: bool) -> Runs:
    """Return the runs that the rows of a dimension are from, with sums of shape (N, groups, 6).

    Parameters
    ----------
    table
        Of :func:`of_dimension`.
    origin
        As of :func:`sarangi.statistics.agreement.sums_of`.
    pooled, crossed
        As :class:`sarangi.statistics.intervals.Runs` has them.
    """
    each = table[EACH_RUN].drop_duplicates().sort_values(EACH_RUN)
    runs = table.groupby(EACH_RUN, sort=True).ngroup().to_numpy()
    groups = table.groupby("group", sort=True).ngroup().to_numpy()
    sums: Floats = np.zeros((len(each), int(groups.max()) + 1, 6))
    predicted, rating = (table[column].to_numpy(np.float64) for column in ("predicted", "rating"))
    np.add.at(sums, (runs, groups), sums_of(predicted, rating, origin))
    seeds, folds = (each[column].to_numpy(np.int64) for column in EACH_RUN)
    return Runs(sums, sums[..., :1], seeds, folds, pooled, crossed)


def training_means(manifest: str | Path, protocol: str | Path, dimension: str) -> "pd.Series[float]":
    """Return the mean rating of each fold's training part, indexed by fold."""
    rows = store.read(Path(manifest), ["utterance_id", "status", DIMENSION + dimension])
    rated = rows[rows["status"] == store.OK].set_index("utterance_id")[DIMENSION + dimension]
    parts = store.read(Path(protocol), ["utterance_id", "fold", "part", "status"])
    train = parts[(parts["part"] == TRAIN) & (parts["status"] == store.OK)]
    return train.assign(rating=train["utterance_id"].map(rated)).groupby("fold")["rating"].mean()
