"""What predictions say of the variance between and within speakers, for a plan of the next study."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from sarangi.scoring.answers import answers
from sarangi.scoring.differences import common
from sarangi.statistics.planning import Spread, influences, spread

UNIT = ["utterance_id", "fold", "group", "emotion"]


class Basis(NamedTuple):
    """What a plan is computed from.

    Parameters
    ----------
    source
        In words: the corpus and protocol, and what was computed.
    uar, difference
        What the UAR of a model varies by, and its difference from another one's; None where there is none.
    models
        Titles of both models.
    """

    source: str
    uar: Spread
    difference: Spread | None
    models: tuple[str, str]


OF_TYPICAL = ("IS10 + SVM", "eGeMAPS + SVM")
TYPICAL = (
    Basis(
        "RAVDESS, actors 1 to 7 and 20: the same acted sentences by all, one speaker left out",
        Spread(0.4027, 0.01781, 0.2104, groups=8, clips=364),
        Spread(-0.0725, 0.00966, 0.3958, groups=8, clips=364),
        OF_TYPICAL,
    ),
    Basis(
        "URDU: unlike numbers of clips from talk shows, one speaker left out",
        Spread(0.5375, 0.06524, 0.1763, groups=28, clips=400),
        Spread(-0.0075, 0.04561, 0.2492, groups=28, clips=400),
        OF_TYPICAL,
    ),
)
"""What two corpora vary by, as :func:`spread_of_uar` and :func:`spread_of_difference` computed it from the
predictions of this pipeline: typical values for who has recorded nothing yet."""


def spread_of_uar(predictions: Sequence[str | Path], manifest: Path, name: str) -> Spread | None:
    """Return what the pooled UAR of a model varies by; None where nothing is predicted.

    Parameters
    ----------
    predictions
        Of every fold and seed, with speakers held out.
    manifest
        Of the corpus.
    name
        Of the model, for messages.
    """
    table, _ = answers(predictions, manifest, name)
    return None if table.empty else _spread(_by_clip(table))


def spread_of_difference(
    first: Sequence[str | Path], second: Sequence[str | Path], manifest: Path, name: str
) -> Spread | None:
    """Return what the difference in pooled UAR of two models varies by; None where they share no clip.

    Parameters
    ----------
    first, second
        Predictions of either, as for :func:`spread_of_uar`; clips that one of them lacks are left out.
    manifest, name
        As there.
    """
    one, other = common(*(answers(files, manifest, name)[0] for files in (first, second)))
    if one.empty:
        return None
    left, right = _by_clip(one), _by_clip(other)
    return _spread(left, right)


def _by_clip(table: pd.DataFrame) -> pd.DataFrame:
    """Return for each clip and fold the share of seeds that answer it rightly, in one order."""
    right = (table["emotion"] == table["predicted"]).astype(float)
    return right.groupby([table[column] for column in UNIT]).mean().rename("right").reset_index()


def _spread(first: pd.DataFrame, second: pd.DataFrame | None = None) -> Spread | None:
    classes, groups = (pd.factorize(first[column], sort=True)[0] for column in ("emotion", "group"))
    value, moved = 0.0, np.zeros(len(first))
    for table, sign in ((first, 1), (second, -1)):
        if table is not None:
            value += sign * float(table.groupby("emotion")["right"].mean().mean())
            moved += sign * influences(classes, table["right"].to_numpy())
    try:
        return spread(value, moved, groups)
    except ValueError:
        return None
