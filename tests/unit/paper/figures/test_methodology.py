"""The diagram of the method."""

from support.labels import labels
from support.score_files import drawn  # noqa: F401  (fixtures)

from sarangi.paper.figures.methodology import methodology_figure


def test_the_diagram_covers_nothing(drawn):
    assert "Findings" in drawn(lambda: methodology_figure(labels(["ravdess"]), (), {}))


def test_what_a_study_has_not_is_no_box(drawn):
    without = ("claims", "findings", "transcripts", "states")
    texts = drawn(lambda: methodology_figure(labels(), without, {}))
    assert "Paper, report" in texts
    assert not {"Findings", "Published study", "Transcripts", "States"} & set(texts)
