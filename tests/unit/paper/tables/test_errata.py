"""Errata: entries, the ways to read a claim, and the table, on hand-made scores and audits."""

import json
import re

import pandas as pd
import pytest
import yaml
from support.errata import CLAIMS, ERRATA, FILE, SCHEMA
from support.labels import labels
from support.places import MADE_BY_TEST, ROOT

from sarangi.audit.rows import AUDIT
from sarangi.base import store
from sarangi.base.difference_rows import DIFFERENCES
from sarangi.base.errors import SarangiError
from sarangi.base.fault_kinds import ELSEWHERE, NOWHERE
from sarangi.base.missing import CORPUS, WEIGHTS, Missing
from sarangi.base.score_rows import SCORES
from sarangi.paper.tables.errata import errata_table
from sarangi.paper.tables.writing import FORMATS
from sarangi.published.accusations import disclosure_of, points_by_claim
from sarangi.published.findings import Question, finding
from sarangi.published.ours import Measurements
from sarangi.published.records import of_finding
from sarangi.study.checking import check
from sarangi.study.claims_file import read_errata
from sarangi.study.errata_inputs import all_points, compared_by

TITLES = {"protocols": {"loso": "one left out", "random5": "random"}, "models": {"svm": "SVM"}}


def operands(kind):
    return compared_by(ERRATA, kind)


STRONGER = re.compile(r"faulty|\bwrong\b|at fault|contradict|mistake|false", re.I)
"""Words stronger than any kind."""


def test_points_are_without_a_figure_and_in_no_word_stronger_than_their_kind():
    for point in all_points(ERRATA):
        said = [point["statement"], *(row["compared"] for row in point.get("rows", ()))]
        for text in said:
            # a digit may be part of a name (IS10, WF1), and there is the rate of all audio
            assert not re.search(r"(?<![A-Za-z0-9])[0-9]", text.replace("16 kHz", "")), text
            assert not STRONGER.search(text), text
            assert not re.search("reproduced|differs|verdict", text), text


def test_every_accusation_has_evidence_and_none_is_disclosed_beside_the_claim():
    for entry in ERRATA["entries"]:
        assert entry["evidence"] and entry["claims"]
        assert disclosure_of(entry).place in (NOWHERE, ELSEWHERE)


def test_no_fault_is_printed_of_what_is_none(tmp_path):
    _, text = made(tmp_path, ERRATA)
    pages = {suffix: (tmp_path / f"apart.{suffix}").read_text() for suffix in FORMATS}
    tables = [store.read(tmp_path / f"finding_{n}.parquet") for n in range(7)]
    itself = pd.concat(tables).dropna(subset=["says_itself"])
    assert len(itself) == 11 and itself["fault"].isna().all()
    words = re.compile("faulty|wrong|at fault", re.I)
    for page in [*pages.values(), itself.to_csv()]:
        assert page and not words.search(page)
    for part in ("disclosed", "corpora", "limitations"):
        for point in ERRATA[part]:
            assert point["statement"] in json.loads(pages["json"])["rows"].__repr__(), point
            assert point["statement"][:40] not in text


def test_what_the_entries_name_is_configured():
    config = yaml.safe_load((ROOT / "config.yaml").read_text())
    study = check(config, ROOT / "workflow/schemas/config.schema.yaml", [ROOT / "config.yaml"])
    transfers = {f"{e.name}_to_{test}" for e, test in study.wanted_transfers}
    known = {*study.experiments, *transfers}
    assert {said["score"] for said in operands("score")} <= known
    for said in operands("difference"):
        for side in ("first", "second"):
            corpus_protocol = said["difference"]
            assert f"{corpus_protocol}_{said[side]}" in known
    audited = [check for point in all_points(ERRATA) for check in point.get("audit", ())]
    audited += [said | {"corpus": said["audit"]} for said in operands("audit")]
    modules = [*(ROOT / "src/sarangi/audit").glob("*.py"), ROOT / "src/sarangi/base/auditing.py"]
    code = "".join(file.read_text() for file in modules)
    for said in audited:
        assert f'"{said["check"]}"' in code
        if "subject" in said:
            assert said["subject"] in study.protocols_of(said["corpus"])


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("rows:", "row:", r"errata.yaml:\d+: entries\[0\].row: unknown key 'row'; did you mean rows"),
        ("{claim: urdu_within_show.uar}", "{claim: urdu_within_show.uart}", r"mean urdu_within_show.uar"),
        ("uf1_called_uar]", "uf1_called]", r"'uf1_called' is not a claim.*uf1_called_uar"),
        ("claims: [robust_over_seeds]", "claims: [size_explains_asymmetry]", "one point is one entry"),
        ("disclosed: nowhere", "disclosed: {beside: it}", "found keys beside"),
        ("kind: label", "kind: lable", "did you mean label"),
        ("as: seeds}", "as: ranks}", r"cannot be read as ranks; valid: printed, seeds, interval_of_seeds"),
        ("the gap of eGeMAPS}", "the gap of eGeMAP}", r"has no 'the gap of eGeMAP'; did you mean the gap of"),
        ("number: 2\n", "number: 1\n", r"entries\[1\].number: 1 appears twice"),
        ("interval: clips", "interval: clip", r"'clip' is not valid; did you mean clips"),
    ],
)
def test_a_mistake_is_named_with_file_line_and_key(old, new, message, tmp_path):
    text = FILE.read_text()
    assert old in text
    (tmp_path / "errata.yaml").write_text(text.replace(old, new, 1))
    with pytest.raises(SarangiError, match=message):
        read_errata(tmp_path / "errata.yaml", SCHEMA, CLAIMS)


def score(path, metric="uar", mark="", **values):
    blank = dict.fromkeys(SCORES.names) | {
        "experiment": path.stem, "corpus": "urdu_latif", "protocol": path.stem.split("_")[2], "model": "svm",
        "test": "urdu_latif", "slice": "pooled", "metric": metric, "n": 40, "groups": 4, "seeds": 1,
        "classes": "angry sad", "mark": mark,
    }  # fmt: skip
    numbers = [name for name in SCORES.names if SCORES.field(name).type == "double"]
    frame = pd.DataFrame([blank | values]).astype(dict.fromkeys(numbers, float))
    store.write(path, frame, SCORES, MADE_BY_TEST)
    return path


def made(tmp_path, errata, claims=CLAIMS, missing=None, **tables):
    """The lines of the table's CSV and its Markdown, from a file of errata and made tables."""
    errata = errata if isinstance(errata, dict) else {"entries": errata}
    found = []
    for name in sorted({record["finding"] for record in claims.values()}):
        found.append(tmp_path / f"{name}.parquet")
        part = of_finding(claims, name)
        question = Question(part | {"points": points_by_claim(errata, part["claims"])}, {})
        finding(question, Measurements([], [], {}, 0.95), {}, [], store.Output(found[-1], MADE_BY_TEST))
    paths = {"findings": found, "scores": [], "differences": [], "audits": []} | tables
    files = {suffix: tmp_path / f"errata.{suffix}" for suffix in FORMATS}
    apart = {suffix: tmp_path / f"apart.{suffix}" for suffix in FORMATS}
    errata_table(errata, claims, paths, missing or {}, labels(**TITLES), files, apart)
    lines = pd.read_csv(files["csv"], dtype=str, keep_default_na=False)
    return lines.to_dict("records"), files["md"].read_text()


def entry(row, **other):
    return {
        "number": 1, "kind": "label", "statement": "said", "disclosed": "nowhere",
        "evidence": [{"printed": "a page"}], "rows": [{"compared": "UAR"} | row],
    } | other  # fmt: skip


def test_what_rules_say_is_evidence_and_what_no_entry_names_is_not_lost(tmp_path):
    lines, text = made(tmp_path, ERRATA)
    assert {line["entry"] for line in lines} == {str(number) for number in range(1, 20)}
    evidence = " ".join(line["evidence"] for line in lines)
    shown = (
        "7 against 6", "-30.99 is the gap of IS10", "0.17 times as wide", "ceiling is 0.75", "mean 23.57",
        "mean 26.19", "Prosody 0.2089", "as UF1 and as UAR", "as WF1 and as UAR", "p = 0.18",
        "best of 15 configurations", "standard error of 5.2", "sad 961, happy 961, angry 927 of 962",
        "results/urdu_sindhi/cross_corpus_summary.csv, gap",
    )  # fmt: skip
    for words in shown:
        assert words in evidence, words
    assert "Disclosed elsewhere: results.md says that the protocols differ" in text
    less = ERRATA | {"entries": [e for e in ERRATA["entries"] if e["number"] != 7]}
    (line,) = [line for line in made(tmp_path, less)[0] if line["entry"] == "–"]
    assert "negative transfer" in line["statement"] and "1.30 to 1.91" in line["evidence"]
    assert (line["kind"], line["disclosed"]) == ("label", "not looked up")


def test_a_score_is_there_in_both_ways_with_interval_marks_and_difference(tmp_path):
    study = score(
        tmp_path / "urdu_latif_random5_svm.parquet", mark="groups shared", value=0.9, low=0.8, high=1.0
    )
    valid = score(
        tmp_path / "urdu_latif_loso_svm.parquet",
        value=0.5,
        low=0.3,
        high=0.7,
        low_clips=0.45,
        high_clips=0.55,
    )
    row = {"study": {"score": study.stem}, "valid": {"score": valid.stem}}
    width = {
        "compared": "width",
        "study": {"score": valid.stem, "interval": "clips"},
        "valid": {"score": valid.stem},
        "worth": "width",
    }
    said = entry(row)
    said["rows"].append(width)
    (first, second, *_), text = made(tmp_path, [said], scores=[study, valid])
    assert (first["study"], first["valid"]) == ("0.900 [0.800, 1.000]", "0.500 [0.300, 0.700]")
    assert first["difference"] == "-40.0 points"
    assert first["study_of"] == "URDU, random, SVM"
    assert first["valid_source"].endswith("/urdu_latif_loso_svm.parquet")
    assert second["study_of"].endswith("over clips") and second["difference"] == "4.0 times as wide"
    score(valid, value=1.0, low=0.9, high=1.0, low_clips=1.0, high_clips=1.0)
    perfect, *_ = made(tmp_path, [said | {"rows": [width]}], scores=[valid])[0]
    assert perfect["difference"] == ""
    assert "0.900 [0.800, 1.000] a: URDU, random, SVM" in text
    assert "a: groups (speakers) are in both training and test" in text


def test_what_is_not_there_is_named_and_has_no_difference(tmp_path):
    nothing = score(tmp_path / "urdu_latif_loso_svm.parquet", mark="nothing predicted")
    row = {
        "published": {"claim": "urdu_within_show.uar"},
        "study": {"score": "urdu_latif_random5_svm"},
        "valid": {"score": nothing.stem},
    }
    missing = {
        "urdu_latif_random5_svm": [Missing(WEIGHTS, "xlsr", "fetch them")],
        "meld": [Missing(CORPUS, "meld", "get it")],
    }
    said = entry(row, audit=[{"corpus": "meld", "check": "speakers"}], waits_for="a person")
    (line, *_), text = made(tmp_path, [said], missing=missing, scores=[nothing])
    assert line["published"] == "0.103 [0.075, 0.131]"
    assert line["study"] == line["valid"] == line["difference"] == ""
    assert line["waits_for"] == (
        "weights of xlsr: fetch them; a score of URDU, one left out, SVM: nothing predicted; "
        "corpus meld: get it; a person"
    )
    assert "needs weights of xlsr; a score of URDU, one left out, SVM; corpus meld; a person" in text
    assert "\nNeeds weights of xlsr: fetch them.\n" in text


def test_the_audit_and_differences_are_compared_too(tmp_path):
    checks = [
        ("near_duplicates_across", "random5", 7.0, "fatal", "in fold 0"),
        ("near_duplicates_across", "loso", 0.0, "ok", ""),
        ("speakers", "", 29.0, "warning", "its publisher says 38"),
        ("groups_of_emotion", "angry", 4.0, "warning", ""),
        ("groups_of_emotion", "sad", 9.0, "ok", ""),
        ("speakers_with_one_emotion", "", 26.0, "warning", "SM1, " * 30),
    ]
    audit = tmp_path / "urdu_latif.parquet"
    store.write(audit, pd.DataFrame(checks, columns=AUDIT.names), AUDIT, MADE_BY_TEST)
    blank = dict.fromkeys(DIFFERENCES.names) | {
        "corpus": "urdu_latif", "protocol": "loso", "first": "is10", "second": "svm", "slice": "pooled",
        "metric": "uar", "value": -0.1, "low": -0.2, "high": 0.05, "n": 40, "groups": 4, "mark": "",
    }  # fmt: skip
    numbers = [name for name in DIFFERENCES.names if DIFFERENCES.field(name).type == "double"]
    difference = tmp_path / "urdu_latif_loso.parquet"
    frame = pd.DataFrame([blank]).astype(dict.fromkeys(numbers, float))
    store.write(difference, frame, DIFFERENCES, MADE_BY_TEST)
    pairs = {
        side: {"audit": "urdu_latif", "check": "near_duplicates_across", "subject": protocol}
        for side, protocol in (("study", "random5"), ("valid", "loso"))
    }
    said = entry(pairs | {"worth": "number"})
    said["audit"] = [
        {"corpus": "urdu_latif", "check": check}
        for check in ("speakers", "groups_of_emotion", "speakers_with_one_emotion")
    ]
    said["rows"].append(
        {"compared": "the lead", "valid": {"difference": "urdu_latif_loso", "first": "svm", "second": "is10"}}
    )
    (first, second, *_), _ = made(tmp_path, [said], audits=[audit], differences=[difference])
    assert (first["study"], first["valid"], first["difference"]) == ("7", "0", "-7")
    assert first["evidence"] == (
        "a page; URDU, speakers: 29 (its publisher says 38); URDU, groups of emotion: angry 4, sad 9; "
        "URDU, speakers with one emotion: 26"
    )
    # turned round, since it was asked for the other way round
    assert second["valid"] == "+0.100 [-0.050, 0.200]"


def test_the_table_of_errata_can_be_empty(tmp_path):
    lines, text = made(tmp_path, [], claims={})
    assert lines == [] and "What can be said" in text
