"""Predicted ratings: what is to be predicted, and the rows of predictions, whatever predicts them."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from sarangi.base import store
from sarangi.base.dimension_rows import DIMENSION, RATED_PREDICTIONS
from sarangi.base.parts import TEST, UNUSED
from sarangi.models.predictions import Parts, Unfit, skip_unused

Values = Mapping[str, "np.ndarray | Unfit"]
"""By dimension the predicted ratings of what is tested, float64 on the manifest's scale, or why not."""
Answers = Mapping[tuple[int, int | None], Values]
"""By fold and seed (None: the model draws nothing)."""


def ratings_in(manifest: Path, dimensions: Iterable[str]) -> pd.DataFrame:
    """Return the ratings of a manifest by utterance_id, a column of float64 a dimension; NaN without one."""
    names = list(dimensions)
    table = store.read(manifest, ["utterance_id", *(DIMENSION + name for name in names)])
    table.columns = ["utterance_id", *names]
    return table.set_index("utterance_id").astype(np.float64)


def write_rated(parts: Parts, ratings: pd.DataFrame, answers: Answers, output: store.Output) -> None:
    """Write one row a test utterance, fold, seed and dimension.

    An utterance without a rating of a dimension is skipped in it; what was predicted of it is left out.

    Parameters
    ----------
    parts
        The folds.
    ratings
        Of :func:`ratings_in`.
    answers
        Of every fold of :meth:`sarangi.models.predictions.Parts.folds`, in the order of its test part.
    output
        Parquet file to write, of :data:`sarangi.base.dimension_rows.RATED_PREDICTIONS`.
    """
    tested = parts.table[parts.table["part"] == TEST]
    # what is in no part of any fold is listed once
    unused = parts.table[parts.table["part"] == UNUSED].drop_duplicates("utterance_id")
    unused = unused[~unused["utterance_id"].isin(tested["utterance_id"])]
    frames = []
    for name in ratings.columns:
        for seed in dict.fromkeys(seed for _, seed in answers) or [None]:
            run = _unpredicted(tested, seed)
            for (fold, of_seed), values in answers.items():
                if of_seed == seed:
                    where = (run["fold"] == fold) & (run["status"] == store.OK)
                    _fill(run, where, values[name])
            frames.append(_rated(run, ratings, name))
        frames.append(_rated(_unpredicted(skip_unused(unused), None), ratings, name))
    _write(frames, output)


def write_rated_runs(
    listed: pd.DataFrame, ratings: pd.DataFrame, answers: Answers, output: store.Output
) -> None:
    """Write one row for each listed utterance, run (fold and seed) and dimension.

    Parameters
    ----------
    listed : data frame of utterance_id, status and reason
        The whole of another corpus, or what a fold tests.
    ratings
        Of :func:`ratings_in`, of that corpus.
    answers
        Of every run, in the order of the rows that are ok.
    output
        Parquet file to write, of :data:`sarangi.base.dimension_rows.RATED_PREDICTIONS`.
    """
    frames = []
    for name in ratings.columns:
        for (fold, seed), values in answers.items():
            run = _unpredicted(listed, seed).assign(fold=fold)
            _fill(run, run["status"] == store.OK, values[name])
            frames.append(_rated(run, ratings, name))
    _write(frames, output)


def _unpredicted(rows: pd.DataFrame, seed: int | None) -> pd.DataFrame:
    return rows.assign(predicted=np.nan, seed=pd.array([seed] * len(rows), dtype="Int32"))


def _fill(run: pd.DataFrame, where: pd.Series, values: "Sequence[float] | np.ndarray | Unfit") -> None:
    if isinstance(values, Unfit):
        run.loc[where, ["status", "reason"]] = [store.FAILED, str(values)]
    else:
        run.loc[where, "predicted"] = np.asarray(values, dtype=np.float64)


def _rated(run: pd.DataFrame, ratings: pd.DataFrame, name: str) -> pd.DataFrame:
    run = run.assign(dimension=name, rating=ratings[name].reindex(run["utterance_id"]).to_numpy())
    without = run["rating"].isna() & (run["status"] == store.OK)
    run.loc[without, ["status", "reason"]] = [store.SKIPPED, f"no rating of {name} to compare with"]
    run.loc[run["status"] != store.OK, "predicted"] = np.nan
    return run


def _write(frames: list[pd.DataFrame], output: store.Output) -> None:
    table = pd.concat([frame for frame in frames if len(frame)] or frames[:1])
    table = table.sort_values(["utterance_id", "fold", "seed", "dimension"], ignore_index=True)
    output.write(table[RATED_PREDICTIONS.names], RATED_PREDICTIONS)
