"""Differences between systems on the same test utterances: paired intervals and tests."""

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from sarangi.base.bootstrap import BootstrapSettings
from sarangi.base.difference_rows import DIFFERENCES
from sarangi.base.errors import SarangiError
from sarangi.base.marks import joined
from sarangi.base.scored import Compared, ComparedOn
from sarangi.base.store import Output
from sarangi.scoring.answers import answers, runs_of
from sarangi.scoring.marks import SplitFiles, marks_of
from sarangi.scoring.paired import paired_differences
from sarangi.scoring.training_marks import marks_of_trainings
from sarangi.statistics.metrics import ACCURACY
from sarangi.statistics.significance import mcnemar, sign_flip, swaps_of_family

UNIT = ["utterance_id", "fold"]
"""What is predicted once by each seed."""


def differences(
    models: Mapping[str, Compared],
    on: ComparedOn,
    tested: SplitFiles,
    settings: BootstrapSettings,
    output: Output,
    family: int | None = None,
    *,
    crossed: bool = False,
) -> None:
    """Write the differences between the models of a corpus and protocol, each model against each baseline.

    A model that predicts nothing is left out.  Only the utterances that both models of a pair predict
    count; where that leaves some out, the mark says so.  Slices are as in the scores: ``pooled``, and
    ``folds`` where the protocol is reported by the mean over its folds.

    Parameters
    ----------
    models
        By name, in the order of the rows.
    on
        The corpus and protocol.
    tested
        Manifest of the corpus, the protocol, and what is fatal about it.
    settings
        Of the bootstrap; as many flips of signs are drawn, and in the slice that is reported as many as the
        family asks for (:func:`sarangi.statistics.significance.swaps_of_family`).
    output
        Parquet file to write, of schema :data:`DIFFERENCES`.
    family
        How many comparisons p is corrected for; those that are made here if left out.
    crossed
        Whether every run was tested on the whole of a corpus, as in a transfer: the only slice is ``runs``,
        and McNemar's test, which takes each answer for a clip of its own, is left out.

    Raises
    ------
    SarangiError
        If two models have no test utterance in common, or distinguish different emotions.
    """
    where = f"{on.corpus}, {on.protocol}"
    answered = {
        name: answers(model.predictions, tested.manifest, f"{name} on {where}", protocol=tested.protocol)
        for name, model in models.items()
    }
    models = {name: model for name, model in models.items() if len(answered[name][0])}
    rows: list[dict[str, Any]] = []
    compared = pairs(models)
    swaps = swaps_of_family(len(compared) if family is None else family)
    slices = ("runs",) if crossed else ("pooled", "folds") if on.mean_of_folds else ("pooled",)
    for first, second in compared:
        (one, emotions), (other, others) = answered[first], answered[second]
        if emotions != others:
            raise SarangiError(f"{where}: {first} and {second} distinguish different emotions")
        untrained = models[first].untrained or models[second].untrained
        held = [mark for table in (one, other) for mark in marks_of(table, tested, untrained)]
        held += [mark for table in (one, other) for mark in marks_of_trainings(table, crossed=crossed)]
        one, other = common(one, other)
        if one.empty:
            raise SarangiError(f"{where}: {first} and {second} have no test utterance in common")
        shared: dict[str, Any] = {
            "corpus": on.corpus,
            "protocol": on.protocol,
            "first": first,
            "second": second,
        }
        shared |= {"n": one["utterance_id"].nunique(), "groups": one["group"].nunique(), "mark": joined(held)}
        for name in slices:
            most = swaps if name == slices[-1] else 0
            pooled = name == "pooled"
            found = compare(one, other, emotions, settings, most, pooled=pooled, crossed=crossed)
            rows += [shared | {"slice": name} | row for row in found]
    output.write(pd.DataFrame(rows, columns=DIFFERENCES.names), DIFFERENCES)


def pairs(models: Mapping[str, Compared]) -> list[tuple[str, str]]:
    """Return the models to compare: each pair of those that listen, and each of them with each baseline."""
    listening = [name for name, model in models.items() if not model.baseline]
    baselines = [name for name, model in models.items() if model.baseline]
    return [*itertools.combinations(listening, 2), *itertools.product(listening, baselines)]


def common(one: pd.DataFrame, other: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows of two tables of predictions whose utterance every seed of both predicts."""
    shared = _by_every_seed(one).intersection(_by_every_seed(other))
    return one[one.set_index(UNIT).index.isin(shared)], other[other.set_index(UNIT).index.isin(shared)]


def _by_every_seed(table: pd.DataFrame) -> pd.Index:
    seeds = table.groupby(UNIT)["seed"].nunique()
    return seeds.index[seeds == table["seed"].nunique()]


def compare(
    one: pd.DataFrame,
    other: pd.DataFrame,
    emotions: Sequence[str],
    settings: BootstrapSettings,
    swaps: int = 0,
    *,
    pooled: bool,
    crossed: bool = False,
) -> Iterator[dict[str, Any]]:
    """Yield a row a metric of how two systems differ on the same utterances.

    Parameters
    ----------
    one, other
        Predictions of the same utterances in the same folds (see :func:`common`).
    emotions
        Names of the classes.
    settings
        Of the bootstrap.
    swaps
        To draw at most where p is small; as many as the bootstrap's draws if that is more.
    pooled
        Whether the folds of a seed are scored together; else each, and their mean is compared.
    crossed
        Whether every run is tested on all groups, as in a transfer.
    """
    runs = [runs_of(table, emotions, pooled=pooled, crossed=crossed)[0] for table in (one, other)]
    first, second = (side.over_repeats(side.sums) for side in runs)
    # as many repeats of one as of the other, each as often: the mean over them stays
    seeds = [table["seed"].nunique() for table in (one, other)]
    first, second = (
        np.tile(c, (math.lcm(*seeds) // s, 1, 1, 1)) for c, s in zip((first, second), seeds, strict=True)
    )
    tested = sign_flip(first, second, settings.draws, settings.seed, swaps)
    clips = math.nan if crossed else mcnemar(*clipwise(one, other))
    for metric, difference in paired_differences(runs, settings).items():
        p, smallest = tested[metric]
        of_clips = clips if metric == ACCURACY.name else math.nan
        yield {"metric": metric, "p": p, "p_smallest": smallest, "p_mcnemar": of_clips} | difference._asdict()


def clipwise(one: pd.DataFrame, other: pd.DataFrame) -> tuple[int, int]:
    """Return how many tested clips the first system gets right more often over its seeds, and the second."""
    right = [
        (table["emotion"] == table["predicted"]).astype(float).groupby([table[c] for c in UNIT]).mean()
        for table in (one, other)
    ]
    apart = right[0] - right[1]
    return int((apart > 1e-12).sum()), int((apart < -1e-12).sum())
