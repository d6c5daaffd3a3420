"""The score that an experiment reports."""

from pathlib import Path

import pandas as pd

from sarangi.base.errors import SarangiError
from sarangi.base.score_rows import headline


def uar_of(scores: Path | str) -> pd.Series:
    """Return the UAR that an experiment reports, with interval, chance, n, groups and mark.

    Raises
    ------
    SarangiError
        If the file reports no UAR, or more than one.
    """
    found = headline([scores])
    found = found[found["metric"] == "uar"]
    if len(found) != 1:
        raise SarangiError(f"{scores}: {len(found)} rows report a UAR, where one is expected")
    return found.iloc[0]
