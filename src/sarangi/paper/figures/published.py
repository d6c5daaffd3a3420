"""The figures of published numbers and ours."""

from collections.abc import Sequence
from pathlib import Path

from sarangi.base.labels import Labels
from sarangi.paper.figures.claim_lists import draw_claims, read_claims


def published_figure(
    findings: Sequence[Path],
    labels: Labels,
    output: dict[str, Path] | None,
    points: dict[str, Path] | None,
) -> None:
    """Draw published numbers and ours with intervals, by verdict; those without ours are counted.

    Shown are scores of whole test parts, in one figure, and differences in percentage points, in another;
    the rows of the study's printed tables are strokes.

    Parameters
    ----------
    findings
        ``results/findings/finding_<n>.parquet``.
    labels
        As in :func:`sarangi.paper.figures.conditions.conditions_figure`.
    output, points
        Files to write by suffix, of the scores and of the differences; None for a figure that this study
        has not.
    """
    claims = read_claims(findings)
    for part, what, files in ((claims.scores, "score", output), (claims.points, "difference", points)):
        if files is not None:
            own = claims._replace(**{"unavailable": 0, "others": 0} if what == "difference" else {})
            nothing = f"No published {what} has a value of ours here: the table of findings says why."
            draw_claims(own, (part,), nothing, "findings", labels, files)
