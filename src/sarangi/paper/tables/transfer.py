"""The table of transfers: scores of models on corpora that they were not trained on."""

from collections.abc import Sequence
from pathlib import Path

from sarangi.base.labels import Labels
from sarangi.base.limit_sources import LimitSources
from sarangi.base.score_rows import headline
from sarangi.paper.limit_notes import limit_notes
from sarangi.paper.limits import limits_of_scores
from sarangi.paper.tables.columns import Column
from sarangi.paper.tables.score_lines import ABSENT, POOLED, SHOWN, score_lines
from sarangi.paper.tables.table import Table
from sarangi.paper.tables.writing import write_table

COLUMNS = [
    Column("Trained on", text=True), Column("Tested on", text=True),
    *(column for column in SHOWN if column not in (POOLED, ABSENT)),
]  # fmt: skip


def transfer_table(
    scores: Sequence[Path],
    sources: LimitSources,
    labels: Labels,
    output: dict[str, Path],
) -> None:
    """Write the scores of models on corpora that they were not trained on.

    Parameters
    ----------
    scores
        Scores of each transfer; none where no model or no second corpus is in hand.
    sources, labels, output
        As in :func:`sarangi.paper.tables.scores.scores_table`.
    """
    caption = (
        "Transfer. Each run's model is tested on all of another corpus, over the emotions that both have; "
        "the value is the mean over runs, its interval resamples the groups of the corpus tested."
    )
    if not scores:
        none = ["No transfer can be run with what is available."]
        write_table(Table("transfer", caption, COLUMNS, [], [], none), labels, output)
        return
    found = headline(scores)
    lines, notes = score_lines(found, labels)
    notes += limit_notes(limits_of_scores(found[found["metric"] == "uar"], sources), labels)
    lines.sort(key=lambda line: line.order)
    rows = [
        {**line.cells, "Trained on": line.cells["Corpus"], "Tested on": line.cells["Tested"]}
        for line in lines
    ]
    evidence = [line.evidence for line in lines]
    write_table(Table("transfer", caption, COLUMNS, rows, evidence, notes), labels, output)
