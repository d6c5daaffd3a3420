"""Scores of predicted ratings, with intervals over groups."""

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, cast

import numpy as np
import pandas as pd

from sarangi.base.bootstrap import BootstrapSettings
from sarangi.base.dimension_rows import DIMENSION_SCORES
from sarangi.base.marks import UNPREDICTED, joined
from sarangi.base.scored import RatedScored
from sarangi.base.slices import slice_of_seed
from sarangi.base.store import Output
from sarangi.scoring.marks import SplitFiles
from sarangi.scoring.rated_answers import (
    of_dimension,
    rated_answers,
    rated_marks,
    rated_runs,
    training_means,
)
from sarangi.scoring.training_marks import marks_of_trainings
from sarangi.statistics.agreement import METRICS, interval, mean_agreement
from sarangi.statistics.intervals import Errors, errors_of
from sarangi.statistics.metrics import CLIPS

OF_ERRORS = ("se_groups", "sd_seeds", "se", "df")

Row = dict[str, Any]


class _Slice(NamedTuple):
    """Rows of a dimension that are scored together, as the mean over repeats."""

    name: str
    rows: pd.DataFrame
    pooled: bool
    interval: bool = True


def dimension_scores(experiment: RatedScored, settings: BootstrapSettings, output: Output) -> None:
    """Write every score of predicted ratings on a test corpus, with interval, chance level and marks.

    Slice ``pooled`` scores the predictions of all folds together, as the mean over seeds; a protocol of
    several folds that is reported by their mean has the slice ``folds`` too, and each ``fold <n>``.  The two
    are other numbers: within a fold what sets folds apart counts for nothing, and pooled it counts.  A
    transfer has the slice ``runs``, the mean over runs that are each tested on the whole corpus.  Slice
    ``seed <n>`` is of one seed of several, and ``speaker <s>`` of one speaker, pooled, both without an
    interval.

    ``chance`` is what the mean of each fold's training part reaches on the same clips; null where that is
    undefined, as the correlation of a constant is.  A dimension of which no prediction is ok has a row a
    metric without a value, marked :data:`sarangi.base.marks.UNPREDICTED`.

    Parameters
    ----------
    experiment
        What is scored, and the files that it is computed from.
    settings
        With the confidence.
    output
        Parquet file to write, of schema :data:`sarangi.base.dimension_rows.DIMENSION_SCORES`.
    """
    scored = experiment.scored
    table = rated_answers(scored.predictions, scored.manifest, scored.protocol_file)
    names = {key: getattr(scored, key) for key in ("experiment", "corpus", "protocol", "model", "test")}
    optional = (scored.protocol_file, scored.audit)
    files = SplitFiles(Path(scored.manifest), *(None if path is None else Path(path) for path in optional))
    rows: list[Row] = []
    for dimension, (low, high) in sorted(experiment.scales.items()):
        shared = names | {"dimension": dimension, "scale_low": low, "scale_high": high}
        own = of_dimension(table, dimension, scored.name)
        if own.empty:
            rows += [shared | row for row in _without_values(experiment)]
            continue
        means = training_means(experiment.trained_manifest, experiment.trained_protocol, dimension)
        own = own.assign(mean=own["fold"].map(means))
        held = rated_marks(table, dimension, files, scored.untrained)
        shared |= {"seeds": own["seed"].nunique()}
        for part in _slices(own, experiment):
            crossed = scored.protocol_file is None
            of_training = marks_of_trainings(part.rows, crossed=crossed) if part.interval else []
            shared["mark"] = joined([*held, *of_training])
            rows += [shared | row for row in _scored(part, (low + high) / 2, settings.confidence, crossed)]
    output.write(pd.DataFrame(rows, columns=DIMENSION_SCORES.names), DIMENSION_SCORES)


def _without_values(experiment: RatedScored) -> Iterator[Row]:
    reported = "runs"
    if experiment.scored.protocol_file is not None:
        reported = "folds" if experiment.scored.mean_of_folds else "pooled"
    for metric in METRICS:
        yield {
            "slice": reported, "metric": metric, "n": 0, "groups": 0, "seeds": 0, "mark": UNPREDICTED,
        }  # fmt: skip


def _slices(rows: pd.DataFrame, experiment: RatedScored) -> Iterator[_Slice]:
    """Yield the slices of the rows of a dimension; see :func:`dimension_scores`."""
    transfer = experiment.scored.protocol_file is None
    means = experiment.scored.mean_of_folds and not transfer
    yield _Slice("runs" if transfer else "pooled", rows, not transfer)
    if means:
        yield _Slice("folds", rows, pooled=False)
        for fold, of_fold in rows.groupby("fold"):
            yield _Slice(f"fold {fold}", of_fold, pooled=False, interval=False)
    if rows["seed"].nunique() > 1:
        for seed, of_seed in rows.groupby("seed"):
            name = slice_of_seed(cast(int, seed))
            yield _Slice(name, of_seed, not transfer and not means, interval=False)
    if rows["speaker"].nunique() > 1:
        for speaker, of_speaker in rows.groupby("speaker"):
            yield _Slice(f"speaker {speaker}", of_speaker, not transfer, interval=False)


def _scored(part: _Slice, origin: float, confidence: float, crossed: bool) -> Iterator[Row]:
    """Yield a row a metric of a slice, of the columns that depend on it."""
    runs = rated_runs(part.rows, origin, pooled=part.pooled, crossed=crossed)
    values = mean_agreement(runs.total, runs.held)
    guessed = part.rows.dropna(subset="mean")
    chances: Mapping[str, Any] = dict.fromkeys(METRICS, np.nan)
    if len(guessed) == len(part.rows):
        means = rated_runs(
            guessed.assign(predicted=guessed["mean"]), origin, pooled=part.pooled, crossed=crossed
        )
        chances = mean_agreement(means.total, means.held)
    errors: dict[str, Errors] = {}
    if part.interval:
        errors = errors_of([runs], mean_agreement, lambda _: CLIPS)
    for metric, value in values.items():
        row: Row = {"slice": part.name, "metric": metric, "value": float(value)}
        row |= {"n": part.rows["utterance_id"].nunique(), "groups": part.rows["group"].nunique()}
        row |= {"chance": float(chances[metric])}
        row |= dict.fromkeys(("low", "high", *OF_ERRORS), math.nan)
        if metric in errors and math.isfinite(float(value)):
            low, high = interval(metric, float(value), errors[metric], confidence)
            row |= {"low": low, "high": high}
            row |= {name: getattr(errors[metric], name) for name in OF_ERRORS}
        yield row
