"""Many small files of scores, and a reader of what a figure draws, for tests of figures."""

import itertools

import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from sarangi.base import store
from sarangi.base.finding_rows import FINDING
from sarangi.base.score_rows import CONFUSIONS, SCORES
from sarangi.paper.figures.page import pyplot
from sarangi.paper.figures.style import STYLE, TALLEST
from support.places import MADE_BY_TEST

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


def finding(path, rows):
    blank = dict.fromkeys(FINDING.names) | {"unit": "", "why": "", "sources": "", "counted": True}
    frame = pd.DataFrame([blank | row for row in rows])
    numbers = [field.name for field in FINDING if str(field.type) == "double"]
    store.write(path, frame.astype(dict.fromkeys(numbers, float)), FINDING, MADE_BY_TEST)
    return path


@pytest.fixture
def findings(tmp_path):
    """Judged, void and missing numbers, more than a page has room for."""
    verdicts = [
        ("reproduced", 0.5), ("differs: under our software and hardware", 0.9),
        ("cannot be tested: synthetic speech", 0.4), ("undecided: ±0.1, margin 0.03", 0.3),
        ("cannot be tested: nothing like it", None),
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
            assert figure.get_size_inches()[1] < TALLEST
            assert min(text.get_fontsize() for text in texts) >= 7
            found.append([text.replace("\n", " ") for text, _ in boxes])
            pyplot.close(figure)
        return found[0] if len(found) == 1 else found

    return read
