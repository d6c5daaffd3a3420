"""Numbers and intervals as tables and figures show them."""

import pandas as pd


def number_text(value: float, form: str = ".3f") -> str:
    """Return a number as tables show it; a dash where there is none."""
    return "--" if pd.isna(value) else format(value, form)


def interval_text(low: float, high: float) -> str:
    """Return an interval as tables show it; a dash where there is none."""
    return "--" if pd.isna(low) else f"[{low:.3f}, {high:.3f}]"


def p_text(p: float) -> str:
    """Return a p as tables show it, never as 0, which no p is; a dash where there is none.

    Examples
    --------
    >>> p_text(0.0321), p_text(0.00004)
    ('0.032', '< 0.001')
    """
    return "< 0.001" if p < 0.001 else number_text(p)
