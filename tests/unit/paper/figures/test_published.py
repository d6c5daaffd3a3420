"""The figure of published numbers."""

from support.labels import labels
from support.score_files import drawn, findings  # noqa: F401  (fixtures)

from sarangi.paper.figures.published import published_figure


def test_published_numbers_are_drawn_by_metric_and_verdict_and_those_without_ours_are_counted(
    findings, drawn
):
    scores, points = drawn(lambda: published_figure(findings, labels(), {}, {}))
    assert any("had no room here" in text for text in scores)
    assert {
        "UAR", "WF1", "UF1", "accuracy", "Model 0 on RAVDESS with two turns of context", "published",
        "ours: reproduced, recomputed or holds", "ours: differs, or fails", "ours: undecided",
        "ours: listed, or not comparable",
    } <= set(scores)  # fmt: skip
    assert any(text.startswith("Not comparable: synthetic speech (") for text in scores)
    assert any(
        text.endswith("published numbers have none of ours here: the table says why.") for text in scores
    )
    assert "Fusion gains 6.9 points" in points and "ours: differs, or fails" in points
    # a study without such differences has no such figure
    one = drawn(lambda: published_figure(findings, labels(), {}, None))
    assert one == scores
