"""The figure of one finding."""

from functools import partial
from pathlib import Path

import matplotlib

from sarangi.base.labels import Labels
from sarangi.base.verdicts import is_further
from sarangi.paper.figures.claim_lists import (
    CLAIM_COLUMNS,
    POINTS,
    SCORE_AXIS,
    blocks_of_claims,
    bounds,
    legend,
    read_claims,
    shown_claims,
)
from sarangi.paper.figures.lists import AXIS, balanced, draw_list, fitting, left_out
from sarangi.paper.figures.page import Page, in_words, save
from sarangi.paper.figures.style import HIGHEST, STYLE


def finding_figure(finding: Path, labels: Labels, output: dict[str, Path]) -> None:
    """Draw one finding: its published scores and differences beside ours, and the experiments beside it.

    Parameters
    ----------
    finding
        ``results/findings/finding_<n>.parquet``.
    labels, output
        As in :func:`sarangi.paper.figures.conditions.conditions_figure`.
    """
    table = read_claims([finding])
    beside = table["claim"].map(is_further)
    # nothing was published of them: the name says what they are
    table.loc[beside, "statement"] = table["claim"]
    whole, apart = shown_claims(table)
    whole, apart = whole | beside, apart & table["published"].notna()
    lists, shown = [], []
    for part, tabled, axis, limits, share in (
        (whole, True, SCORE_AXIS, (0, 1), 0.7),
        (apart, False, POINTS, bounds(table[apart]), 0.3),
    ):
        rows, highest = table[part | (table["grid"].notna() & tabled)], share * HIGHEST
        lines = partial(blocks_of_claims, rows, tabled=tabled)
        kept = fitting(list(table.index[part]), lines, CLAIM_COLUMNS, highest)
        shown += kept
        if blocks := lines(kept):
            lists.append((*balanced(blocks, CLAIM_COLUMNS, highest), axis, limits))
    if not lists:
        in_words("This finding has no score or difference to draw.", labels.synthetic, output)
        return
    notes = left_out(list(table.index[whole | apart]), shown, "they are in the table of the finding")
    with matplotlib.rc_context(STYLE):
        page = Page(sum(height + AXIS for _, height, *_ in lists), notes, labels.synthetic, legend=0.4)
        top = 0.0
        for filled, height, axis, limits in lists:
            draw_list(page, CLAIM_COLUMNS, filled, height, axis, limits, top)
            top += height + AXIS
        page.legend(legend(), 3)
        save(page.figure, output)
