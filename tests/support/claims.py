"""Claims judged without and with scores, for tests."""

import pandas as pd
import pytest

from sarangi.base import store
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
    experiments=(),
    confusions=(),
    systems=None,
    errata=ERRATA,
):
    output = tmp_path / f"{name}.parquet"
    part = of_finding(records, name)
    question = Question("said", part | {"points": points_by_claim(errata, part["claims"])}, experiments)
    measurements = Measurements(scores, confusions, systems or {}, 0.95)
    finding(question, measurements, missing or {}, synthetic, store.Output(output, MADE_BY_TEST))
    return store.read(output).set_index("claim")


def everything(records, tmp_path, errata=ERRATA):
    names = sorted({record["finding"] for record in records.values()})
    return pd.concat(judged(records, name, tmp_path, errata=errata) for name in names)
