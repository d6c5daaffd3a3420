"""The figure of robustness: what each model loses on worse recordings of the same clips."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from sarangi.base import store
from sarangi.base.labels import Labels
from sarangi.paper.conditions import TITLES
from sarangi.paper.figures.difference_lists import draw_differences
from sarangi.paper.figures.page import in_words


def robustness_figure(files: Sequence[Path], labels: Labels, output: dict[str, Path]) -> None:
    """Draw the differences in UAR from the recordings as they are, with intervals over groups.

    Parameters
    ----------
    files
        Of schema :data:`sarangi.base.robustness_rows.ROBUSTNESS`, of the models to show.
    labels
        Titles, and which corpora are synthetic.
    output
        Files to write by suffix: ``pdf``, ``png``.
    """
    tables = [store.read(path) for path in files]
    table = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=["metric", "value"])
    table = table[(table["metric"] == "uar") & table["value"].notna()].reset_index(drop=True)
    if table.empty:
        in_words("No model was tested on worse recordings.", labels.synthetic, output)
        return
    heading = table.apply(
        lambda row: (
            f"{labels.corpora[row['corpus']]}, {labels.protocols[row['protocol']]}: "
            f"{labels.models[row['model']]}"
        ),
        axis=1,
    )
    shown = table.assign(heading=heading, label=table["condition"].map(TITLES))
    draw_differences(shown, "UAR under a condition minus that as recorded", "robustness", labels, output)
