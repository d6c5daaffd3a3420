"""The diagram of the method."""

from support.labels import labels
from support.score_files import drawn  # noqa: F401  (fixtures)

from sarangi.paper.figures.methodology import methodology_figure


def test_the_diagram_covers_nothing(drawn):
    assert "Findings" in drawn(lambda: methodology_figure(labels(["ravdess"]), {}))
