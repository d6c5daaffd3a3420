"""What the figures of published numbers share: lists of claims with ours next to them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D

from sarangi.base.finding_rows import read_findings
from sarangi.base.statements import statement, title_and_number
from sarangi.base.verdicts import AGREE, DIFFERS, DISAGREE, SHIFTED, UNDECIDED, UNTESTABLE, verdict_in
from sarangi.paper.figures.lists import Block, Columns, Line, Point
from sarangi.paper.figures.style import BLUE, GREEN, GREY, ORANGE, key
from sarangi.published.family import judged_together
from sarangi.statistics.metrics import METRICS

COMPARED = tuple(metric.prose for metric in METRICS if metric.compared)
"""Published metrics of a whole test part, as claims name them; those of single emotions are in the table."""

POINTS = "percentage points"

CLAIM_COLUMNS = Columns(1, 2.95, 2.3)

SCORE_AXIS = f"{', '.join(COMPARED[:-1])} or {COMPARED[-1]}"


def read_claims(findings: Sequence[Path]) -> pd.DataFrame:
    """Return the rows of findings, with a title of each; of several, corrected for the number of claims."""
    table = judged_together(findings)[0] if len(findings) > 1 else read_findings(findings)
    return table.assign(finding="Finding " + table["finding"].astype(str))


def shown_claims(table: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Return which claims are scores of whole test parts, and which are differences in points."""
    # what stands in a printed table is counted, not shown line by line
    whole = table["grid"].isna() & table["unit"].eq("") & table["published"].between(0, 1)
    # a derived number is a sentence of its own
    derived = ~table["claim"].str.contains(".", regex=False)
    whole &= table["statement"].map(lambda text: title_and_number(text)[1]).isin(COMPARED) | derived
    return whole, table["unit"] == POINTS


def bounds(table: pd.DataFrame) -> tuple[float, float]:
    """Return the ends of a scale for differences, the same on both sides of zero."""
    largest = table[list(BOTH_SIDES)].abs().max().max()
    bound = 10 * (np.ceil(largest / 10) if largest > 0 else 1)
    return -bound, bound


def legend() -> list[Line2D]:
    """Return the legend of published numbers and ours."""
    return [
        key("published", GREY, "D", "-", filled=False),
        *(key(f"ours: {word}", colour, marker) for word, (_, colour, marker) in JUDGED.items()),
        key("ours, listed or not comparable", GREY, "o", filled=False),
    ]


BOTH_SIDES = ("published", "published_low", "published_high", "ours", "low", "high")

JUDGED = {
    "recomputed or reproduced": (AGREE, BLUE, "o"),
    SHIFTED: ((SHIFTED,), GREEN, "D"),
    DIFFERS: (DISAGREE, ORANGE, "s"),
    UNDECIDED: ((UNDECIDED,), GREY, "^"),
}
"""The verdicts that ours is drawn by: what the legend calls them, their kinds, colour and marker."""


def blocks_of_claims(table: pd.DataFrame, names: Sequence[int], tabled: bool) -> list[Block]:
    """Return a block a finding: a line a number, and, if ``tabled``, one for each printed table."""
    blocks = []
    for finding, rows in table.groupby("finding", sort=False):
        lines = []
        here = rows[rows.index.isin(names)]
        # the numbers of one experiment share a line of the list
        parts = [title_and_number(text) for text in here["statement"]]
        whole, metric = (pd.Series([p[n] for p in parts], here.index, dtype=object) for n in (0, 1))
        for _, same in here.groupby(whole.where(whole.ne(""), here["claim"]), sort=False):
            label = same["statement"].iloc[0]
            if len(same) > 1:
                numbers = ", ".join(metric[same.index] + " " + same["printed"])
                label = statement(whole[same.index[0]], numbers)
            lines.append(_published_line(label, same, metric))
        for grid, same in rows[rows["grid"].notna()].groupby("grid", sort=False):
            if not tabled:
                continue
            counts = same["verdict"].map(lambda text: verdict_in(text).kind).value_counts(sort=False)
            words = "; ".join(f"{count} {verdict}" for verdict, count in counts.items())
            ticks = [Point(row["published"], np.nan, np.nan, GREY, "|", size=4) for _, row in same.iterrows()]
            label = f"all {len(same)} numbers in the table {grid.replace('_', ' ')}"
            lines.append(Line(label, ticks, words))
        if lines:
            blocks.append(Block(finding, lines))
    return blocks


BELOW = 0.1  # inches from one number of an experiment to the next, where ours stands beside


def _published_line(label: str, same: pd.DataFrame, metric: pd.Series) -> Line:
    """Return the numbers of an experiment: one below the other where ours is there, each above ours."""
    points, apart = [], BELOW if same["ours"].notna().any() else 0.0
    for place, (_, row) in enumerate(same.iterrows()):
        shift = (place - (len(same) - 1) / 2) * apart
        theirs = (row["published"], row["published_low"], row["published_high"], GREY, "D", False, False)
        points.append(Point(*theirs, shift=shift - apart / 8, size=3.2))
        if not pd.isna(row["ours"]):
            kind = verdict_in(row["verdict"]).kind
            judged = [(colour, marker) for kinds, colour, marker in JUDGED.values() if kind in kinds]
            colour, marker = judged[0] if judged else (GREY, "o")
            ours = (row["ours"], row["low"], row["high"], colour, marker, bool(judged), False)
            points.append(Point(*ours, shift=shift + apart / 8, size=3.6))
    said = [_why(row) for _, row in same.iterrows()]
    words = said[0]
    if len(set(said)) > 1:
        words = "; ".join(f"{name} {why}" for name, why in zip(metric[same.index], said, strict=True))
    return Line(label, points, words, tall=apart * len(same) + 0.04)


def _why(row: pd.Series) -> str:
    """Return the verdict; of what cannot be judged, whether our number is missing or of something else."""
    verdict = verdict_in(row["verdict"])
    if verdict.kind == UNTESTABLE:
        said = "not available" if pd.isna(row["ours"]) else "not comparable"
        return f"{said}: {verdict.reason}" if verdict.reason else said
    return verdict.kind if not pd.isna(row["ours"]) else f"{verdict.kind}; ours is not available"
