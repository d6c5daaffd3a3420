"""Fairness: how a model fares on the clips of one part of the speakers beside those of another."""

import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sarangi.base.auditing import FEW_GROUPS
from sarangi.base.emotions import ordered
from sarangi.base.fairness_rows import AGE, FAIRNESS, FairnessSettings
from sarangi.base.marks import DESCRIPTIVE, NOT_PARTED, ONE_GROUP, UNPREDICTED, joined, marks_in
from sarangi.base.scored import Scored
from sarangi.base.store import Output
from sarangi.base.table_columns import FURTHER
from sarangi.scoring.answers import answers, confusions_of
from sarangi.scoring.marks import SplitFiles, marks_of
from sarangi.scoring.training_marks import marks_of_trainings
from sarangi.scoring.two_sides import named, names_of, two_sides
from sarangi.statistics.confusions import Booleans, Floats, Sums, mean, recalls
from sarangi.statistics.intervals import Errors, errors_of, student
from sarangi.statistics.metrics import CLASSES, UAR, Weighed

Row = dict[str, Any]


def fairness(experiment: Scored, settings: FairnessSettings, confidence: float, output: Output) -> None:
    """Write how an experiment fares on parts of the speakers of a test corpus, each beside each other.

    Parameters
    ----------
    experiment
        What is compared, and the files that it is computed from.
    settings, confidence
        As for :func:`fairness_rows`.
    output
        Parquet file to write, of schema :data:`sarangi.base.fairness_rows.FAIRNESS`.

    Raises
    ------
    SarangiError
        As :func:`sarangi.scoring.answers.answers`.
    """
    name = experiment.experiment
    split = experiment.protocol_file
    table, emotions = answers(experiment.predictions, experiment.manifest, name, settings.by, split)
    crossed = experiment.protocol_file is None
    names = {key: getattr(experiment, key) for key in ("experiment", "corpus", "protocol", "model", "test")}
    frame = pd.DataFrame(
        fairness_rows(table, emotions, settings, confidence, crossed=crossed), columns=FAIRNESS.names
    ).assign(**names)
    if len(table):
        optional = (experiment.protocol_file, experiment.audit)
        protocol, audit = (None if path is None else Path(path) for path in optional)
        files = SplitFiles(Path(experiment.manifest), protocol, audit)
        held = marks_of(table, files, experiment.untrained)
        frame["mark"] = [joined([*held, *marks_in(marks)]) for marks in frame["mark"]]
    output.write(frame, FAIRNESS)


def fairness_rows(
    table: pd.DataFrame,
    emotions: Sequence[str],
    settings: FairnessSettings,
    confidence: float,
    *,
    crossed: bool,
) -> Iterator[Row]:
    """Yield the rows of an experiment's answers, of the columns of the schema ``FAIRNESS`` that depend on it.

    For each attribute and each pair of its values: the recall of every emotion that both parts have, and the
    mean of these (UAR), of either part and their difference.  The folds of a seed are scored together.  The
    interval's unit is the group (speaker): the jackknife leaves out a group with the clips that it has in
    either part, so that a speaker of two languages is paired with himself, and it is made by
    :func:`sarangi.statistics.intervals.errors_of`, the trainings being the same on both sides.  Where no
    group is in both, there are no more degrees of freedom than Welch's (1947, Biometrika 34, 28-35).  With
    one group on a side there is no interval.

    An attribute of which fewer than two values are stated, or whose parts share no emotion, has a row that
    says so by its mark.

    Parameters
    ----------
    table
        Of :func:`sarangi.scoring.answers.answers`, with the columns of ``settings.by``; empty where nothing
        is predicted.
    emotions
        Names of the K classes.
    settings
        How clips are parted.
    confidence
        Of the intervals.
    crossed
        Whether every run is tested on all clips, as in a transfer.
    """
    for column in settings.by:
        parted = in_bands(table[column], settings.age_bands) if column == AGE else table[column]
        values = _in_order(set(parted.dropna()), settings.age_bands)
        unknown = table.loc[parted.isna(), "utterance_id"].nunique()
        shared = {"attribute": column.removeprefix(FURTHER), "unknown": unknown}
        if len(values) < 2:
            yield NOTHING | shared | {"mark": UNPREDICTED if table.empty else NOT_PARTED}
        for pair in itertools.combinations(values, 2):
            sides = [table[parted == value] for value in pair]
            named = shared | {"first": pair[0], "second": pair[1]}
            for row in _compared(sides, emotions, confidence, crossed=crossed):
                yield NOTHING | named | row


NOTHING: Row = {
    **dict.fromkeys(("first", "second")),
    **dict.fromkeys(("value_first", "value_second", "value", "low", "high", "se", "df"), math.nan),
    **dict.fromkeys(("n_first", "n_second", "groups_first", "groups_second", "groups_both"), 0),
    "metric": UAR.name,
    "classes": "",
    "mark": "",
}


def in_bands(ages: pd.Series, bounds: Sequence[int]) -> pd.Series:
    """Return ages in years as bands, such as ``30 to 44``; a text that is not a number is a band of its own.

    Parameters
    ----------
    ages
        As the manifest has them: text, or null.
    bounds
        Years at which a further band begins, rising.
    """
    years = pd.to_numeric(ages, errors="coerce")
    place = np.searchsorted(np.array(bounds, float), years.to_numpy(float), side="right")
    names = np.array(_bands(bounds), object)
    return ages.where(years.isna(), pd.Series(names[np.where(years.isna(), 0, place)], ages.index))


def _bands(bounds: Sequence[int]) -> list[str]:
    if not bounds:
        return ["any age"]
    between = [f"{low} to {high - 1}" for low, high in itertools.pairwise(bounds)]
    return [f"under {bounds[0]}", *between, f"{bounds[-1]} and over"]


def _in_order(values: Iterable[str], bounds: Sequence[int]) -> list[str]:
    """Return values sorted, bands of ages from the youngest."""
    bands = _bands(bounds)
    return sorted(values, key=lambda value: (bands.index(value) if value in bands else len(bands), value))


def _compared(
    sides: Sequence[pd.DataFrame], emotions: Sequence[str], confidence: float, *, crossed: bool
) -> Iterator[Row]:
    """Yield the rows of two parts of the clips."""
    both = ordered(set(sides[0]["emotion"]) & set(sides[1]["emotion"]), emotions)
    sides = [side[side["emotion"].isin(both)] for side in sides]
    groups = [set(side["group"]) for side in sides]
    counts = {
        "classes": " ".join(both),
        "groups_both": len(groups[0] & groups[1]),
        **{f"n_{name}": side["utterance_id"].nunique() for name, side in zip(ORDER, sides, strict=True)},
        **{f"groups_{name}": len(each) for name, each in zip(ORDER, groups, strict=True)},
    }
    if not both:
        yield counts | {"mark": NOT_PARTED}
        return
    alone = min(map(len, groups)) == 1
    found = two_sides(sides, emotions, both, crossed=crossed, with_errors=not alone)
    marks = marks_of_trainings(pd.concat(sides), crossed=crossed)
    if alone:
        marks = [ONE_GROUP, *marks]
    elif min(map(len, groups)) < FEW_GROUPS:
        marks = [DESCRIPTIVE, *marks]
    apart = not alone and not groups[0] & groups[1]
    of_sides = [_alone(side, emotions, both, crossed=crossed) for side in sides] if apart else []
    for name in names_of(both):
        first, second = found.first[name], found.second[name]
        row = {"metric": name, "value_first": first, "value_second": second, "value": first - second}
        if not alone:
            errors = found.errors[name]
            df = min([errors.df, *([_welch([side[name] for side in of_sides])] if of_sides else [])])
            low, high = student(first - second, errors._replace(df=df), confidence)
            row |= {"low": low, "high": high, "se": errors.se, "df": df}
        yield counts | row | {"mark": joined(marks)}


ORDER = ("first", "second")


def _alone(
    side: pd.DataFrame, emotions: Sequence[str], both: Sequence[str], *, crossed: bool
) -> dict[str, Errors]:
    """Return the errors of one side's scores."""
    runs = confusions_of(side, emotions, pooled=not crossed, crossed=crossed)
    places = [list(emotions).index(emotion) for emotion in both]

    def weighed(name: str) -> Weighed:
        return CLASSES if name == UAR.name else places[names_of(both).index(name) - 1]

    def score(sums: Sums, held: Booleans) -> dict[str, Floats]:
        return named(both, mean(recalls(sums), axis=-2)[..., places])

    return errors_of([runs], score, weighed)


def _welch(sides: Sequence[Errors]) -> float:
    """Return the degrees of freedom of a difference of two that are independent."""
    variances = [side.se**2 for side in sides]
    spent = sum(v**2 / side.df for v, side in zip(variances, sides, strict=True))
    return max(1.0, sum(variances) ** 2 / spent) if spent > 0 else math.inf
