"""The claim of CONTRIBUTING.md, added as it says: an entry, and a rule with a word in the list of rules."""

import pytest
from support.examples import example
from support.places import ROOT

from sarangi.base.missing import WEIGHTS, Missing
from sarangi.base.verdicts import UNTESTABLE
from sarangi.published import faults
from sarangi.published.findings import Question, judged
from sarangi.published.ours import Measurements
from sarangi.published.records import of_finding
from sarangi.study.claims_file import read_claims

SCHEMA = ROOT / "workflow/schemas/claims.schema.yaml"
MISSING = {"emodb_loso_audio": [Missing(WEIGHTS, "wav2vec2_base", "fetch them")]}


@pytest.fixture
def claims(tmp_path):
    """Our claims with the page's experiment among them."""
    (entry,) = example("A claim")["yaml"]
    text = (ROOT / "claims.yaml").read_text(encoding="utf-8")
    file = tmp_path / "claims.yaml"
    file.write_text(text.replace("\nexperiments:\n", f"\nexperiments:\n{entry}", 1), encoding="utf-8")
    return read_claims(file, SCHEMA)


def verdicts(claims):
    question = Question(of_finding(claims, "finding_0"), {})
    return judged(question, Measurements([], [], {}, 0.95), MISSING, []).set_index("claim")


def test_a_number_is_an_entry(claims):
    table = verdicts(claims)
    for metric, printed in (("wf1", "0.981"), ("accuracy", "0.983")):
        row = table.loc[f"emodb_audio.{metric}"]
        assert row["printed"] == printed
        assert row["verdict"] == f"{UNTESTABLE}: weights of wav2vec2_base"


def test_what_its_print_says_is_a_rule(claims, monkeypatch):
    (text,) = example("A claim")["python"]
    before = verdicts(claims)
    names = dict(vars(faults))
    exec(text, names)  # noqa: S102
    rules = [*faults.RULES["number"], names["more_clips_than_there_are"]]
    monkeypatch.setitem(faults.RULES, "number", rules)
    after = verdicts(claims)
    row = after.loc["emodb_audio.wf1"]
    assert (row["fault"], row["fault_why"]) == ("arithmetic", "n = 540 is more than the 535 test clips")
    # and of no other number
    assert list(after.index[after["fault"].notna() & before["fault"].isna()]) == ["emodb_audio.wf1"]
