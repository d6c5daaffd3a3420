"""Which UAR is established as the best of its corpus and protocol."""

import pandas as pd

from sarangi.base.marks import GROUPS_SHARED, NEAR_DUPLICATES, marks_in


def best(found: pd.DataFrame, compared: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the experiments whose UAR is established as the best of its corpus and protocol.

    That is the highest UAR, of which the differences to every other model that was compared there are in
    its favour and have a p under :data:`LEVEL`, corrected for all rows of the table of differences.  None
    where groups or near-duplicates stand on both sides of the split: what leads there may only know them.

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
        others = {*there["first"], *there["second"]} - {model}
        ahead = own["value"].where(own["first"] == model, -own["value"]) > 0
        paired = {*own["first"], *own["second"]} - {model}
        if others and paired == others and (ahead & (own["holm"] < LEVEL)).all():
            leading[highest["experiment"].iloc[0]] = own
    return leading


LEVEL = 0.05  # of p, below which a difference is established

LEAKS = {GROUPS_SHARED, NEAR_DUPLICATES}

BEST = (
    "Bold is a UAR that is the highest of its corpus and protocol, if its difference to every model "
    f"compared with it there has a p under {LEVEL} after Holm's correction, as the table of differences has "
    "it; none is bold where speakers or recordings are shared between training and test."
)
