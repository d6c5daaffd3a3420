"""What the figures of published numbers share: lists of claims that have a value of ours."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.lines import Line2D

from sarangi.base.finding_rows import read_findings
from sarangi.base.labels import Labels
from sarangi.base.statements import title_and_number
from sarangi.base.verdicts import (
    AGREE,
    DIFFERS,
    DISAGREE,
    SHIFTED,
    UNDECIDED,
    UNTESTABLE,
    is_further,
    verdict_in,
)
from sarangi.paper.figures.lists import (
    AXIS,
    Block,
    Columns,
    Line,
    Point,
    balanced,
    draw_list,
    fitting,
    left_out,
)
from sarangi.paper.figures.page import Page, in_words, save
from sarangi.paper.figures.style import (
    BLUE,
    GREEN,
    GREY,
    HIGHEST,
    INK,
    ORANGE,
    STYLE,
    key,
    keys_of_degenerate,
)
from sarangi.published.family import judged_together
from sarangi.statistics.metrics import METRICS, UAR

COMPARED = tuple(metric.prose for metric in METRICS if metric.compared)
"""Published metrics of a whole test part, as claims name them; those of single emotions are in the table."""

STATED = "as stated"
"""The panel of scores that a sentence states."""

POINTS = "percentage points"

LABEL = 2.25  # inches for what is claimed

JUDGED = {
    "ours: reproduced, recomputed or holds": (AGREE, BLUE, "o"),
    f"ours: {SHIFTED}": ((SHIFTED,), GREEN, "D"),
    f"ours: {DIFFERS}, or fails": (DISAGREE, ORANGE, "s"),
    f"ours: {UNDECIDED}": ((UNDECIDED,), GREY, "^"),
}
"""The verdicts that ours is drawn by: what the legend calls them, their kinds, colour and marker."""

NOT_COMPARABLE = "not comparable"
"""What is said of a claim that has a value of ours and cannot be tested."""

UNJUDGED = f"ours: listed, or {NOT_COMPARABLE}"

REASONS = 3  # why ours cannot be compared, before the others are counted

APART = 0.045  # inches from the middle of a line to what was published, above, and to ours, below


class Claims(NamedTuple):
    """The claims of findings that a figure may draw, by what they are.

    Attributes
    ----------
    scores
        Scores of whole test parts, with their panel in a column ``panel`` and their line in ``line``.
    points
        Differences in percentage points, likewise.
    unavailable
        How many of both have no value of ours.
    others
        How many are of single emotions, or counts.
    """

    scores: pd.DataFrame
    points: pd.DataFrame
    unavailable: int
    others: int


def read_claims(findings: Sequence[Path], further: Mapping[str, str] | None = None) -> Claims:
    """Return the claims of findings that have a value of ours; of several, corrected for their number.

    Parameters
    ----------
    findings
        ``results/findings/finding_<n>.parquet``.
    further
        Titles of the further experiments, by their claims; without, they are left out.
    """
    table = judged_together(findings)[0] if len(findings) > 1 else read_findings(findings)
    table = table.assign(finding="Finding " + table["finding"].astype(str))
    beside = table["claim"].map(is_further).astype(bool)
    parts = [title_and_number(text) for text in table["statement"]]
    title, number = (pd.Series([p[n] for p in parts], table.index, dtype=object) for n in (0, 1))
    # a derived number is a sentence of its own
    derived = ~table["claim"].str.contains(".", regex=False).astype(bool)
    score = (
        table["unit"].eq("") & table["published"].between(0, 1) & (number.isin(COMPARED) | derived) & ~beside
    )
    points = table["unit"].eq(POINTS) & table["published"].notna()
    table = table.assign(
        panel=number.where(number.isin(COMPARED) & ~derived, STATED),
        line=title.where(title.ne("") & ~derived, table["statement"]),
    )
    table.loc[beside, "panel"] = UAR.prose
    table.loc[beside, "line"] = table.loc[beside, "claim"].map(further or {})
    for grid, rows in table[table["grid"].notna()].groupby("grid"):
        table.loc[rows.index, "line"] = f"table {str(grid).replace('_', ' ')}"
    shown = beside if further is not None else pd.Series(False, table.index)
    there = table["ours"].notna()
    return Claims(
        table[(score | shown) & there],
        table[points & there],
        int(((score | points) & ~there).sum()),
        int((~score & ~points & ~beside).sum()),
    )


def draw_claims(
    claims: Claims,
    parts: Sequence[pd.DataFrame],
    nothing: str,
    where: str,
    labels: Labels,
    output: dict[str, Path],
) -> None:
    """Draw lists of claims: published above, ours below, a panel a metric.

    Parameters
    ----------
    claims
        That the parts are of.
    parts
        ``scores`` or ``points`` of the claims, or both.
    nothing
        What the figure says where none has a value of ours.
    where
        Name of the table that has all of them.
    labels
        Titles, and which corpora are synthetic.
    output
        Files to write by suffix: ``pdf``, ``png``.
    """
    there = [part for part in parts if len(part)]
    if not there:
        in_words(nothing, labels.synthetic, output)
        return
    lists, kept = [], []
    for part in there:
        room = (HIGHEST - AXIS * (len(there) - 1)) * _lines(part) / sum(map(_lines, there))
        drawn = _List.of(part, max(room, 1.5), claims.points is part)
        lists.append(drawn)
        kept.append(drawn.shown)
    shown, every = pd.concat(kept), pd.concat(there)
    notes = left_out(list(every.index), list(shown.index), f"the table of {where} has them")
    if claims.unavailable:
        notes.append(f"{claims.unavailable} published numbers have none of ours here: the table says why.")
    if claims.others:
        notes.append(f"{claims.others} numbers of single emotions, and counts, are in the table of {where}.")
    notes += _why_not(shown)
    handles = _legend(shown)
    with matplotlib.rc_context(STYLE):
        high = sum(drawn.height + AXIS for drawn in lists)
        page = Page(high, notes, labels.synthetic, legend=0.17 * -(-len(handles) // 3) + 0.06)
        top = 0.0
        for drawn in lists:
            draw_list(page, drawn.columns, drawn.filled, drawn.height, drawn.panels, drawn.limits, top)
            top += drawn.height + AXIS
        page.legend(handles, 3)
        save(page.figure, output)


def _lines(part: pd.DataFrame) -> int:
    """Return how many lines a list has: the numbers of an experiment, or of a printed table, share one."""
    return part.groupby(["finding", "line"]).ngroups


class _List(NamedTuple):
    """A list of claims as it is drawn."""

    shown: pd.DataFrame
    columns: Columns
    panels: Sequence[str]
    limits: tuple[float, float]
    filled: Sequence[Sequence[Block]]
    height: float

    @classmethod
    def of(cls, part: pd.DataFrame, highest: float, points: bool) -> "_List":
        panels = [POINTS] if points else [name for name in (*COMPARED, STATED) if name in set(part["panel"])]
        place = {name: number for number, name in enumerate(panels)}
        columns = Columns(1, LABEL, 0.1, len(panels))

        def blocks(names: Sequence[int]) -> list[Block]:
            found = []
            for finding, rows in part[part.index.isin(names)].groupby("finding", sort=False):
                lines = [_line(same, place) for _, same in rows.groupby("line", sort=False)]
                found.append(Block(str(finding), lines))
            return found

        kept = fitting(list(part.index), blocks, columns, highest)
        filled, height = balanced(blocks(kept), columns, highest)
        shown = part[part.index.isin(kept)]
        return cls(shown, columns, panels, _bounds(shown) if points else (0.0, 1.0), filled, height)


def _bounds(table: pd.DataFrame) -> tuple[float, float]:
    """Return the ends of a scale for differences, the same on both sides of zero."""
    sides = ["published", "published_low", "published_high", "ours", "low", "high"]
    bound = 10 * max(1.0, float(np.ceil(table[sides].abs().max().max() / 10)))
    return -bound, bound


def _line(same: pd.DataFrame, place: Mapping[str, int]) -> Line:
    """Return the numbers of an experiment: what was published above, ours below; of a table, strokes."""
    points = []
    tabled = same["grid"].notna().any()
    for _, row in same.iterrows():
        panel, printed = place.get(row["panel"], 0), not pd.isna(row["published"])
        points.append(
            Point(
                row["published"], row["published_low"], row["published_high"], INK, "|" if tabled else "D",
                filled=False, shift=-APART, size=4.2, panel=panel,
            )
        )  # fmt: skip
        judged = [each for each in JUDGED.values() if verdict_in(row["verdict"]).kind in each[0]]
        colour, marker = judged[0][1:] if judged else (GREY, "o")
        low, high = (np.nan, np.nan) if tabled else (row["low"], row["high"])
        points.append(
            Point(
                row["ours"], low, high, colour, "|" if tabled else marker,
                filled=bool(judged), shift=APART if printed else 0.0, panel=panel,
            )
        )  # fmt: skip
    if not tabled:
        return Line(same["line"].iloc[0], points, tall=0.24)
    counts = same["verdict"].map(lambda text: _said(verdict_in(text).kind)).value_counts(sort=False)
    words = ", ".join(f"{count} {said}" for said, count in counts.items())
    return Line(f"{same['line'].iloc[0]}, a stroke a number: {words}", points, tall=0.24)


def _said(kind: str) -> str:
    return NOT_COMPARABLE if kind == UNTESTABLE else kind


def _why_not(table: pd.DataFrame) -> list[str]:
    """Return why ours cannot be compared with what was published, each reason once."""
    verdicts = table["verdict"].map(verdict_in)
    reasons = [
        v.reason for v in verdicts if v.reason and not any(v.kind in kinds for kinds, *_ in JUDGED.values())
    ]
    counted = pd.Series(reasons, dtype=object).value_counts(sort=False)
    rest = len(counted) - REASONS
    listed = "; ".join(f"{reason} ({count})" for reason, count in counted.iloc[:REASONS].items())
    return (
        [f"{NOT_COMPARABLE.capitalize()}: {listed}{f'; and {rest} other reasons' if rest > 0 else ''}."]
        if reasons
        else []
    )


def _legend(table: pd.DataFrame) -> list[Line2D]:
    """Return the legend of published numbers and ours: of what is drawn."""
    kinds = [verdict_in(text).kind for text in table["verdict"]]
    handles = [key("published", INK, "D", filled=False)] if table["published"].notna().any() else []
    handles += [
        key(label, colour, marker)
        for label, (which, colour, marker) in JUDGED.items()
        if set(which) & set(kinds)
    ]
    if any(not any(kind in which for which, *_ in JUDGED.values()) for kind in kinds):
        handles.append(key(UNJUDGED, GREY, "o", filled=False))
    return handles + keys_of_degenerate(table)
