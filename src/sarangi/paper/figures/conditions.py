"""The figure of each model under every condition."""

from collections.abc import Sequence
from pathlib import Path

from sarangi.base.labels import Labels
from sarangi.paper.figures.lists import Block, Columns
from sarangi.paper.figures.page import in_words
from sarangi.paper.figures.score_lists import (
    NONE_SCORED,
    condition_title,
    draw_scores,
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
    columns = Columns(2, 1.35, 0.32)

    def blocks(names: Sequence[str]) -> list[Block]:
        found = []
        here = table[table["scored"].isin(names)]
        for model, rows in here.groupby("model", sort=False):
            lines = [
                line_of(row, condition_title(row, labels), [point_of(row)]) for _, row in rows.iterrows()
            ]
            found.append(Block(labels.models[model], lines))
        return found

    draw_scores(table, blocks, columns, labels, output)
