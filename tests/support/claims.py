"""Claims judged without and with scores, for tests."""

import pandas as pd
import pytest

from sarangi.base import store
from sarangi.base.score_rows import SCORES
from sarangi.published.accusations import points_by_claim
from sarangi.published.findings import Question, finding
from sarangi.published.ours import Measurements
from sarangi.published.records import of_finding
from sarangi.study.claims_file import read_claims
from support.errata import ERRATA
from support.places import MADE_BY_TEST, ROOT

FILE, SCHEMA = ROOT / "claims.yaml", ROOT / "workflow/schemas/claims.schema.yaml"


@pytest.fixture(scope="module")
def ours():
    return read_claims(FILE, SCHEMA)


def changed(text, old, new, tmp_path):
    """The claims of our file with a piece of it replaced."""
    assert text.count(old) >= 1, old
    (tmp_path / "claims.yaml").write_text(text.replace(old, new, 1))
    return read_claims(tmp_path / "claims.yaml", SCHEMA)


def judged(
    records,
    name,
    tmp_path,
    scores=(),
    missing=None,
    synthetic=(),
    experiments=None,
    confusions=(),
    systems=None,
    errata=ERRATA,
):
    output = tmp_path / f"{name}.parquet"
    part = of_finding(records, name)
    question = Question(part | {"points": points_by_claim(errata, part["claims"])}, experiments or {})
    measurements = Measurements(scores, confusions, systems or {}, 0.95)
    finding(question, measurements, missing or {}, synthetic, store.Output(output, MADE_BY_TEST))
    return store.read(output).set_index("claim")


def everything(records, tmp_path, errata=ERRATA):
    names = sorted({record["finding"] for record in records.values()})
    return pd.concat(judged(records, name, tmp_path, errata=errata) for name in names)


SEEDS = (42, 123, 2024, 7, 99)
STEADY, NOISY = (-0.004, -0.002, 0.0, 0.002, 0.004), (-0.05, -0.02, 0.0, 0.02, 0.05)


def scored(path, experiment, values, corpus="ravdess", mark="", width=0.02, n=240, spread=STEADY, **other):
    """Scores of an experiment: the mean, and each seed around it."""
    known = {
        "experiment": experiment, "corpus": corpus, "protocol": "p", "model": "m", "test": corpus,
        "n": n, "groups": 4, "seeds": len(spread), "chance": 0.125, "classes": "a b", "mark": mark,
        "se_groups": 0.01, "low_clips": 0.0, "high_clips": 0.02,
    } | other  # fmt: skip
    rows = []
    for metric, value in values.items():
        parts = {"pooled": value} | {
            f"seed {seed}": value + apart
            for seed, apart in zip(SEEDS, spread, strict=False)
            if len(spread) > 1
        }
        rows += [
            known
            | {"slice": part, "metric": metric, "value": each, "low": each - width, "high": each + width}
            for part, each in parts.items()
        ]
    store.write(path, pd.DataFrame(rows, columns=SCORES.names), SCORES, MADE_BY_TEST)
    return path
