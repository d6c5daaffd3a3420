"""The figure of fairness: how each model fares on one part of the speakers beside another."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from sarangi.base import store
from sarangi.base.labels import Labels
from sarangi.base.marks import NOT_PARTED, UNPREDICTED, marks_in
from sarangi.paper.figures.difference_lists import draw_differences
from sarangi.paper.figures.page import in_words


def fairness_figure(files: Sequence[Path], labels: Labels, output: dict[str, Path]) -> None:
    """Draw the differences in UAR between parts of the speakers, with intervals over groups.

    Parameters
    ----------
    files
        Of schema :data:`sarangi.base.fairness_rows.FAIRNESS`, of the models to show.
    labels
        Titles, and which corpora are synthetic.
    output
        Files to write by suffix: ``pdf``, ``png``.
    """
    table = _compared(files, labels)
    if table.empty:
        in_words("No corpus states two parts of its speakers to compare.", labels.synthetic, output)
        return
    heading = table.apply(lambda row: _heading(row, labels), axis=1)
    shown = table.assign(heading=heading, label=table["model"].map(labels.models))
    draw_differences(shown, "UAR of the first minus that of the second", "fairness", labels, output)


def _compared(files: Sequence[Path], labels: Labels) -> pd.DataFrame:
    """Return the differences in UAR that there are, in the order of the configuration."""
    tables = [store.read(path) for path in files]
    if not tables:
        return pd.DataFrame()
    table = pd.concat(tables, ignore_index=True)
    nothing = table["mark"].map(lambda mark: bool({NOT_PARTED, UNPREDICTED} & set(marks_in(mark))))
    table = table[(table["metric"] == "uar") & ~nothing]
    models = {name: place for place, name in enumerate(labels.models)}
    keys = ["corpus", "attribute", "first", "second", "protocol"]
    ordered = table.assign(place=table["model"].map(models)).sort_values([*keys, "place"])
    return ordered.reset_index(drop=True)


def _heading(row: pd.Series, labels: Labels) -> str:
    parts = f"{row['first']} − {row['second']}"
    return f"{labels.corpora[row['corpus']]}, {labels.protocols[row['protocol']]}: {parts}"
