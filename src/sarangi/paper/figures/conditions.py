"""The figure of each model under every condition."""

from collections.abc import Sequence
from pathlib import Path

from sarangi.base.labels import Labels
from sarangi.paper.figures.lists import Block, Columns
from sarangi.paper.figures.page import in_words
from sarangi.paper.figures.score_lists import (
    NONE_SCORED,
    by_condition,
    condition_title,
    draw_scores,
    known_marks,
    line_of,
    point_of,
    reported_uars,
)


def conditions_figure(
    scores: Sequence[Path], first: Sequence[str], labels: Labels, output: dict[str, Path]
) -> None:
    """Draw UAR of each model under every condition: within corpora, by protocol, and on other corpora.

    Parameters
    ----------
    scores
        Of the experiments and transfers to show.
    first
        Names of those that come first (:func:`~sarangi.paper.figures.score_lists.reported_uars`).
    labels
        Titles, and which corpora are synthetic.
    output
        Files to write by suffix: ``pdf``, ``png``.
    """
    table = reported_uars(scores, first)
    if table.empty:
        in_words(NONE_SCORED, labels.synthetic, output)
        return
    columns, models = Columns(2, 1.35, 0.32), list(labels.models)

    def blocks(names: Sequence[str]) -> list[Block]:
        found = []
        here = by_condition(table[table["scored"].isin(names)], labels)
        known = known_marks(here)
        for model, rows in sorted(here.groupby("model", sort=False), key=lambda each: models.index(each[0])):
            lines = [
                line_of(row, condition_title(row, labels), known, [point_of(row)])
                for _, row in rows.iterrows()
            ]
            found.append(Block(labels.models[model], lines))
        return found

    draw_scores(table, blocks, columns, labels, output)
