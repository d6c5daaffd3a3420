"""What is said of claims that cannot be tested and have no number of ours: how many, and what they need."""

import pandas as pd

from sarangi.base.verdicts import UNTESTABLE, verdict_in

REASONS = 4  # what claims need, before the rest is counted


def untested(table: pd.DataFrame) -> pd.Series:
    """Return which rows of findings cannot be tested and have no number of ours."""
    if table.empty:
        return pd.Series(False, table.index)
    return table["ours"].isna() & (table["verdict"].map(lambda text: verdict_in(text).kind) == UNTESTABLE)


def needs(table: pd.DataFrame) -> str:
    """Return in words what the untested rows of findings need, the commonest first; empty without such rows.

    Examples
    --------
    >>> rows = [{"ours": None, "verdict": f"cannot be tested: {what}"} for what in ("a", "b", "b")]
    >>> needs(pd.DataFrame(rows))
    '2 need b; 1 needs a'
    """
    rows = table[untested(table)]
    if rows.empty:
        return ""
    counts = rows["verdict"].map(lambda text: verdict_in(text).reason).value_counts()
    ranked = sorted(counts.items(), key=lambda each: (-each[1], str(each[0])))
    said = [f"{n} {'needs' if n == 1 else 'need'} {reason}" for reason, n in ranked[:REASONS]]
    rest = sum(n for _, n in ranked[REASONS:])
    return "; ".join([*said, *([f"{rest} something else"] if rest else [])])
