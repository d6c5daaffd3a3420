"""Which marks an interval bears for how often its model was trained."""

import pandas as pd

from sarangi.base import marks
from sarangi.scoring.answers import EACH_RUN


def marks_of_trainings(table: pd.DataFrame, *, crossed: bool) -> list[str]:
    """Return whether an interval lacks what other trainings of the model would score.

    A model that draws nothing has no such variance.  Where each fold tests one group, every group has a
    training of its own, and the variance over groups holds that of the trainings.

    Parameters
    ----------
    table
        Of :func:`sarangi.scoring.answers.answers`.
    crossed
        Whether every run is tested on all groups, as in a transfer.
    """
    if table["seed"].max() < 0:
        return []
    if not crossed and table.groupby("fold")["group"].nunique().max() == 1 and table["fold"].nunique() > 1:
        return []
    trainings = len(table[EACH_RUN].drop_duplicates()) if crossed else table["seed"].nunique()
    return [marks.TRAINED_ONCE] * (trainings == 1) + [marks.TRAINED_TWICE] * (trainings == 2)
