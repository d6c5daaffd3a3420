"""The figure of one finding."""

from collections.abc import Mapping
from pathlib import Path

from sarangi.base.labels import Labels
from sarangi.paper.figures.claim_lists import draw_claims, read_claims


def finding_figure(
    finding: Path, further: Mapping[str, str], labels: Labels, output: dict[str, Path]
) -> None:
    """Draw one finding: its published scores and differences with ours, and its further experiments.

    Parameters
    ----------
    finding
        ``results/findings/finding_<n>.parquet``.
    further
        Titles of its further experiments, by their claims.
    labels, output
        As in :func:`sarangi.paper.figures.conditions.conditions_figure`.
    """
    claims = read_claims([finding], further)
    nothing = "No claim of this finding has a value of ours here: the table of the finding says why."
    draw_claims(claims, (claims.scores, claims.points), nothing, "the finding", labels, output)
