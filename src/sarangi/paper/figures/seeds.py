"""The figure of each seed and of all of them."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from sarangi.base import store
from sarangi.base.labels import Labels
from sarangi.base.slices import seed_of
from sarangi.paper.figures.lists import Block, Columns, Point
from sarangi.paper.figures.page import in_words
from sarangi.paper.figures.score_lists import (
    NONE_SCORED,
    by_condition,
    condition_title,
    draw_scores,
    known_marks,
    line_of,
    name_of_scored,
    point_of,
    reported_uars,
)
from sarangi.paper.figures.style import GREY, key


def seeds_figure(
    scores: Sequence[Path], first: Sequence[str], labels: Labels, output: dict[str, Path]
) -> None:
    """Draw UAR of each seed and of all of them, with intervals over groups, as a forest plot.

    Experiments of several seeds come before those of one, of which only the first ones are shown.

    Parameters
    ----------
    scores, first, labels, output
        As in :func:`sarangi.paper.figures.conditions.conditions_figure`.
    """
    table = reported_uars(scores, first)
    table = table[(table["seeds"] > 1) | table["scored"].isin(first)]
    if table.empty:
        in_words(NONE_SCORED, labels.synthetic, output)
        return
    table = table.sort_values("seeds", key=lambda seeds: seeds <= 1, kind="stable")
    each = _seeds(scores)
    columns = Columns(2, 1.35, 0.32)

    def blocks(names: Sequence[str]) -> list[Block]:
        found = []
        here = by_condition(table[table["scored"].isin(names)], labels)
        known = known_marks(here)
        tested = here.apply(lambda row: condition_title(row, labels), axis=1)
        for condition, rows in here.groupby(tested, sort=False):
            lines = [
                line_of(row, labels.models[row["model"]], known, *_forest(row, each))
                for _, row in rows.iterrows()
            ]
            found.append(Block(condition, lines))
        return found

    more = [key("one seed", GREY, ".")] if len(each) else []
    draw_scores(table, blocks, columns, labels, output, more)


def _seeds(scores: Sequence[Path]) -> pd.DataFrame:
    """Return the UAR of each seed of an experiment with several."""
    if not scores:
        return pd.DataFrame()
    table = pd.concat([store.read(path) for path in scores], ignore_index=True)
    table = table[(table["metric"] == "uar") & table["slice"].map(seed_of).notna()]
    return table.assign(scored=name_of_scored(table))


SEED = 0.075  # inches from one seed to the next


def _forest(row: pd.Series, each: pd.DataFrame) -> tuple[list[Point], float]:
    """Return the mean over seeds with each seed below it, and how high that is."""
    seeds = each[each["scored"] == row["scored"]] if len(each) else each
    top = -SEED * len(seeds) / 2
    points = [point_of(row, shift=top)]
    for place, (_, seed) in enumerate(seeds.iterrows(), start=1):
        points.append(
            point_of(pd.Series({**row, **seed.dropna()}), shift=top + place * SEED, marker=".", size=3.2)
        )
    return points, 0.1 + SEED * (1 + len(seeds))
