"""Scores of two languages, for tests of their tables and figure."""

import pandas as pd
import pytest

from sarangi.base import store
from sarangi.base.score_rows import SCORES
from sarangi.paper.tables.writing import FORMATS
from sarangi.study.claims_file import read_claims
from support.labels import labels
from support.places import MADE_BY_TEST, ROOT

TITLES = {"urdu": "Urdu", "sindhi": "Sindhi", "svm": "SVM", "random_forest": "random forest", "mlp": "MLP"}
CLAIMS = read_claims(ROOT / "claims.yaml", ROOT / "workflow/schemas/claims.schema.yaml")


def score(path, value, low=None, high=None, **other):
    """A score file that reports one UAR."""
    line = dict.fromkeys(SCORES.names) | {
        "experiment": path.stem, "corpus": "urdu_sindhi", "protocol": "p", "model": "m",
        "test": "urdu_sindhi", "slice": "pooled", "metric": "uar", "value": value, "low": low, "high": high,
        "low_clips": low, "high_clips": high, "n": 700, "groups": 700, "seeds": 1, "chance": 1 / 7,
        "ceiling": 1.0, "classes": "angry sad", "mark": "interval too narrow",
    }  # fmt: skip
    lines = [line | other, line | other | {"metric": "wf1"}]
    numbers = [name for name in SCORES.names if SCORES.field(name).type == "double"]
    frame = pd.DataFrame(lines).astype(dict.fromkeys(numbers, float))
    path.parent.mkdir(parents=True, exist_ok=True)
    store.write(path, frame, SCORES, MADE_BY_TEST)
    return str(path)


def cell(train, test, features, model, scores, published=None, pair="Urdu and Sindhi", **other):
    protocol = "random 5-fold" if train == test else f"{train} to {test}"
    return {
        "name": f"{train}_{test}_{features}_{model}", "pair": pair, "train": train, "test": test,
        "protocol": protocol, "disjoint": train != test,
        "features": features, "model": model, "base": model.split(",")[0],
        "scores": scores, "published": published,
    } | other  # fmt: skip


def study_cells(folder, with_scores=True):
    """The published grid, whose UARs stand as our scores too."""
    rows = [r for r in CLAIMS.values() if "row" in r and r["metric"] == "uar"]
    cells = []
    for record in rows:
        row = record["row"]
        path = folder / f"{record['experiment']}.parquet"
        value = float(record["value"])
        scores = score(path, value, value - 0.04, value + 0.04) if with_scores else None
        train, test, model = (TITLES[row[name]] for name in ("train", "test", "classifier"))
        cells.append(cell(train, test, row["features"], model, scores, record["value"]))
    return cells


def written(folder, table, shown, synthetic):
    """The lines of a table's Markdown, by column, and all it wrote."""
    output = {suffix: folder / f"table.{suffix}" for suffix in FORMATS}
    table(shown, labels(synthetic), output)
    text = {suffix: path.read_text(encoding="utf-8") for suffix, path in output.items()}
    rows = [line for line in text["md"].splitlines() if line.startswith("|")]
    header, _, *rows = ([cell.strip() for cell in row.strip("|").split("|")] for row in rows)
    return [dict(zip(header, row, strict=True)) for row in rows], text


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return study_cells(tmp_path_factory.mktemp("scores"))


def two_protocols(folder):
    """One direction with speakers shared and held out within, and a model adapted in two ways."""
    within = {
        ("random 5-fold", False): {("IS10", "SVM"): 0.80, ("eGeMAPS", "SVM"): 0.70, ("IS10", "MLP"): 0.85},
        ("one speaker out", True): {("IS10", "SVM"): 0.50, ("eGeMAPS", "SVM"): 0.60, ("IS10", "MLP"): 0.55},
    }
    across = {
        ("IS10", "SVM"): 0.30, ("eGeMAPS", "SVM"): 0.40, ("IS10", "MLP"): 0.35, ("IS10", "SVM, CORAL"): 0.45,
        ("eGeMAPS", "SVM, CORAL"): 0.42, ("eGeMAPS", "SVM, each side scaled"): 0.41, ("IS09", "SVM"): 0.99,
    }  # fmt: skip
    made = 0
    cells = []
    for train, sides in (("Urdu", within), ("Persian", {("all", True): across})):
        for (protocol, disjoint), values in sides.items():
            for (features, model), value in values.items():
                made += 1
                marked = {"mark": "" if disjoint else "groups shared; descriptive interval"}
                path = score(folder / f"{made}.parquet", value, **marked)
                where = {"protocol": protocol, "disjoint": disjoint}
                cells.append(cell(train, "Urdu", features, model, path, **where))
    return cells
