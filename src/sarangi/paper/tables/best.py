"""Which UAR is established as the best of its corpus and protocol."""

import pandas as pd

from sarangi.base.marks import GROUPS_GUESSED, GROUPS_SHARED, NEAR_DUPLICATES, marks_in
from sarangi.paper.tables.reported_differences import LEVEL


def best(found: pd.DataFrame, compared: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the experiments whose UAR is established as the best of its corpus and protocol.

    That is the highest UAR, of which the differences to every other model that is scored or compared there
    are in its favour and have a corrected p under :data:`sarangi.paper.tables.reported_differences.LEVEL`: it
    is best only if it beats each rival (an intersection-union test, Berger 1982, Technometrics 24(4),
    295-300).  None where a rival was not compared, and none where groups or near-duplicates are on both
    sides of the split: what leads there may only know them.

    Parameters
    ----------
    found
        Of :func:`headline`.
    compared
        Of :func:`reported_differences`.

    Returns
    -------
    dict
        Name of the experiment to the rows of ``compared`` that it leads.
    """
    leading = {}
    uars = found[(found["metric"] == "uar") & (found["test"] == found["corpus"])]
    for (corpus, protocol), scores in uars.groupby(["corpus", "protocol"]):
        there = compared[(compared["corpus"] == corpus) & (compared["protocol"] == protocol)]
        highest = scores[scores["value"] == scores["value"].max()]
        if len(highest) != 1 or LEAKS & {*marks_in(highest["mark"].iloc[0])}:
            continue
        model = highest["model"].iloc[0]
        own = there[(there["first"] == model) | (there["second"] == model)]
        rivals = {*scores["model"][scores["value"].notna()], *there["first"], *there["second"]} - {model}
        ahead = own["value"].where(own["first"] == model, -own["value"]) > 0
        paired = {*own["first"], *own["second"]} - {model}
        if rivals and paired == rivals and (ahead & (own["corrected"] < LEVEL)).all():
            leading[highest["experiment"].iloc[0]] = own
    return leading


LEAKS = {GROUPS_SHARED, GROUPS_GUESSED, NEAR_DUPLICATES}

BEST = (
    "Bold is a UAR that is the highest of its corpus and protocol, if its difference to every other model "
    f"there has a p under {LEVEL}, corrected as the table of differences has it; none is bold where speakers "
    "or recordings are shared between training and test."
)
