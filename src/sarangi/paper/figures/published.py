"""The figure of published numbers and ours."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib

from sarangi.base.labels import Labels
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
from sarangi.paper.figures.lists import AXIS, Block, balanced, draw_list, fitting, left_out
from sarangi.paper.figures.page import Page, in_words, save
from sarangi.paper.figures.style import HIGHEST, STYLE


def published_figure(
    findings: Sequence[Path], labels: Labels, output: dict[str, Path], points: dict[str, Path]
) -> None:
    """Draw published numbers beside ours with intervals, and say of each that ours cannot judge why not.

    Shown are scores of whole test parts, in one figure, and differences in percentage points, in another;
    the rows of the study's printed tables are counted by verdict.

    Parameters
    ----------
    findings
        ``results/findings/finding_<n>.parquet``.
    labels
        As in :func:`sarangi.paper.figures.conditions.conditions_figure`.
    output, points
        Files to write by suffix, of the scores and of the differences.
    """
    table = read_claims(findings)
    table = table[table["published"].notna()]
    whole, apart = shown_claims(table)
    columns = CLAIM_COLUMNS
    for part, tabled, axis, limits, files in (
        (whole, True, SCORE_AXIS, (0, 1), output),
        (apart, False, POINTS, bounds(table[apart]), points),
    ):
        names = list(table.index[part])

        def blocks(names: Sequence[int], tabled: bool = tabled) -> list[Block]:
            return blocks_of_claims(table, names, tabled)

        # there is a note or two, and no list of marks
        highest = HIGHEST + 0.3
        kept = fitting(names, blocks, columns, highest)
        if not blocks(kept):
            in_words(f"No finding has a published number here ({axis}).", labels.synthetic, files)
            continue
        filled, height = balanced(blocks(kept), columns, highest)
        notes = left_out(names, kept, "they are in the table of findings")
        other = int((~apart & ~whole & table["grid"].isna()).sum())
        if tabled and other:
            notes.append(f"{other} numbers of single emotions, and counts, are in the table of findings.")
        with matplotlib.rc_context(STYLE):
            page = Page(height + AXIS, notes, labels.synthetic, legend=0.4)
            draw_list(page, columns, filled, height, axis, limits)
            page.legend(legend(), 3)
            save(page.figure, files)
