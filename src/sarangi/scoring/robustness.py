"""Robustness: what a model loses on the same clips under conditions that it was not trained on."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from sarangi.base import store
from sarangi.base.auditing import FEW_GROUPS
from sarangi.base.marks import DESCRIPTIVE, ONE_GROUP, SIDES_DIFFER, UNPREDICTED, joined
from sarangi.base.robustness_rows import ROBUSTNESS
from sarangi.base.scored import Scored
from sarangi.base.store import Output
from sarangi.scoring.answers import answers
from sarangi.scoring.marks import SplitFiles, marks_of
from sarangi.scoring.training_marks import marks_of_trainings
from sarangi.scoring.two_sides import names_of, two_sides
from sarangi.statistics.intervals import student
from sarangi.statistics.metrics import UAR

UNIT = ["utterance_id", "fold", "seed"]

Row = dict[str, Any]


def robustness(
    experiment: Scored, disturbed: Path, conditions: Sequence[str], confidence: float, output: Output
) -> None:
    """Write what an experiment loses under each condition: UAR and the recall of each emotion, paired.

    Both sides are the same clips, folds and trainings; the folds of a seed are scored together, and the
    interval's unit is the group.  A clip that is not predicted under a condition is left out of both sides
    there, and counted.

    Parameters
    ----------
    experiment
        With its predictions of the recordings as they are.
    disturbed
        Predictions under the conditions, of :func:`sarangi.models.predictions.disturbed_schema`.
    conditions
        In the order of the rows.
    confidence
        Of the intervals.
    output
        Parquet file to write, of schema :data:`sarangi.base.robustness_rows.ROBUSTNESS`.
    """
    name, split = experiment.experiment, experiment.protocol_file
    clean, emotions = answers(experiment.predictions, experiment.manifest, name, protocol=split)
    names = {key: getattr(experiment, key) for key in ("experiment", "corpus", "protocol", "model")}
    rows: list[Row] = []
    again = store.read(disturbed)
    again = again[again["status"] == store.OK].assign(seed=lambda table: table["seed"].fillna(-1).astype(int))
    held = []
    if len(clean):
        optional = (experiment.protocol_file, experiment.audit)
        protocol, audit = (None if path is None else Path(path) for path in optional)
        files = SplitFiles(Path(experiment.manifest), protocol, audit)
        held = marks_of(clean, files, experiment.untrained)
    for condition in conditions:
        under = again.loc[again["condition"] == condition, [*UNIT, "predicted"]]
        rows += [
            names | {"condition": condition} | row | {"mark": joined([*held, *row["mark"]])}
            for row in _compared(clean, under, emotions, confidence)
        ]
    output.write(pd.DataFrame(rows, columns=ROBUSTNESS.names), ROBUSTNESS)


def _compared(
    clean: pd.DataFrame, under: pd.DataFrame, emotions: Sequence[str], confidence: float
) -> list[Row]:
    """Return the rows of a condition; marks are lists."""
    both = clean.merge(under, on=UNIT, suffixes=("", "_under"))
    missing = clean["utterance_id"].nunique() - both["utterance_id"].nunique()
    groups = both["group"].nunique()
    counts: Row = {
        "n": both["utterance_id"].nunique(),
        "groups": groups,
        "missing": missing,
        "classes": "",
    }
    if both.empty:
        blank = dict.fromkeys(
            ("value_as_recorded", "value_disturbed", "value", "low", "high", "se", "df"), math.nan
        )
        return [counts | blank | {"metric": UAR.name, "mark": [UNPREDICTED]}]
    there = [emotion for emotion in emotions if emotion in set(both["emotion"])]
    disturbed = both.assign(predicted=both["predicted_under"])
    alone = groups == 1
    found = two_sides([disturbed, both], emotions, there, crossed=False, with_errors=not alone)
    marks = [SIDES_DIFFER] if missing else []
    marks += [ONE_GROUP] if alone else [DESCRIPTIVE] if groups < FEW_GROUPS else []
    marks += marks_of_trainings(both, crossed=False)
    rows = []
    for name in names_of(there):
        first, second = found.first[name], found.second[name]
        row = {"metric": name, "value_disturbed": first, "value_as_recorded": second, "value": first - second}
        if not alone:
            errors = found.errors[name]
            low, high = student(first - second, errors, confidence)
            row |= {"low": low, "high": high, "se": errors.se, "df": errors.df}
        rows.append(counts | row | {"classes": " ".join(there), "mark": marks})
    return rows
