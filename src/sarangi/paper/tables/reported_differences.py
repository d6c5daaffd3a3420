"""The differences that tables report, and where each stands."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from sarangi.base import store
from sarangi.base.difference_rows import DIFFERENCES
from sarangi.base.evidence import Evidence, reference
from sarangi.paper.tables.columns import CORRECTED
from sarangi.statistics.corrections import tarone_holm


def reported_differences(differences: Sequence[Path]) -> pd.DataFrame:
    """Return the differences in UAR as they are reported, a row a corpus, protocol and pair of models.

    The mean over folds where there is one, as for scores.  Column ``clips`` has the p of McNemar's test,
    ``file`` where the difference stands; see :func:`with_corrected_p` for the others.

    Parameters
    ----------
    differences
        Files of schema :data:`sarangi.scoring.differences.DIFFERENCES`.
    """
    tables = [store.read(path).assign(file=str(path)) for path in differences]
    found = (
        pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=[*DIFFERENCES.names, "file"])
    )
    keys = ["corpus", "protocol", "first", "second"]
    main = found.sort_values("slice", kind="stable").drop_duplicates([*keys, "metric"]).sort_index()
    clips = main[main["metric"] == "accuracy"].set_index(keys)["p_mcnemar"].rename("clips")
    main = main[main["metric"] == "uar"].join(clips, on=keys)
    return with_corrected_p(main)


FAMILY = ["corpus", "protocol", "slice", "metric"]
"""Columns that are alike in the comparisons that p is corrected for."""
LEVEL = 0.05
"""Of a corrected p, below which a difference is established."""


def with_corrected_p(differences: pd.DataFrame) -> pd.DataFrame:
    """Return differences with columns ``corrected``, ``family`` and ``testable``.

    ``corrected`` is the p of the permutation test, corrected for the comparisons of its family by
    :func:`sarangi.statistics.corrections.tarone_holm`; ``family`` how many these are, and ``testable`` how
    many of them could have a p below :data:`LEVEL` with the groups that they are tested on.

    Parameters
    ----------
    differences
        Of schema :data:`sarangi.base.difference_rows.DIFFERENCES`.
    """
    table = differences.assign(corrected=np.nan, family=0, testable=0)
    for _, rows in differences.groupby(FAMILY):
        table.loc[rows.index, "corrected"] = tarone_holm(rows["p"], rows["p_smallest"])
        table.loc[rows.index, "family"] = len(rows)
        table.loc[rows.index, "testable"] = int((rows["p_smallest"] < LEVEL).sum())
    return table


def behind_difference(row: pd.Series) -> Evidence:
    """Return where the columns of a row about one difference come from."""
    pair = {key: row[key] for key in ("first", "second", "slice")}

    def stand(*columns: str, metric: str = "uar") -> list[dict]:
        return [reference(row["file"], column, **pair, metric=metric) for column in columns]

    return {
        "": stand("value"),
        "Interval": stand("low", "high"),
        "p": stand("p"),
        "Smallest p": stand("p_smallest"),
        CORRECTED.name: stand("p", "p_smallest"),
        "Family": stand("p_smallest"),
        "McNemar": stand("p_mcnemar", metric="accuracy"),
        "n": stand("n"),
        "Groups": stand("groups"),
        "Marks": stand("mark"),
    }
