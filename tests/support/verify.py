"""Results as their rules made them, and ways to tamper with them, for tests."""

from pathlib import Path

import pandas as pd
import pytest

from sarangi.base import store
from sarangi.base.score_rows import SCORES
from sarangi.reproduce.verify import examine
from sarangi.runtime import provenance

A, B = "results/scores/a.parquet", "results/scores/b.parquet"
ARCHIVE, TEX, MD = "resources/corpora/x.zip", "paper/tables/scores.tex", "paper/tables/scores.md"
NUMBERS, FEATURES = "paper/numbers.tex", "results/features/f/x/000.parquet"


def scores(name, value):
    line = dict.fromkeys(SCORES.names) | {
        "experiment": name, "corpus": "x", "protocol": "p", "model": "m", "test": "x", "slice": "pooled",
        "metric": "uar", "value": value, "low": 0.1, "high": 0.9, "low_clips": 0.2, "high_clips": 0.8,
        "n": 40, "groups": 8, "seeds": 1, "chance": 0.25, "ceiling": 1.0, "classes": "sad", "mark": "",
    }  # fmt: skip
    return pd.DataFrame([line])


class Made:
    """A folder in which the jobs of a small plan were done."""

    def __init__(self):
        self.jobs = []
        self.contents = {}
        self.job(
            "features",
            [ARCHIVE],
            {FEATURES: lambda path, made: store.write(path, scores("f", 0), SCORES, made)},
        )
        self.job(
            "scores",
            [FEATURES],
            {
                A: lambda path, made: store.write(path, scores("a", 0.5), SCORES, made),
                B: lambda path, made: store.write(path, scores("b", 0.6), SCORES, made),
            },
        )
        text = {TEX: "0.500 & 0.600", MD: "| 0.500 | 0.600 |"}
        self.job("table", [A, B], {name: lambda path, _, t=t: path.write_text(t) for name, t in text.items()})
        self.job("numbers", [A, B], {NUMBERS: lambda path, _: path.write_text(r"\setval{a.uar}{0.500}")})

    def job(self, rule, inputs, outputs):
        described = {"rule": rule, "wildcards": {}, "parameters": "p" * 64, "code": "c" * 16}
        self.jobs.append((described, inputs, list(outputs)))
        self.contents |= outputs
        self.do(self.jobs[-1])

    def do(self, job):
        """Do a job, as its rule would."""
        described, inputs, outputs = job
        made = {
            **described,
            "inputs": {name: provenance.digest(name) for name in inputs if Path(name).exists()},
            "outputs": sorted(outputs),
        }
        for output in outputs:
            path = Path(output)
            path.parent.mkdir(parents=True, exist_ok=True)
            self.contents[output](path, made)
            provenance.write(path, path, made)

    def report(self):
        return examine(self.jobs)

    def faults(self):
        return {fault.file: fault for fault in self.report().faults}


@pytest.fixture
def made(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    # the text of the paper is another test's
    monkeypatch.setattr("sarangi.reproduce.verify.typed_scores", lambda _: [])
    Path(ARCHIVE).parent.mkdir(parents=True)
    Path(ARCHIVE).write_bytes(b"recordings")
    return Made()


def flip(name):
    data = bytearray(Path(name).read_bytes())
    data[len(data) // 2] ^= 4
    Path(name).write_bytes(data)
