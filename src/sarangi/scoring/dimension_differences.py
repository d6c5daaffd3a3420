"""Differences between predicted ratings of models on the same test utterances."""

import itertools
import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from sarangi.base.bootstrap import BootstrapSettings
from sarangi.base.dimension_rows import DIMENSION_DIFFERENCES
from sarangi.base.marks import joined
from sarangi.base.scored import Compared, ComparedOn
from sarangi.base.store import Output
from sarangi.scoring.differences import common, pairs
from sarangi.scoring.marks import SplitFiles
from sarangi.scoring.rated_answers import of_dimension, rated_answers, rated_marks, rated_runs
from sarangi.scoring.training_marks import marks_of_trainings
from sarangi.statistics.agreement import interval_of_difference, mean_agreement
from sarangi.statistics.corrections import holm
from sarangi.statistics.intervals import errors_of
from sarangi.statistics.metrics import CLIPS
from sarangi.statistics.significance import sign_flip, swaps_of_family

FAMILY = ["dimension", "metric"]


def dimension_differences(
    models: Mapping[str, Compared],
    on: ComparedOn,
    tested: SplitFiles,
    scales: Mapping[str, tuple[float, float]],
    settings: BootstrapSettings,
    output: Output,
) -> None:
    """Write the differences between the models of ratings of a corpus and protocol, by dimension and metric.

    Each two that listen are compared, and each of them with each baseline, in the dimensions that both
    predict and on the utterances that both do; a pair without any is left out.  The slice is the reported
    one: the mean over folds where the protocol is reported by it, else all folds pooled.  p is that of the
    paired permutation test over groups (:func:`sarangi.statistics.significance.sign_flip`), corrected after
    Holm (1979) over the pairs of a dimension and metric; both are null where the metric is not defined for
    one of the two, as the correlation of a constant is.

    Parameters
    ----------
    models
        By name, in the order of the rows.
    on
        The corpus and protocol.
    tested
        Manifest of the corpus, the protocol, and what is fatal about it.
    scales
        By dimension, the ends of the scale of the manifest.
    settings
        Draws and seed of the test, and the confidence.
    output
        Parquet file to write, of schema :data:`sarangi.base.dimension_rows.DIMENSION_DIFFERENCES`.
    """
    tables = {
        name: rated_answers(model.predictions, tested.manifest, tested.protocol)
        for name, model in models.items()
    }
    swaps = swaps_of_family(len(pairs(models)))
    rows: list[dict[str, Any]] = []
    for (first, second), dimension in itertools.product(pairs(models), sorted(scales)):
        sides = []
        for name in (first, second):
            if dimension in set(tables[name]["dimension"]):
                where = f"{name} on {on.corpus}, {on.protocol}"
                sides.append(of_dimension(tables[name], dimension, where))
        if len(sides) < 2 or any(side.empty for side in sides):
            continue
        held = [
            mark
            for name, side in zip((first, second), sides, strict=True)
            for mark in (
                *rated_marks(tables[name], dimension, tested, models[name].untrained),
                *marks_of_trainings(side, crossed=False),
            )
        ]
        one, other = common(*sides)
        if one.empty:
            continue
        shared: dict[str, Any] = {
            "corpus": on.corpus,
            "protocol": on.protocol,
            "first": first,
            "second": second,
        }
        shared |= {"dimension": dimension, "mark": joined(held)}
        shared |= {"n": one["utterance_id"].nunique(), "groups": one["group"].nunique()}
        middle = sum(scales[dimension]) / 2
        compared = _compared(one, other, middle, settings, swaps, pooled=not on.mean_of_folds)
        rows += [shared | row for row in compared]
    frame = pd.DataFrame(rows, columns=DIMENSION_DIFFERENCES.names)
    for _, family in frame[frame["p"].notna()].groupby(FAMILY):
        frame.loc[list(family.index), "p_adjusted"] = holm(list(family["p"]))
    output.write(frame, DIMENSION_DIFFERENCES)


def _compared(
    one: pd.DataFrame,
    other: pd.DataFrame,
    origin: float,
    settings: BootstrapSettings,
    swaps: int,
    *,
    pooled: bool,
) -> Iterator[dict[str, Any]]:
    """Yield a row a metric of how two systems differ on the same utterances of the same folds."""
    runs = [rated_runs(table, origin, pooled=pooled, crossed=False) for table in (one, other)]
    values = [mean_agreement(side.total, side.held) for side in runs]
    errors = errors_of(runs, mean_agreement, lambda _: CLIPS)
    first, second = (side.over_repeats(side.sums) for side in runs)
    # as many repeats of one as of the other, each as often: the mean over them stays
    seeds = [table["seed"].nunique() for table in (one, other)]
    first, second = (
        np.tile(sums, (math.lcm(*seeds) // count, 1, 1))
        for sums, count in zip((first, second), seeds, strict=True)
    )
    held = first[..., 0].sum(1, keepdims=True) > 0
    tested = sign_flip(first, second, settings.draws, settings.seed, swaps, mean_agreement, held)
    for metric, (p, _) in tested.items():
        sides = [float(value[metric]) for value in values]
        row = {"metric": metric, "value_first": sides[0], "value_second": sides[1]}
        difference = sides[0] - sides[1]
        row |= {"value": difference, "low": math.nan, "high": math.nan, "p": math.nan, "p_adjusted": math.nan}
        if math.isfinite(difference):
            low, high = interval_of_difference(metric, difference, errors[metric], settings.confidence)
            row |= {"low": low, "high": high, "p": p}
        yield row
