"""Our scores by the names that claims, errata and the paper's text give them."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from sarangi.base import store
from sarangi.base.score_id import ScoreId
from sarangi.base.score_rows import headline


def scores_by_name(scores: Sequence[Path]) -> pd.DataFrame:
    """Return the reported scores (slice ``""``) and those of each slice.

    Column ``scored`` has the experiment's name, or ``<experiment>_to_<corpus>`` for a transfer; ``reported``
    the slice that a reported score is of.
    """
    found = headline(scores)
    found = found.assign(reported=found["slice"], slice="")
    if scores:
        found = pd.concat([found, *(store.read(path) for path in scores)], ignore_index=True)
    found["scored"] = [
        ScoreId(row.experiment, row.test if row.test != row.corpus else None).name
        for row in found.itertuples()
    ]
    return found
