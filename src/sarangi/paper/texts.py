"""Numbers and intervals as tables and figures show them."""

import pandas as pd

from sarangi.base.degenerate import DEGENERATE, is_degenerate
from sarangi.base.typed_texts import NONE, IntervalText, NumberText


def number_text(value: float, form: str = ".3f") -> NumberText:
    """Return a number as tables show it; a dash where there is none."""
    return NumberText(NONE if pd.isna(value) else format(value, _without_negative_zero(form)), value)


def _without_negative_zero(form: str) -> str:
    """Return a format whose numbers are not shown as -0.000."""
    return form.replace(".", "z.", 1)


def interval_text(low: float, high: float, form: str = ".3f") -> IntervalText:
    """Return an interval as tables and sentences show it; a dash where there is none.

    Examples
    --------
    >>> interval_text(0.2, 0.3), interval_text(1.0, 1.0), interval_text(-1, 2, "+.1f")
    ('[0.200, 0.300]', '[1.000, 1.000] (degenerate)', '[-1.0, +2.0]')
    >>> interval_text(-0.0001, 0.2)
    '[0.000, 0.200]'
    """
    if pd.isna(low) or pd.isna(high):
        return IntervalText(NONE, low, high)
    of_no_width = f" ({DEGENERATE})" if is_degenerate(low, high) else ""
    low_text, high_text = (number_text(value, form) for value in (low, high))
    return IntervalText(f"[{low_text}, {high_text}]{of_no_width}", low, high)


def p_text(p: float) -> NumberText:
    """Return a p as tables show it, never as 0, which no p is; a dash where there is none.

    Examples
    --------
    >>> p_text(0.0321), p_text(0.00004)
    ('0.032', '< 0.001')
    """
    return NumberText("< 0.001", p) if p < 0.001 else number_text(p)
