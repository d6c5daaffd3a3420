"""The paper's figures of fine-tuned and named experiments, and of what was published beside ours.

They show the scores that they are given, the first ones first: where more stand there than a page has room
for, the last ones are left out and counted in a note.  Marks are those of
:data:`sarangi.paper.tables.scores.MARKS`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.lines import Line2D

from sarangi.base import store
from sarangi.base.emotions import EMOTIONS
from sarangi.base.finding_rows import FINDING
from sarangi.base.score_rows import UNPREDICTED, headline
from sarangi.base.verdicts import BESIDE, DIFFERS, FAULTY, REPRODUCED, UNTESTABLE
from sarangi.corpora.registry import load
from sarangi.paper.figures.drawing import (
    AXIS,
    BLUE,
    EDGE,
    GREEN,
    GREY,
    HIGHEST,
    INTERVAL_MARKS,
    ORANGE,
    SMALL,
    STYLE,
    TINY,
    WIDTH,
    Block,
    Columns,
    Line,
    Page,
    Point,
    balanced,
    block_height,
    broken,
    draw_list,
    fitting,
    height_of,
    in_words,
    key,
    left_out,
    line_height,
    save,
    shaded,
)
from sarangi.paper.tables.scores import letters, meanings
from sarangi.statistics.metrics import METRICS, RECALL

Titles = Mapping[str, Mapping[str, str]]

NONE_SCORED = "No fine-tuned experiment, and none that a finding names, can be scored with what is in hand."
IN_TABLES = "they stand in the tables of scores and of transfer"
IN_CONFUSIONS = "they stand in results/confusions"
AUDIBLE = {
    "shared": ("speakers shared between training and test", ORANGE, "o"),
    "apart": ("groups kept apart", BLUE, "s"),
    "across": ("trained on another corpus", GREEN, "^"),
}
"""Conditions of a score: label, colour and marker."""


def conditions_figure(
    scores: Sequence[Path], titles: Titles, synthetic: Sequence[str], output: dict[str, Path]
) -> None:
    """Draw UAR of each model under every condition: within corpora, by protocol, and on other corpora.

    Parameters
    ----------
    scores
        Of the experiments and transfers to show, the first ones first.
    titles
        ``protocols`` and ``models``: names to titles.
    synthetic
        Names of the corpora spoken by the demo's generator; the figure then says so.
    output
        Files to write by suffix: ``pdf``, ``png``.
    """
    table = _uars(scores)
    if table.empty:
        in_words(NONE_SCORED, synthetic, output)
        return
    columns = Columns(2, 1.35, 0.32)

    def blocks(names: Sequence[str]) -> list[Block]:
        found = []
        here = table[table["scored"].isin(names)]
        for model, rows in here.groupby("model", sort=False):
            lines = [_line(row, _condition_title(row, titles), [_point(row)]) for _, row in rows.iterrows()]
            found.append(Block(titles["models"][model], lines))
        return found

    _draw_scores(table, blocks, columns, synthetic, output)


def seeds_figure(
    scores: Sequence[Path], titles: Titles, synthetic: Sequence[str], output: dict[str, Path]
) -> None:
    """Draw UAR of each seed and of all of them, with intervals over groups, as a forest plot.

    Experiments of several seeds stand before those of one.

    Parameters
    ----------
    scores, titles, synthetic, output
        As in :func:`conditions_figure`.
    """
    table = _uars(scores)
    if table.empty:
        in_words(NONE_SCORED, synthetic, output)
        return
    table = table.sort_values("seeds", key=lambda seeds: seeds <= 1, kind="stable")
    each = _seeds(scores)
    columns = Columns(2, 1.35, 0.32)

    def blocks(names: Sequence[str]) -> list[Block]:
        found = []
        here = table[table["scored"].isin(names)]
        tested = here.apply(lambda row: _condition_title(row, titles), axis=1)
        for condition, rows in here.groupby(tested, sort=False):
            lines = [
                _line(row, titles["models"][row["model"]], *_forest(row, each)) for _, row in rows.iterrows()
            ]
            found.append(Block(condition, lines))
        return found

    more = [key("one seed", GREY, ".")] if len(each) else []
    _draw_scores(table, blocks, columns, synthetic, output, more)


def recalls_figure(
    scores: Sequence[Path], titles: Titles, synthetic: Sequence[str], output: dict[str, Path]
) -> None:
    """Draw the recall of each emotion by each experiment as a heat map.

    Parameters
    ----------
    scores, titles, synthetic, output
        As in :func:`conditions_figure`.
    """
    table = _uars(scores)
    if table.empty:
        in_words(NONE_SCORED, synthetic, output)
        return
    found = headline(scores)
    found = found[found["metric"].str.startswith(f"{RECALL}_")]
    found = found.assign(scored=_scored(found), emotion=found["metric"].str.removeprefix(f"{RECALL}_"))
    each = found.set_index(["scored", "emotion"])["value"]
    emotions = [e for e in EMOTIONS if e in set(found["emotion"])] or list(EMOTIONS)
    columns = Columns(2, 1.3, 0.3)

    def blocks(names: Sequence[str]) -> list[Block]:
        here = table[table["scored"].isin(names)]
        tested = here.apply(lambda row: _condition_title(row, titles), axis=1)
        return [
            Block(
                condition,
                [_line(row, titles["models"][row["model"]], scored=True) for _, row in r.iterrows()],
            )
            for condition, r in here.groupby(tested, sort=False)
        ]

    kept = fitting(list(table["scored"]), blocks, columns)
    filled, height = balanced(blocks(kept), columns)
    order = iter([row["scored"] for _, row in _in_blocks(table[table["scored"].isin(kept)], titles)])
    notes = [
        "Recall in per cent, the darker the higher; hatched: the emotion has no test utterance, or the model "
        "does not know it.",
        *left_out(table["scored"], kept, IN_TABLES),
        *_notes(table[table["scored"].isin(kept)]),
    ]
    heads = max(0.06 + len(emotion) * TINY * 0.6 / 72 for emotion in emotions) + 0.08
    with matplotlib.rc_context(STYLE):
        page = Page(height + heads + EDGE, notes, synthetic)
        for number, column in enumerate(filled):
            left = EDGE + number * columns.whole
            axes = page.axes(left + columns.label + EDGE, page.top, columns.drawn, height + heads)
            axes.set(xlim=(0, len(emotions)), ylim=(height + heads, 0))
            axes.set_axis_off()
            for place, emotion in enumerate(emotions):
                axes.text(
                    place + 0.5, heads - 0.04, emotion, rotation=90, size=TINY, ha="center", va="bottom"
                )
            top = heads
            for block in column:
                high = block_height(block, columns)
                heading = broken(block.heading, columns.whole - 2 * EDGE, SMALL, "bold")
                how = {"size": SMALL, "weight": "bold", "va": "center"}
                page.text(left, page.top + top + high / 2 + 0.02, heading, **how)
                top += high
                for line in block.lines:
                    high, scored = line_height(line, columns), next(order)
                    for place, emotion in enumerate(emotions):
                        share = each.get((scored, emotion), np.nan)
                        shaded(axes, place + 0.02, top + 0.005, 0.96, high - 0.01, share)
                    middle = page.top + top + high / 2
                    label = broken(line.label, columns.label)
                    page.text(left + columns.label, middle, label, ha="right", va="center", size=SMALL)
                    right = left + columns.label + columns.drawn + 2 * EDGE
                    words = broken(line.words, columns.words, TINY)
                    page.text(right, middle, words, va="center", size=TINY, color=GREY)
                    top += high
        save(page.figure, output)


MATRICES = (3, 4)
"""How many matrices stand beside each other, and below."""


def confusions_figure(
    scores: Sequence[Path],
    confusions: Sequence[Path],
    titles: Titles,
    synthetic: Sequence[str],
    output: dict[str, Path],
) -> None:
    """Draw the confusions of each experiment, of all folds and seeds together, as shares of each emotion.

    Parameters
    ----------
    scores, titles, synthetic, output
        As in :func:`conditions_figure`.
    confusions
        Of the same experiments, in the same order; schema :data:`sarangi.scoring.scores.CONFUSIONS`.
    """
    table = _uars(scores)
    if table.empty:
        in_words(NONE_SCORED, synthetic, output)
        return
    across, down = MATRICES
    shown = table.iloc[: across * down]
    rows = -(-len(shown) // across)
    width = (WIDTH - 2 * EDGE) / across
    heads = [
        broken(
            f"{titles['models'][row['model']]}; {_condition_title(row, titles)}"
            + (f"  ({held})" if (held := letters(_held(row))) else ""),
            width - 0.1,
            TINY,
            "bold",
        )
        for _, row in shown.iterrows()
    ]
    head = max(height_of(text, TINY) for text in heads) + 0.06
    named = 0.5
    side = min(width - named - 0.1, HIGHEST / down - head - named)
    high = head + side + named
    notes = [
        "Down: the emotion that was spoken; across: what was predicted. Each line adds up to 100 per cent, "
        "the darker the more; empty: none; hatched: no test utterance.",
        *left_out(table["scored"], shown["scored"], IN_CONFUSIONS),
        *_notes(shown),
    ]
    with matplotlib.rc_context(STYLE):
        page = Page(rows * high, notes, synthetic)
        for place, ((_, row), text) in enumerate(zip(shown.iterrows(), heads, strict=True)):
            left, top = EDGE + place % across * width, page.top + place // across * high
            page.text(left, top, text, size=TINY, weight="bold", va="top")
            table_ = store.read(confusions[table.index.get_loc(row.name)])
            if table_.empty:
                middle = top + head + side / 2
                page.text(
                    left + width / 2, middle, UNPREDICTED, ha="center", va="center", size=SMALL, color=GREY
                )
                continue
            _matrix(page.axes(left + named, top + head, side, side), table_)
        save(page.figure, output)


def _matrix(axes: matplotlib.axes.Axes, confusions: pd.DataFrame) -> None:
    counts = confusions.pivot_table("n", "emotion", "predicted", aggfunc="sum", fill_value=0)
    known = [e for e in EMOTIONS if e in {*counts.index, *counts.columns}]
    shares = counts.reindex(index=known, columns=known, fill_value=0).to_numpy(float)
    tested = shares.sum(1, keepdims=True)
    shares = np.divide(shares, tested, out=np.full(shares.shape, np.nan), where=tested > 0)
    for (down, across), share in np.ndenumerate(shares):
        # most cells hold nothing, and say so by being empty
        if share != 0:
            shaded(axes, across, down, 1, 1, share)
    axes.set(xlim=(0, len(known)), ylim=(len(known), 0))
    places = np.arange(len(known)) + 0.5
    axes.set_xticks(places, known, rotation=90, size=TINY)
    axes.set_yticks(places, known, size=TINY)
    axes.tick_params(length=0, pad=1.5)
    for spine in axes.spines.values():
        spine.set(visible=True, lw=0.4, color=GREY)


COMPARED = tuple(metric.prose for metric in METRICS if metric.compared)
"""Published metrics of a whole test part, as claims name them; those of single emotions are in the table."""
POINTS = "percentage points"


def published_figure(
    findings: Sequence[Path], synthetic: Sequence[str], output: dict[str, Path], points: dict[str, Path]
) -> None:
    """Draw published numbers beside ours with intervals, and say of each that ours cannot judge why not.

    Shown are scores of whole test parts, in one figure, and differences in percentage points, in another;
    the rows of the study's printed tables are counted by verdict.

    Parameters
    ----------
    findings
        ``results/findings/finding_<n>.parquet``.
    synthetic
        As in :func:`conditions_figure`.
    output, points
        Files to write by suffix, of the scores and of the differences.
    """
    table = _claims(findings)
    table = table[table["published"].notna()]
    whole, apart = _drawn(table)
    columns = CLAIM_COLUMNS
    for part, tabled, axis, limits, files in (
        (whole, True, SCORE_AXIS, (0, 1), output),
        (apart, False, POINTS, _bounds(table[apart]), points),
    ):
        names = list(table.index[part])

        def blocks(names: Sequence[int], tabled: bool = tabled) -> list[Block]:
            return _published_lines(table, names, tabled)

        # there is a note or two, and no list of marks
        highest = HIGHEST + 0.3
        kept = fitting(names, blocks, columns, highest)
        if not blocks(kept):
            in_words(f"No finding has a published number here ({axis}).", synthetic, files)
            continue
        filled, height = balanced(blocks(kept), columns, highest)
        notes = left_out(names, kept, "they stand in the table of findings")
        other = int((~apart & ~whole & table["grid"].isna()).sum())
        if tabled and other:
            notes.append(f"{other} numbers of single emotions, and counts, stand in the table of findings.")
        with matplotlib.rc_context(STYLE):
            page = Page(height + AXIS, notes, synthetic, legend=0.4)
            draw_list(page, columns, filled, height, axis, limits)
            page.legend(_judgements(), 3)
            save(page.figure, files)


def finding_figure(finding: Path, synthetic: Sequence[str], output: dict[str, Path]) -> None:
    """Draw one finding: its published scores and differences beside ours, and the experiments beside it.

    Parameters
    ----------
    finding
        ``results/findings/finding_<n>.parquet``.
    synthetic, output
        As in :func:`conditions_figure`.
    """
    table = _claims([finding])
    beside = table["claim"].str.startswith(BESIDE)
    # nothing was published of them: the name says what they are
    table.loc[beside, "statement"] = table["claim"]
    whole, apart = _drawn(table)
    whole, apart = whole | beside, apart & table["published"].notna()
    lists, shown = [], []
    for part, tabled, axis, limits, share in (
        (whole, True, SCORE_AXIS, (0, 1), 0.7),
        (apart, False, POINTS, _bounds(table[apart]), 0.3),
    ):
        rows, highest = table[part | (table["grid"].notna() & tabled)], share * HIGHEST
        lines = partial(_published_lines, rows, tabled=tabled)
        kept = fitting(list(table.index[part]), lines, CLAIM_COLUMNS, highest)
        shown += kept
        if blocks := lines(kept):
            lists.append((*balanced(blocks, CLAIM_COLUMNS, highest), axis, limits))
    if not lists:
        in_words("This finding has no score or difference to draw.", synthetic, output)
        return
    notes = left_out(list(table.index[whole | apart]), shown, "they stand in the table of the finding")
    with matplotlib.rc_context(STYLE):
        page = Page(sum(height + AXIS for _, height, *_ in lists), notes, synthetic, legend=0.4)
        top = 0.0
        for filled, height, axis, limits in lists:
            draw_list(page, CLAIM_COLUMNS, filled, height, axis, limits, top)
            top += height + AXIS
        page.legend(_judgements(), 3)
        save(page.figure, output)


CLAIM_COLUMNS = Columns(1, 2.95, 2.3)
SCORE_AXIS = f"{', '.join(COMPARED[:-1])} or {COMPARED[-1]}"


def _claims(findings: Sequence[Path]) -> pd.DataFrame:
    """Return the rows of findings, with a title of each finding."""
    tables = [
        store.read(path).assign(finding=Path(path).stem.replace("_", " ").capitalize()) for path in findings
    ]
    if not tables:
        return pd.DataFrame(columns=[*FINDING.names, "finding"])
    return pd.concat(tables, ignore_index=True)


def _drawn(table: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Return which claims are scores of whole test parts, and which are differences in points."""
    # what stands in a printed table is counted, not shown line by line
    whole = table["grid"].isna() & table["unit"].eq("") & table["published"].between(0, 1)
    # a derived number is a sentence of its own
    derived = ~table["claim"].str.contains(".", regex=False)
    whole &= table["statement"].str.rsplit(": ", n=1).str[-1].isin(COMPARED) | derived
    return whole, table["unit"] == POINTS


def _bounds(table: pd.DataFrame) -> tuple[float, float]:
    """Return the ends of a scale for differences, the same on both sides of zero."""
    largest = table[list(BOTH_SIDES)].abs().max().max()
    bound = 10 * (np.ceil(largest / 10) if largest > 0 else 1)
    return -bound, bound


def _judgements() -> list[Line2D]:
    """Return the legend of published numbers and ours."""
    return [
        key("published", GREY, "D", "-", filled=False),
        *(key(f"ours: {word}", colour, marker) for word, (colour, marker) in JUDGED.items()),
        key("ours, beside a faulty number", GREEN, "^", filled=False),
        key("ours, not comparable", GREY, "o", filled=False),
    ]


BOTH_SIDES = ("published", "published_low", "published_high", "ours", "low", "high")
JUDGED = {REPRODUCED: (BLUE, "o"), DIFFERS: (ORANGE, "s")}


def _published_lines(table: pd.DataFrame, names: Sequence[int], tabled: bool) -> list[Block]:
    """Return a block a finding: a line a number, and, if ``tabled``, one for each printed table."""
    blocks = []
    for finding, rows in table.groupby("finding", sort=False):
        lines = []
        here = rows[rows.index.isin(names)]
        # the numbers of one experiment share a line of the list
        parts = [text.rpartition(": ") for text in here["statement"]]
        whole, metric = (pd.Series([p[n] for p in parts], here.index, dtype=object) for n in (0, 2))
        for _, same in here.groupby(whole.where(whole.ne(""), here["claim"]), sort=False):
            label = same["statement"].iloc[0]
            if len(same) > 1:
                numbers = ", ".join(metric[same.index] + " " + same["printed"])
                label = f"{whole[same.index[0]]}: {numbers}"
            lines.append(_published_line(label, same, metric))
        for grid, same in rows[rows["grid"].notna()].groupby("grid", sort=False):
            if not tabled:
                continue
            counts = same["verdict"].str.split(": ").str[0].value_counts(sort=False)
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
            colour, marker = (JUDGED | {FAULTY: (GREEN, "^")}).get(row["verdict"], (GREY, "o"))
            ours = (row["ours"], row["low"], row["high"], colour, marker, row["verdict"] in JUDGED, False)
            points.append(Point(*ours, shift=shift + apart / 8, size=3.6))
    said = [_why(row) for _, row in same.iterrows()]
    words = said[0]
    if len(set(said)) > 1:
        words = "; ".join(f"{name} {why}" for name, why in zip(metric[same.index], said, strict=True))
    return Line(label, points, words, tall=apart * len(same) + 0.04)


def _why(row: pd.Series) -> str:
    """Return the verdict; of what cannot be judged, whether our number is missing or of something else."""
    verdict, _, what = row["verdict"].partition(": ")
    if verdict == UNTESTABLE:
        said = "not available" if pd.isna(row["ours"]) else "not comparable"
        return f"{said}: {what}" if what else said
    return verdict if not pd.isna(row["ours"]) else f"{verdict}; ours is not available"


# -- what the figures of scores share ----------------------------------------------------------


def _scored(table: pd.DataFrame) -> pd.Series:
    """Return the name of the experiment or transfer that each score is of."""
    transfer = table["test"] != table["corpus"]
    return table["experiment"].where(~transfer, table["experiment"] + "_to_" + table["test"])


def _uars(scores: Sequence[Path]) -> pd.DataFrame:
    """Return the reported UAR of each file of scores, in their order."""
    found = headline(scores)
    found = found[found["metric"] == "uar"]
    names = [Path(path).stem for path in scores]
    return found.assign(scored=_scored(found)).set_index("scored", drop=False).loc[names]


def _seeds(scores: Sequence[Path]) -> pd.DataFrame:
    """Return the UAR of each seed of an experiment with several."""
    if not scores:
        return pd.DataFrame()
    table = pd.concat([store.read(path) for path in scores], ignore_index=True)
    table = table[(table["metric"] == "uar") & table["slice"].str.startswith("seed ")]
    return table.assign(scored=_scored(table))


def _held(row: pd.Series) -> list[str]:
    return [mark for mark in row["mark"].split("; ") if mark]


def _condition(row: pd.Series) -> str:
    if row["test"] != row["corpus"]:
        return "across"
    return "shared" if "groups shared" in _held(row) else "apart"


def _condition_title(row: pd.Series, titles: Titles) -> str:
    corpus, protocol = load(row["corpus"]).TITLE, titles["protocols"][row["protocol"]]
    if row["test"] == row["corpus"]:
        return f"{corpus}, {protocol}"
    return f"{corpus}, {protocol} → {load(row['test']).TITLE}"


def _point(row: pd.Series, **how: Any) -> Point:
    _, colour, marker = AUDIBLE[_condition(row)]
    held = _held(row)
    how = {
        "colour": colour,
        "marker": marker,
        "filled": "untrained weights" not in held,
        "dashed": any(mark in held for mark in INTERVAL_MARKS),
    } | how
    return Point(row["value"], row["low"], row["high"], **how)


SEED = 0.075  # inches from one seed to the next


def _forest(row: pd.Series, each: pd.DataFrame) -> tuple[list[Point], float]:
    """Return the mean over seeds with each seed below it, and how high that is."""
    seeds = each[each["scored"] == row["scored"]] if len(each) else each
    top = -SEED * len(seeds) / 2
    points = [_point(row, shift=top)]
    for place, (_, seed) in enumerate(seeds.iterrows(), start=1):
        points.append(
            _point(pd.Series({**row, **seed.dropna()}), shift=top + place * SEED, marker=".", size=3.2)
        )
    return points, 0.1 + SEED * (1 + len(seeds))


def _line(
    row: pd.Series, label: str, points: Sequence[Point] = (), tall: float = 0.0, scored: bool = False
) -> Line:
    """Return the line of a score, with the letters of its marks behind it."""
    held = letters(_held(row))
    if pd.isna(row["value"]) and not scored:
        return Line(f"{label} ({UNPREDICTED})", (), held, None, tall)
    return Line(label, points, held, row["chance"], tall)


def _in_blocks(table: pd.DataFrame, titles: Titles) -> Iterator[tuple[str, pd.Series]]:
    """Yield the rows in the order of blocks by condition."""
    tested = table.apply(lambda row: _condition_title(row, titles), axis=1)
    for _, rows in table.groupby(tested, sort=False):
        yield from rows.iterrows()


def _notes(table: pd.DataFrame) -> list[str]:
    return meanings([mark for _, row in table.iterrows() for mark in _held(row)])


def _draw_scores(
    table: pd.DataFrame,
    blocks: Callable[[Sequence[str]], Sequence[Block]],
    columns: Columns,
    synthetic: Sequence[str],
    output: dict[str, Path],
    more: Sequence[Line2D] = (),
) -> None:
    """Draw the UARs of a table in blocks, as many as a page has room for."""
    names = list(table["scored"])
    kept = fitting(names, blocks, columns)
    filled, height = balanced(blocks(kept), columns)
    shown = table[table["scored"].isin(kept)]
    conditions = {_condition(row) for _, row in shown.iterrows()}
    handles = [
        key(label, colour, marker) for name, (label, colour, marker) in AUDIBLE.items() if name in conditions
    ]
    handles += [key("chance", GREY, line=":"), *more]
    marks = {mark for _, row in shown.iterrows() for mark in _held(row)}
    if marks & set(INTERVAL_MARKS):
        handles.append(key("interval that only describes, or is too narrow", GREY, line=(0, (2.2, 1.2))))
    if "untrained weights" in marks:
        handles.append(key("untrained weights", GREY, "o", filled=False))
    notes = [*left_out(names, kept, IN_TABLES), *_notes(shown)]
    with matplotlib.rc_context(STYLE):
        page = Page(height + AXIS, notes, synthetic, legend=0.17 * -(-len(handles) // 3) + 0.06)
        draw_list(page, columns, filled, height, "UAR, with its interval over groups")
        page.legend(handles, 3)
        save(page.figure, output)
