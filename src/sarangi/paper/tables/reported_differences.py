"""The differences that tables report, and where each stands."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from sarangi.base import store
from sarangi.base.difference_rows import DIFFERENCES
from sarangi.base.evidence import Evidence, reference
from sarangi.statistics.corrections import holm


def reported_differences(differences: Sequence[Path]) -> pd.DataFrame:
    """Return the differences in UAR as they are reported, a row a corpus, protocol and pair of models.

    The mean over folds where there is one, as for scores.  Column ``clips`` has the p of McNemar's test,
    ``holm`` the p of the permutation test corrected for all rows, ``file`` where the difference stands.

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
    main["holm"] = holm(main["p"])
    return main


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
        "Holm": stand("p"),
        "McNemar": stand("p_mcnemar", metric="accuracy"),
        "n": stand("n"),
        "Groups": stand("groups"),
        "Marks": stand("mark"),
    }
