"""The figure of seeds."""

from support.labels import labels
from support.score_files import TITLES, made

from sarangi.paper.figures import score_lists
from sarangi.paper.figures.seeds import seeds_figure
from sarangi.paper.figures.style import BLUE, ORANGE


def test_scores_are_drawn_by_condition_and_seed_with_the_mark_seen(tmp_path, monkeypatch):
    doubtful = "descriptive interval; untrained weights"
    files = [
        made(tmp_path, "ravdess_random5_m1", "ravdess", "random5", "m1", (1, 2), mark="groups shared")[0],
        made(tmp_path, "ravdess_far_m1", "ravdess", "far", "m1", mark=doubtful)[0],
        made(tmp_path, "ravdess_far_m1_to_urdu_latif", "ravdess", "far", "m1", test="urdu_latif")[0],
    ]  # fmt: skip
    kept = {}
    monkeypatch.setattr(score_lists, "draw_list", lambda page, columns, filled, *rest: kept.update(f=filled))
    seeds_figure(files, [file.stem for file in files], labels(**TITLES), {})
    lines = [line for column in kept["f"] for block in column for line in block.lines]
    shared, apart, across = lines
    assert [(p.colour, p.marker) for p in shared.points] == [(ORANGE, m) for m in "o.."]
    assert [(p.value, p.low, p.high) for p in shared.points] == [(0.5, 0.4, 0.7), *[(0.5, 0.2, 0.9)] * 2]
    (point,) = apart.points
    assert (point.colour, point.dashed, point.filled) == (BLUE, True, False)
    assert (across.points[0].marker, across.chance, apart.words) == ("^", 0.25, "b c")
