"""Where the columns of a row about one score come from."""

import pandas as pd

from sarangi.base.evidence import Evidence, reference
from sarangi.statistics.metrics import METRICS, UAR, UAR_ABSENT_AS_ZERO, as_read


def behind_score(metrics: pd.DataFrame) -> Evidence:
    """Return where the columns of a row about one experiment come from.

    Parameters
    ----------
    metrics : data frame of file and slice, indexed by metric
        Of :func:`headline`.
    """

    def stand(metric: str, *columns: str) -> list[dict]:
        score = metrics.loc[metric]
        return [reference(score["file"], name, metric=metric, slice=score["slice"]) for name in columns]

    uar = metrics.loc["uar"]
    found = {
        "": stand("uar", "value"),
        "Interval": stand("uar", "low", "high"),
        "Chance": stand("uar", "chance"),
        "Pooled": [reference(uar["file"], "value", metric="uar", slice="pooled")],
        "n": stand("uar", "n"),
        "Groups": stand("uar", "groups"),
        "Seeds": stand("uar", "seeds"),
        "Marks": stand("uar", "mark"),
    }
    for column, metric in BESIDE_UAR.items():
        if metric in metrics.index:
            found[column] = stand(metric, "value")
    absent = UAR_ABSENT_AS_ZERO
    if absent.label in found:
        found[absent.label] = stand(absent.name, "value", "ceiling", "chance")
    return found


BESIDE_UAR = {metric.label: metric.name for metric in as_read(METRICS) if metric.tabled and metric is not UAR}
"""Columns that show another metric than UAR."""
