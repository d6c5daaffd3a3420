"""Numbers and intervals as tables and figures show them."""

import pandas as pd


def number_text(value: float, form: str = ".3f") -> str:
    """Return a number as tables show it; a dash where there is none."""
    return "--" if pd.isna(value) else format(value, form)


def interval_text(low: float, high: float) -> str:
    """Return an interval as tables show it; a dash where there is none."""
    return "--" if pd.isna(low) else f"[{low:.3f}, {high:.3f}]"
