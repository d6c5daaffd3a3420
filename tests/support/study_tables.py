"""Small files of scores and of what was printed, for tests of tables."""

import json
from pathlib import Path

import pandas as pd
import pytest

from sarangi.base import store
from sarangi.base.missing import WEIGHTS, Missing
from sarangi.base.score_rows import SCORES
from sarangi.paper.tables.writing import FORMATS
from sarangi.published.printed import printed_experiments
from sarangi.study.claims_file import read_claims
from support.places import ROOT

TITLES = {
    "protocols": {"loso": "leave one speaker out", "random5": "random 5-fold"},
    "models": {"svm": "SVM", "forest": "forest", "mlp": "MLP", "constant": "constant"},
}


@pytest.fixture
def files(tmp_path, monkeypatch):
    """A folder for results, and a function that returns a table's files as they are written."""
    monkeypatch.chdir(tmp_path)
    Path("paper/tables").mkdir(parents=True)
    return lambda name: {suffix: Path(f"paper/tables/{name}.{suffix}") for suffix in FORMATS}


def rows_of(name):
    """Cells of a table's rows, and where they stand."""
    return json.loads(Path(f"paper/tables/{name}.json").read_text())["rows"]


def put(path, schema, rows):
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    store.write(path, pd.DataFrame(rows, columns=schema.names), schema, {})
    return path


def scored(name, values, mark="", **changed):
    """A file of scores; values by (metric, slice)."""
    corpus, protocol, model = "urdu_latif", *name.split("_", 1)
    line = dict.fromkeys(SCORES.names) | {
        "experiment": f"{corpus}_{name}", "corpus": corpus, "protocol": protocol, "model": model,
        "test": corpus, "n": 40, "groups": 16, "seeds": 1, "classes": "angry sad", "mark": mark,
        "chance": 0.5, "ceiling": 1.0,
    } | changed  # fmt: skip
    lines = [
        line | {"metric": metric, "slice": part, "value": value, "low": value - 0.1, "high": value + 0.1}
        for (metric, part), value in values.items()
    ]
    return put(f"results/scores/{line['experiment']}.parquet", SCORES, lines)


REPORTED = ("uar", "uar_absent_as_zero", "uar_true_or_predicted", "wf1", "uf1", "accuracy")


@pytest.fixture(scope="module")
def claims():
    return read_claims(ROOT / "claims.yaml", ROOT / "workflow/schemas/claims.schema.yaml")


def printed_on(claims, corpus):
    return printed_experiments(claims, lambda record: record["replay"]["corpus"] == corpus)


def ours(name, corpus="ravdess", scores=None, model="SVM", leaks=False, replayed=False, **more):
    return {
        "name": name, "corpus": corpus, "test": corpus, "protocol": "random" if leaks else "apart",
        "model": model, "leaks": leaks, "replayed": replayed, "scores": scores and str(scores),
        "why": [] if scores else [Missing(WEIGHTS, "roberta_base", "fetch them")],
    } | more  # fmt: skip
