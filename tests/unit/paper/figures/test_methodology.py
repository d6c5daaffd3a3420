"""The diagram of the method."""

import itertools

from support.score_files import drawn  # noqa: F401  (fixtures)

from sarangi.paper.figures import methodology
from sarangi.paper.figures.methodology import methodology_figure


def test_the_diagram_covers_nothing_and_its_arrows_are_level_or_upright(drawn, monkeypatch):
    ways = []
    draw = methodology._arrow
    monkeypatch.setattr(methodology, "_arrow", lambda axes, way: (ways.append(way), draw(axes, way)))
    assert "Findings" in drawn(lambda: methodology_figure((), {}))
    assert len(ways) == 15
    for way in ways:
        assert all(x == u or y == v for (x, y), (u, v) in itertools.pairwise(way))


def test_what_a_study_has_not_is_no_box(drawn):
    without = ("claims", "findings", "transcripts", "states")
    texts = drawn(lambda: methodology_figure(without, {}))
    assert "Paper, report" in texts
    assert not {"Findings", "Published study", "Transcripts", "States"} & set(texts)
