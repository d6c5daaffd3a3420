"""The figures of dimensions: ratings against predictions, and the CCC of each speaker."""

import matplotlib.collections
import pytest
from support.labels import labels
from support.rated import TITLES, predictions_of, scores_of
from support.score_files import drawn  # noqa: F401  (fixture)

from sarangi.paper.figures.dimension_scatter import FEW, dimension_scatter_figure
from sarangi.paper.figures.dimension_speakers import dimension_speakers_figure
from sarangi.paper.figures.page import pyplot

BASELINES = ["mean", "oracle"]
SPEAKERS = [("Ses01F", 0.25, 12), ("a speaker whose name is very long, and longer still", 0.75, 5)]


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def kept(draw, monkeypatch):
    figures = []
    with monkeypatch.context() as patched:
        patched.setattr(pyplot, "close", figures.append)
        draw()
    (figure,) = figures
    return figure


def test_the_best_model_that_listens_is_drawn_with_its_ccc_and_what_lies_beyond_the_scale(here, drawn):
    scores = [
        scores_of("oracle", {"arousal": 0.9}),
        scores_of("ridge", {"arousal": 0.375}, slices=("pooled", "folds"), mark="descriptive interval"),
        scores_of("svr", {"arousal": 0.25, "valence": 0.5}),
    ]  # fmt: skip
    predictions = {
        "iemocap_loso_ridge": [predictions_of("ridge", ["arousal"], 40)],
        "iemocap_loso_svr": [predictions_of("svr", ["valence"], FEW + 1, spread=2)],
    }
    texts = drawn(lambda: dimension_scatter_figure(scores, predictions, BASELINES, labels(**TITLES), {}))
    assert "IEMOCAP, leave one out" in texts
    one = "arousal: ridge CCC 0.475 [0.250, 0.500] (a) mean of folds; all clips 0.375"
    assert {one, "valence: eGeMAPS + SVR CCC 0.500 [0.375, 0.625]"} <= set(texts)
    assert any(text.endswith(" beyond the scale") for text in texts)


def test_few_clips_are_points_and_many_a_density_and_failed_ones_are_not_drawn(here, monkeypatch):
    for count in (FEW, FEW + 1):
        scores, files = [scores_of("svr", {"arousal": 0.5})], [predictions_of("svr", ["arousal"], count)]
        figure = kept(
            lambda s=scores, f=files: dimension_scatter_figure(
                s, {"iemocap_loso_svr": f}, BASELINES, labels(**TITLES), {}
            ),
            monkeypatch,
        )
        (axes,) = figure.axes
        cells = [each for each in axes.collections if isinstance(each, matplotlib.collections.PolyCollection)]
        if count > FEW:
            assert sum(cells[0].get_array()) == count
        else:
            assert not cells
            assert len(axes.get_lines()[1].get_xdata()) == count
        assert axes.get_xlim() == axes.get_ylim() == pytest.approx((0.84, 5.16))
        pyplot.close(figure)


def test_speakers_are_sorted_with_their_clips_and_many_have_no_names(here, drawn):
    few = scores_of("svr", {"arousal": 0.5}, speakers=SPEAKERS)
    texts = drawn(lambda: dimension_speakers_figure([few], BASELINES, labels(**TITLES), {}))
    places = [texts.index(name) for name in texts if name.endswith(("longer still", "Ses01F"))]
    assert places == sorted(places) and texts[places[0]].startswith("…") and texts[places[1]] == "Ses01F"
    assert {"12", "5"} <= set(texts)
    many = scores_of("svr", {"arousal": 0.5}, speakers=[(f"s{n}", n / 60, n + 3) for n in range(60)])
    texts = drawn(lambda: dimension_speakers_figure([many], BASELINES, labels(**TITLES), {}))
    assert "60 speakers, 3 to 62 clips each" in texts and "s1" not in texts
    none = scores_of("svr", {"arousal": 0.5})
    texts = drawn(lambda: dimension_speakers_figure([none], BASELINES, labels(**TITLES), {}))
    assert "no speaker's CCC is known" in texts


def test_a_page_has_room_for_some_and_counts_the_rest_or_says_that_nothing_is_there(here, drawn):
    names = [f"p{number}" for number in range(7)]
    titles = {**TITLES, "protocols": dict.fromkeys(names, "folds"), "models": {"svr": "machine", "mean": "m"}}
    every = {f"d{n}": 0.5 for n in range(2)}
    scores = [scores_of("svr", every, protocol=name, speakers=SPEAKERS) for name in names]
    texts = drawn(lambda: dimension_speakers_figure(scores, BASELINES, labels(**titles), {}))
    shown = sum(text.startswith("d") and ": machine" in text for text in texts)
    assert 0 < shown < 14
    assert f"{14 - shown} more had no room here: the table of dimensions has them." in texts
    for nothing in ([], [scores_of("mean", {"d": 0.0})]):
        (text,) = drawn(lambda n=nothing: dimension_speakers_figure(n, BASELINES, labels(**titles), {}))
        assert text.startswith("No audio model that predicts a rating")
