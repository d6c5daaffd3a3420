"""The figures of results: what they show, that nothing in them covers another text, the same bytes twice."""

import itertools

import pandas as pd
import pytest
from support.labels import labels
from support.places import MADE_BY_TEST
from support.score_files import TITLES, drawn, findings, made  # noqa: F401  (fixtures)

from sarangi.base import store
from sarangi.base.premium_rows import PREMIUMS
from sarangi.paper.figures.conditions import conditions_figure
from sarangi.paper.figures.confusions import confusions_figure
from sarangi.paper.figures.leakage import leakage_figure
from sarangi.paper.figures.methodology import methodology_figure
from sarangi.paper.figures.published import published_figure
from sarangi.paper.figures.recalls import recalls_figure
from sarangi.paper.figures.score_lists import reported_uars
from sarangi.paper.figures.seeds import seeds_figure
from sarangi.paper.mark_notes import MARKS


@pytest.fixture
def many(tmp_path):
    """Over three hundred experiments and transfers with long names; of the last nothing was predicted."""
    files = []
    for corpus, protocol, model in itertools.product(
        ("ravdess", "urdu_latif", "punjabi_rasa", "iitkgp_sehsc", "shemo"),
        TITLES["protocols"],
        TITLES["models"],
    ):
        name = f"{corpus}_{protocol}_{model}"
        marked = list(MARKS)[: int(model[1:]) % 6]
        seeds = range(int(model[1:]) % 4 + 1) if int(model[1:]) % 4 else ()
        # those with the most marks are the best, and are shown
        value = 0.4 + len(marked) / 50
        files.append(
            made(tmp_path, name, corpus, protocol, model, seeds, mark="; ".join(marked), value=value)
        )
    name = "ravdess_far_m3_to_urdu_latif"
    files.insert(0, made(tmp_path, name, "ravdess", "far", "m3", test="urdu_latif", value=1.0))
    files.insert(
        1,
        made(tmp_path, "shemo_far_m9", "shemo", "far", "m9", mark="nothing predicted", nothing=True),
    )
    files = [pair for place, pair in enumerate(files) if place < 2 or pair[0].stem != "shemo_far_m9"]
    return list(zip(*files, strict=True))


def draws(kind, many, output=None, synthetic=("ravdess",), first=()):
    scores, confusions = many
    files, more = ((scores, confusions), ([],)) if kind is confusions_figure else ((scores,), ())
    return lambda: kind(*files, first, *more, labels(synthetic, **TITLES), output or {})


@pytest.mark.parametrize("kind", [conditions_figure, seeds_figure, recalls_figure, confusions_figure])
def test_hundreds_of_experiments_stay_readable_and_what_has_no_room_is_counted(kind, many, drawn):
    texts = drawn(draws(kind, many, first=("ravdess_far_m3_to_urdu_latif", "shemo_far_m9")))
    assert any(text.startswith("SYNTHETIC SPEECH") for text in texts)
    (note,) = [text for text in texts if "had no room here" in text]
    shown = len(many[0]) - int(note.split()[0])
    assert shown >= {confusions_figure: 3, conditions_figure: 16}.get(kind, 10)
    # the letters of the marks that are there have no gaps
    notes = [text[0] for text in texts if text[1:3] == ": " and text[0].islower()]
    assert notes == list("abcdefghijklmnopqr"[: len(notes)]) and notes
    # the first are there, and what could not be scored says so; seeds have those of several seeds first
    if kind is not seeds_figure:
        assert any("RAVDESS, leave one speaker" in text and "→ URDU" in text for text in texts)
        # of confusions those of the best models are drawn
        nothing = any(": no test utterance has a prediction" in text for text in texts)
        assert nothing == (kind is not confusions_figure)


def test_without_results_a_figure_says_so_in_words(tmp_path, drawn):
    nothing = ((), ())
    for kind in (conditions_figure, seeds_figure, recalls_figure, confusions_figure):
        (text,) = drawn(draws(kind, nothing, synthetic=()))
        assert text.startswith("No experiment can be scored")
    for found in drawn(lambda: published_figure([], labels(), {}, {})):
        assert found[0].startswith("No published")
    empty = tmp_path / "premiums.parquet"
    store.write(empty, pd.DataFrame(columns=PREMIUMS.names), PREMIUMS, MADE_BY_TEST)
    found = drawn(lambda: leakage_figure([], empty, [], labels(**TITLES), {}))
    assert found == ["No corpus has scores with speakers in training and held out."]


def test_the_best_of_each_condition_come_first_and_those_that_leak_last(tmp_path):
    entries = [
        ("far", "m1", 0.5, ""), ("far", "m2", 0.7, ""), ("far", "m3", 0.6, ""),
        ("random5", "m1", 0.9, "groups shared"), ("random5", "m2", 0.8, "groups shared"),
    ]  # fmt: skip
    files = [
        made(tmp_path, f"shemo_{protocol}_{model}", "shemo", protocol, model, mark=mark, value=value)[0]
        for protocol, model, value, mark in entries
    ]
    files.append(made(tmp_path, "shemo_far_m4", "shemo", "far", "m4", nothing=True)[0])
    order = ["far_m2", "random5_m1", "far_m3", "random5_m2", "far_m1", "far_m4"]
    assert list(reported_uars(files)["scored"]) == [f"shemo_{name}" for name in order]
    named = ["shemo_far_m1", "shemo_far_m4"]
    assert list(reported_uars(files, named)["scored"])[:3] == [*named, "shemo_far_m2"]


def test_what_predicted_nothing_is_counted_and_takes_no_room(tmp_path, drawn):
    files = [
        made(tmp_path, "shemo_far_m1", "shemo", "far", "m1"),
        made(tmp_path, "shemo_random5_m1", "shemo", "random5", "m1", nothing=True),
    ]
    for kind in (recalls_figure, confusions_figure):
        texts = drawn(draws(kind, list(zip(*files, strict=True)), synthetic=()))
        assert "1 more predicted nothing: the table of scores says why." in texts
        assert not any("random 5-fold" in text for text in texts)


def test_the_same_results_give_the_same_bytes(many, findings, tmp_path):
    files = []
    for number in "12":
        made_ = {
            name: {suffix: tmp_path / f"{name}{number}.{suffix}" for suffix in ("pdf", "png")}
            for name in ("seeds", "confusions", "published", "points", "diagram")
        }
        first = [paths[:14] for paths in many]
        draws(seeds_figure, first, made_["seeds"])()
        draws(confusions_figure, first, made_["confusions"])()
        published_figure(findings, labels(), made_["published"], made_["points"])
        methodology_figure((), made_["diagram"])
        files.append([path.read_bytes() for output in made_.values() for path in output.values()])
    assert files[0] == files[1]
    for pdf in files[0][::2]:
        assert b"CreationDate" not in pdf
        assert b"/FontFile2" in pdf
