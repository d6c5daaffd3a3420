"""The figures of results: what they show, that nothing in them covers another text, the same bytes twice."""

import itertools

import numpy as np
import pandas as pd
import pytest
from conftest import MADE_BY_TEST, to
from labels import labels
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from sarangi.base import store
from sarangi.base.bootstrap import BootstrapSettings
from sarangi.base.difference_rows import PREMIUMS
from sarangi.base.finding_rows import FINDING
from sarangi.base.score_rows import CONFUSIONS, SCORES
from sarangi.base.scored import PremiumPair, PremiumSide
from sarangi.paper.figures import score_lists
from sarangi.paper.figures.conditions import conditions_figure
from sarangi.paper.figures.confusions import confusions_figure
from sarangi.paper.figures.finding import finding_figure
from sarangi.paper.figures.leakage import leakage_figure
from sarangi.paper.figures.methodology import methodology_figure
from sarangi.paper.figures.page import pyplot
from sarangi.paper.figures.published import published_figure
from sarangi.paper.figures.recalls import recalls_figure
from sarangi.paper.figures.seeds import seeds_figure
from sarangi.paper.figures.style import BLUE, ORANGE, STYLE
from sarangi.paper.mark_notes import MARKS
from sarangi.scoring.premiums import premiums

FOUR = ("angry", "happy", "neutral", "sad")
TITLES = {
    "protocols": {
        "random5": "random 5-fold",
        "far": "leave one speaker, session or gender out, each in turn",
    },
    "models": {
        f"m{n}": f"XLS-R-300M + XLM-RoBERTa number {n}, cross-attention, prefix of eight layers kept"
        for n in range(30)
    },
}


def made(folder, name, corpus, protocol, model, seeds=(), test=None, mark="", value=0.5, nothing=False):
    """Scores and confusions of an experiment, with a row for each seed."""
    test = test or corpus
    known = {
        "experiment": name.split("_to_")[0], "corpus": corpus, "protocol": protocol, "model": model,
        "test": test, "n": 40, "groups": 9, "seeds": max(1, len(seeds)), "chance": 0.25,
        "classes": " ".join(FOUR), "mark": mark,
    }  # fmt: skip
    number = np.nan if nothing else value
    rows = [{"slice": "runs" if test != corpus else "pooled", "metric": "uar", "value": number}]
    rows[0] |= {"low": number - 0.1, "high": number + 0.2}
    rows += [{"slice": rows[0]["slice"], "metric": f"recall_{e}", "value": number} for e in FOUR[1:]]
    for seed in seeds:
        rows.append({"slice": f"seed {seed}", "metric": "uar", "value": value, "low": 0.2, "high": 0.9})
    paths = []
    for kind in ("scores", "confusions"):
        paths.append(folder / kind / f"{name}.parquet")
        paths[-1].parent.mkdir(exist_ok=True)
    frame = pd.DataFrame([dict.fromkeys(SCORES.names) | known | row for row in rows])
    store.write(paths[0], frame, SCORES, MADE_BY_TEST)
    cells = [] if nothing else [(42, 0, "happy", e, n) for n, e in enumerate(FOUR)]
    store.write(paths[1], pd.DataFrame(cells, columns=CONFUSIONS.names), CONFUSIONS, MADE_BY_TEST)
    return paths


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
        files.append(made(tmp_path, name, corpus, protocol, model, seeds, mark="; ".join(marked)))
    name = "ravdess_far_m3_to_urdu_latif"
    files.insert(0, made(tmp_path, name, "ravdess", "far", "m3", test="urdu_latif", value=1.0))
    files.insert(
        1,
        made(tmp_path, "shemo_far_m9", "shemo", "far", "m9", mark="nothing predicted", nothing=True),
    )
    files = [pair for place, pair in enumerate(files) if place < 2 or pair[0].stem != "shemo_far_m9"]
    return list(zip(*files, strict=True))


def finding(path, rows):
    blank = dict.fromkeys(FINDING.names) | {"unit": "", "why": "", "sources": ""}
    frame = pd.DataFrame([blank | row for row in rows])
    numbers = ["published", "published_low", "published_high", "recomputed", "ours", "low", "high"]
    store.write(path, frame.astype(dict.fromkeys(numbers, float)), FINDING, MADE_BY_TEST)
    return path


@pytest.fixture
def findings(tmp_path):
    """Judged, void, faulty and missing numbers, more than a page has room for."""
    verdicts = [
        ("reproduced", 0.5), ("differs", 0.9), ("cannot be tested: synthetic speech", 0.4),
        ("published number is faulty", 0.3), ("published number is faulty", None),
        ("cannot be tested: experiment ravdess_speakers_21_24_multimodal_with_a_long_name; and 3 more", None),
    ]  # fmt: skip
    rows = []
    for number in range(40):
        for place, metric in enumerate(("WF1", "UF1", "accuracy")):
            verdict, ours = verdicts[(number + place) % 6]
            rows.append(
                {
                    "claim": f"c{number}.{metric}", "printed": "0.512", "published": 0.512,
                    "statement": f"Model {number} on RAVDESS with two turns of context: {metric}",
                    "verdict": verdict, "ours": ours, "low": ours and ours - 0.2, "high": ours and ours + 0.1,
                }
            )  # fmt: skip
    rows.append(
        {
            "claim": "gain", "statement": "Fusion gains 6.9 points", "printed": "6.9", "published": 6.9,
            "unit": "percentage points", "verdict": "differs", "ours": -12.0, "low": -18.0, "high": 3.0,
        }
    )  # fmt: skip
    blank = {"grid": "a_table", "verdict": "differs", "published": 0.3, "printed": "0.3", "ours": 0.1}
    rows += [blank | {"claim": f"g{n}.uar", "statement": "x: UAR"} for n in range(9)]
    return [finding(tmp_path / "finding_1.parquet", rows)]


@pytest.fixture
def drawn(monkeypatch):
    """A function that draws a figure and returns its texts with their places, in pixels."""

    def read(draw):
        kept = []
        with monkeypatch.context() as patched:
            # what would be closed once it is written, of which there are no files here
            patched.setattr(pyplot, "close", kept.append)
            draw()
        found = []
        for figure in kept:
            figure.set_dpi(STYLE["savefig.dpi"])
            renderer = FigureCanvasAgg(figure).get_renderer()
            figure.canvas.draw()
            every = {id(text): text for text in figure.findobj(Text) if text.get_visible()}
            texts = [text for text in every.values() if text.get_text().strip()]
            boxes = [(text.get_text(), text.get_window_extent(renderer)) for text in texts]
            covers = [
                (one, other)
                for (one, box), (other, next_) in itertools.combinations(boxes, 2)
                if min(box.x1, next_.x1) - max(box.x0, next_.x0) > 1
                and min(box.y1, next_.y1) - max(box.y0, next_.y0) > 1
            ]
            outside = [
                text
                for text, box in boxes
                if box.x0 < 0 or box.y0 < 0 or box.x1 > figure.bbox.x1 or box.y1 > figure.bbox.y1
            ]
            assert not covers, covers[:5]
            assert not outside, outside[:5]
            assert figure.get_size_inches()[1] < 10
            found.append([text.replace("\n", " ") for text, _ in boxes])
            pyplot.close(figure)
        return found[0] if len(found) == 1 else found

    return read


def draws(kind, many, output=None, synthetic=("ravdess",)):
    scores, confusions = many
    files = (scores, confusions) if kind is confusions_figure else (scores,)
    return lambda: kind(*files, labels(synthetic, **TITLES), output or {})


@pytest.mark.parametrize("kind", [conditions_figure, seeds_figure, recalls_figure, confusions_figure])
def test_hundreds_of_experiments_stay_readable_and_what_has_no_room_is_counted(kind, many, drawn):
    texts = drawn(draws(kind, many))
    assert any(text.startswith("SYNTHETIC SPEECH") for text in texts)
    (note,) = [text for text in texts if "had no room here" in text]
    shown = len(many[0]) - int(note.split()[0])
    assert shown >= (12 if kind in (seeds_figure, confusions_figure) else 25)
    assert any(text.startswith("b: fewer than 8 groups") for text in texts)
    # the first are there, and what could not be scored says so; seeds have those of several seeds first
    if kind is not seeds_figure:
        assert any("RAVDESS, leave one speaker" in text and "→ URDU" in text for text in texts)
        assert any(text.startswith("g: no test utterance has a prediction") for text in texts)


def test_scores_are_drawn_by_condition_and_seed_with_the_mark_seen(tmp_path, monkeypatch):
    doubtful = "descriptive interval; untrained weights"
    files = [
        made(tmp_path, "ravdess_random5_m1", "ravdess", "random5", "m1", (1, 2), mark="groups shared")[0],
        made(tmp_path, "ravdess_far_m1", "ravdess", "far", "m1", mark=doubtful)[0],
        made(tmp_path, "ravdess_far_m1_to_urdu_latif", "ravdess", "far", "m1", test="urdu_latif")[0],
    ]  # fmt: skip
    kept = {}
    monkeypatch.setattr(score_lists, "draw_list", lambda page, columns, filled, *rest: kept.update(f=filled))
    seeds_figure(files, labels(**TITLES), {})
    lines = [line for column in kept["f"] for block in column for line in block.lines]
    shared, apart, across = lines
    assert [(p.colour, p.marker) for p in shared.points] == [(ORANGE, m) for m in "o.."]
    assert [(p.value, p.low, p.high) for p in shared.points] == [(0.5, 0.4, 0.7), *[(0.5, 0.2, 0.9)] * 2]
    (point,) = apart.points
    assert (point.colour, point.dashed, point.filled) == (BLUE, True, False)
    assert (across.points[0].marker, across.chance, apart.words) == ("^", 0.25, "b d")


def test_the_published_figure_says_of_each_number_why_it_cannot_be_judged(findings, drawn):
    scores, points = drawn(lambda: published_figure(findings, labels(), {}, {}))
    assert any("had no room here" in text for text in scores)
    words = " ".join(scores)
    for said in (
        "WF1 reproduced; UF1 differs; accuracy not comparable: synthetic speech", "ours is not available",
        "accuracy not available: experiment ravdess_speakers_21_24",
        "all 9 numbers in the table a table", "9 differs",
    ):  # fmt: skip
        assert said in words.replace("- ", "-"), said
    assert "Fusion gains 6.9 points" in points


def test_a_findings_figure_has_its_differences_below_and_the_experiments_beside_it(tmp_path, findings, drawn):
    texts = drawn(lambda: finding_figure(findings[0], labels(["ravdess"]), {}))
    assert any("had no room here" in text for text in texts)
    assert "percentage points" in texts and "Fusion gains 6.9 points" in texts
    rows = [
        {"claim": "a.uar", "statement": "A model: UAR", "printed": "0.5", "published": 0.5, "ours": 0.6,
         "low": 0.4, "high": 0.8, "verdict": "reproduced"},
        {"claim": "UAR of here_loso_svm", "statement": "what the finding says", "ours": 0.7, "low": 0.6,
         "high": 0.8, "verdict": "cannot be tested: nothing was published of it"},
    ]  # fmt: skip
    texts = drawn(lambda: finding_figure(finding(tmp_path / "finding_2.parquet", rows), labels(), {}))
    assert {"UAR of here_loso_svm", "A model: UAR", "reproduced"} <= set(texts)
    assert "percentage points" not in texts
    claims = [{"claim": "more", "statement": "One is more", "unit": "clips", "verdict": "differs"}]
    texts = drawn(lambda: finding_figure(finding(tmp_path / "finding_3.parquet", claims), labels(), {}))
    assert texts == ["This finding has no score or difference to draw."]


def test_the_diagram_covers_nothing(drawn):
    assert "Findings" in drawn(lambda: methodology_figure(labels(["ravdess"]), {}))


def test_without_results_a_figure_says_so_in_words(tmp_path, drawn):
    nothing = ((), ())
    for kind in (conditions_figure, seeds_figure, recalls_figure, confusions_figure):
        (text,) = drawn(draws(kind, nothing, synthetic=()))
        assert text.startswith("No fine-tuned experiment")
    for found in drawn(lambda: published_figure([], labels(), {}, {})):
        assert found[0].startswith("No finding has a published number")
    empty = tmp_path / "premiums.parquet"
    store.write(empty, pd.DataFrame(columns=PREMIUMS.names), PREMIUMS, MADE_BY_TEST)
    found = drawn(lambda: leakage_figure([], empty, labels(**TITLES), {}))
    assert found == ["No corpus is in hand with speakers both shared and held out."]


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
        methodology_figure(labels(), made_["diagram"])
        files.append([path.read_bytes() for output in made_.values() for path in output.values()])
    assert files[0] == files[1]
    for pdf in files[0][::2]:
        assert b"CreationDate" not in pdf
        assert b"/FontFile2" in pdf


def test_a_premium_is_paired_over_groups(tmp_path):
    """Both sides lose a happy clip of every other group, and one side an angry clip of each group."""
    from sarangi.base.manifest_rows import MANIFEST
    from sarangi.models.predictions import predictions_schema

    clips = [(f"S{group}", f"made/S{group}_{n}", FOUR[n % 2]) for group in range(10) for n in range(4)]
    manifest = pd.DataFrame(
        [
            dict.fromkeys(MANIFEST.names)
            | {"utterance_id": u, "corpus": "made", "speaker": g, "group": g, "emotion": e}
            | {"shard": 0, "file": "x", "status": "ok"}
            for g, u, e in clips
        ]
    )  # fmt: skip
    store.write(tmp_path / "manifest.parquet", manifest, MANIFEST, MADE_BY_TEST)
    sides = {}
    for side, mean in (("shared", True), ("apart", False)):
        rows = [
            {
                "utterance_id": u, "fold": n % 2 if mean else int(g[1]), "seed": None, "status": "ok",
                "reason": None, "emotion": e, "predicted": FOUR[0] if n % 8 == 1 else e,
            }
            for n, (g, u, e) in enumerate(clips)
        ]  # fmt: skip
        schema = predictions_schema(FOUR[:2])
        path = tmp_path / f"{side}.parquet"
        if side == "apart":
            for row in rows[::4]:
                row["predicted"] = FOUR[1]
        frame = pd.DataFrame(rows).assign(p_angry=np.nan, p_happy=np.nan).astype({"seed": "Int32"})
        store.write(path, frame.sort_values(["utterance_id", "fold"]), schema, MADE_BY_TEST)
        sides[side] = PremiumSide(side, [path], mean)
    output = tmp_path / "premiums.parquet"
    pair = PremiumPair("made", "m1", **sides)
    settings = BootstrapSettings(draws=200, seed=1, confidence=0.95)
    premiums([pair], {"made": tmp_path / "manifest.parquet"}, settings, to(output))
    found = store.read(output).set_index("metric")
    # each side depends on the groups drawn; the recall of angry differs by 1/2 in all of them, so UAR by 1/4
    assert found.loc["uar", ["value", "low", "high"]].tolist() == pytest.approx([0.25] * 3)
    assert found.loc["uar", ["n", "groups", "mark"]].tolist() == [40, 10, ""]
