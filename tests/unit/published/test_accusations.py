"""What is said against a claim, by rules and entries together."""

from support.errata import CLAIMS, ERRATA

from sarangi.base.fault_kinds import BESIDE, ELSEWHERE, NOWHERE, Disclosure
from sarangi.published.accusations import counts, disclosure_of, points_by_claim, said_against

TEXT = "ravdess_si_text.wf1"  # a constant predictor by its scores


def point(**other):
    return {"kind": "not interpretable", "statement": "said", "claims": [TEXT]} | other


def test_an_entry_says_where_and_a_point_that_is_beside_the_claim_takes_it_away():
    for disclosed, text in (("nowhere", NOWHERE), ({"elsewhere": "a page"}, "elsewhere: a page")):
        errata = {"entries": [point(disclosed=disclosed)]}
        said = said_against(TEXT, CLAIMS, points_by_claim(errata, [TEXT]))
        assert (said["fault"], said["disclosed"], said["says_itself"]) == ("not interpretable", text, None)
        assert "always says calm" in said["fault_why"]
    errata = {"disclosed": [point(where={"beside": "a page"})]}
    said = said_against(TEXT, CLAIMS, points_by_claim(errata, [TEXT]))
    assert said == {
        "fault": None, "fault_why": None, "disclosed": "beside the claim: a page", "says_itself": "said",
    }  # fmt: skip


def test_a_point_of_another_kind_leaves_what_a_rule_says():
    errata = {"disclosed": [point(kind="label", where={"beside": "a page"})]}
    said = said_against(TEXT, CLAIMS, points_by_claim(errata, [TEXT]))
    assert (said["fault"], said["says_itself"]) == ("not interpretable", "said")


def test_nothing_is_said_of_most_claims():
    said = said_against("meld_text.wf1", CLAIMS, points_by_claim(ERRATA, CLAIMS))
    assert set(said.values()) == {None}


def test_points_count_once_by_kind():
    assert counts(ERRATA) == {"arithmetic": 3, "label": 6, "not interpretable": 6, "imprecise": 4}
    assert counts({}) == {}


def test_a_disclosure_is_typed():
    assert disclosure_of({"disclosed": "nowhere"}) == Disclosure(NOWHERE)
    assert disclosure_of({"where": {"beside": "x"}}) == Disclosure(BESIDE, "x")
    assert disclosure_of({"disclosed": {"elsewhere": "x"}}) == Disclosure(ELSEWHERE, "x")
