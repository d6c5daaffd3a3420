"""Recalls of a model on two sets of answers, and their differences, the trainings being the same on both."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from sarangi.scoring.answers import confusions_of
from sarangi.statistics.confusions import Booleans, Floats, Sums, mean, recalls
from sarangi.statistics.intervals import Errors, errors_of
from sarangi.statistics.metrics import CLASSES, RECALL, UAR

SIDES = ("1 ", "2 ")
"""Before the emotions of the first and the second set, to tell their confusions apart."""


class TwoSides(NamedTuple):
    """Scores of two sets of answers: the recall of each emotion that both have, and their mean, by name.

    ``errors`` are of the first minus the second; none where they were not asked for.
    """

    first: Mapping[str, float]
    second: Mapping[str, float]
    errors: Mapping[str, Errors]


def names_of(emotions: Sequence[str]) -> list[str]:
    """Return the names of the scores: UAR, and the recall of each emotion."""
    return [UAR.name, *(f"{RECALL}_{emotion}" for emotion in emotions)]


def two_sides(
    sides: Sequence[pd.DataFrame],
    emotions: Sequence[str],
    both: Sequence[str],
    *,
    crossed: bool,
    with_errors: bool = True,
) -> TwoSides:
    """Return the recalls of two sets of answers, the folds of a seed scored together, and their differences.

    Parameters
    ----------
    sides
        Two tables of :func:`sarangi.scoring.answers.answers`, of the same runs.  A group in both is left out
        of both at once where errors are estimated (:func:`sarangi.statistics.intervals.errors_of`).
    emotions
        Names of the K classes.
    both
        Those that are compared; both sides have clips of each.
    crossed
        Whether every run is tested on all clips, as in a transfer.
    with_errors
        Whether errors are estimated.
    """
    together = pd.concat([_told_apart(side, name) for side, name in zip(sides, SIDES, strict=True)])
    classes = [f"{side}{emotion}" for side in SIDES for emotion in emotions]
    runs = confusions_of(together, classes, pooled=not crossed, crossed=crossed)
    places = np.array([list(emotions).index(emotion) for emotion in both])

    def difference(sums: Sums, held: Booleans) -> dict[str, Floats]:
        each = mean(recalls(sums), axis=-2)
        return named(both, each[..., places] - each[..., places + len(emotions)])

    each = mean(recalls(runs.total), axis=-2)
    first, second = (
        {name: float(value) for name, value in named(both, each[places + shift]).items()}
        for shift in (0, len(emotions))
    )
    return TwoSides(first, second, errors_of([runs], difference, lambda name: CLASSES) if with_errors else {})


def named(emotions: Sequence[str], each: Floats) -> dict[str, Floats]:
    """Return scores of emotions, of shape (..., S), and their mean, by the names of :func:`names_of`."""
    values = [each.mean(-1), *(each[..., place] for place in range(len(emotions)))]
    return dict(zip(names_of(emotions), values, strict=True))


def _told_apart(side: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return answers whose emotions have the name of their side before them."""
    return side.assign(emotion=name + side["emotion"], predicted=name + side["predicted"])
