"""The figure of published numbers."""

from support.labels import labels
from support.score_files import drawn, findings  # noqa: F401  (fixtures)

from sarangi.paper.figures.published import published_figure


def test_the_published_figure_says_of_each_number_why_it_cannot_be_judged(findings, drawn):
    scores, points = drawn(lambda: published_figure(findings, labels(), {}, {}))
    assert any("had no room here" in text for text in scores)
    words = " ".join(scores)
    for said in (
        "WF1 reproduced; UF1 differs; accuracy not comparable: synthetic speech",
        "not available: nothing like it",
        "accuracy not available: experiment ravdess_speakers_21_24",
        "all 9 numbers in the table a table", "9 differs",
    ):  # fmt: skip
        assert said in words.replace("- ", "-"), said
    assert "Fusion gains 6.9 points" in points
