"""What a reader sees of one finding: its figure and its table."""

from collections.abc import Mapping
from pathlib import Path

from sarangi.base.labels import Labels
from sarangi.paper.figures.finding import finding_figure
from sarangi.paper.tables.findings import finding_table
from sarangi.paper.tables.writing import FORMATS


def finding_shown(finding: Path, further: Mapping[str, str], labels: Labels, output: dict[str, Path]) -> None:
    """Draw one finding and write its table, in one job: a job takes longer to begin than both to make.

    Parameters
    ----------
    finding, further
        As in :func:`sarangi.paper.figures.finding.finding_figure`.
    labels, output
        As in :func:`sarangi.paper.figures.conditions.conditions_figure`; files of the table, too.
    """
    tables = {suffix: path for suffix, path in output.items() if suffix in FORMATS}
    pictures = {suffix: path for suffix, path in output.items() if suffix not in FORMATS}
    finding_figure(finding, further, labels, pictures)
    finding_table(finding, labels, tables)
