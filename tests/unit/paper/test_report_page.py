"""The report for people, and the sentences that it shares with the paper."""

import hashlib
import json
import re

import pandas as pd
import pytest
from support.browser import DESK, PHONE, browser, fits, shown, well_formed
from support.labels import labels
from support.places import MADE_BY_TEST, ROOT, to
from support.rated import TITLES as RATED
from support.rated import scores_of
from support.score_files import TITLES, made

from sarangi.audit.rows import AUDIT, write_audit
from sarangi.base import store
from sarangi.base.finding_rows import FINDING
from sarangi.base.premium_rows import PREMIUMS
from sarangi.base.prose import Paragraph, Sentence
from sarangi.paper.report_exhibits import TABLES, figure_of
from sarangi.paper.report_page import report_page
from sarangi.paper.study_texts import study_texts
from sarangi.paper.summary import result_sentences

AUDITED = [("failed", "", 0.0, "ok", ""), ("shared_groups", "random5", 9.0, "fatal", "9 <b>speakers</b>")]
METHODS = [Paragraph("Protocols & more", [Sentence("5 folds, 20% of <all>", ("forman2010apples",))])]


@pytest.fixture
def read(tmp_path):
    scores = [
        made(tmp_path, f"shemo_{protocol}_{model}", "shemo", protocol, model, value=value, mark=mark)[0]
        for protocol, model, value, mark in [
            ("random5", "m1", 0.9, "groups shared"), ("far", "m1", 0.5, ""), ("far", "m2", 0.3, ""),
        ]
    ]  # fmt: skip
    audit = tmp_path / "shemo.parquet"
    write_audit(pd.DataFrame(AUDITED, columns=AUDIT.names), to(audit))
    row = dict.fromkeys(PREMIUMS.names) | {
        "corpus": "shemo", "model": "m1", "folds": "matched", "shared": "a", "apart": "b", "metric": "uar",
        "value": 0.4, "low": 0.2, "high": 0.5, "n": 40, "groups": 9, "mark": "",
    }  # fmt: skip
    premiums = tmp_path / "premiums.parquet"
    store.write(premiums, pd.DataFrame([row]), PREMIUMS, MADE_BY_TEST)
    table = tmp_path / "scores.json"
    cells = [{"cells": {"Model": "<i>m1</i>", "UAR": "0.500"}, "from": {}}]
    table.write_text(
        json.dumps(
            {"caption": "Scores. Of all.", "columns": ["Model", "UAR"], "rows": cells, "notes": ["a: b"]}
        )
    )
    picture = tmp_path / "recalls.png"
    picture.write_bytes(b"\x89PNG")
    return {
        "findings": [], "scores": scores, "ratings": [], "audits": [audit], "premiums": [premiums],
        "tables": [table], "figures": [picture],
    }  # fmt: skip


def test_the_page_has_the_audit_first_then_results_and_needs_no_other_file(read, tmp_path):
    report_page(read, METHODS, {}, [], [], labels(**TITLES), tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text()
    assert (
        page.index("Audit: 1 fatal finding (ShEMO 1) and 0 warnings in 1 corpus")
        < page.index("has the highest UAR")
        < page.index("Limits</h2>")
    )
    far, random = re.findall(r"<li>([^<]*has the highest UAR[^<]*)</li>", page)[::-1]
    assert "of 2 models, 0.500 [0.400, 0.700], on 40 clips of 9 groups" in far
    assert "Marked: groups (speakers)" in random
    assert "UAR differs by +40.0 points [+20.0, +50.0] from that on speakers held out: knowing" in page
    assert '<td class="number">0.500</td>' in page
    assert "<td>&lt;i&gt;m1&lt;/i&gt;</td>" in page
    assert "5 folds, 20% of &lt;all&gt;." in page
    assert "Which emotions are recognised" in page
    assert "Which emotions are taken for which" not in page
    links = re.findall(r'href="#([^"]+)"', page)
    assert links and set(links) == set(re.findall(r'<h2 id="([^"]+)"', page))
    assert set(re.findall(r'src="([^"]{5})', page)) == {"data:"} and "http" not in page.partition("<body>")[2]
    assert well_formed(page)
    assert hashlib.sha256(read["tables"][0].read_bytes()).hexdigest() in page
    report_page(read, METHODS, {}, [], [], labels(**TITLES), tmp_path / "again.html")
    assert (tmp_path / "again.html").read_text() == page


def test_a_baseline_is_no_best_model_and_is_named_where_it_is_no_worse(read):
    titles = labels(**TITLES)
    far, random = (sentence.text for sentence in result_sentences(read["scores"], ["m1"], titles)[::-1])
    assert "number 2, cross" in far.partition("has the highest UAR of 1 model, 0.300")[0]
    assert "The baseline XLS-R-300M + XLM-RoBERTa number 1" in far
    assert "has the highest UAR of 1 baseline, 0.900" in random


def test_the_sentences_for_the_paper_are_macros_of_latex(read, tmp_path):
    study_texts(read, ["shemo"], METHODS, [], [], labels(**TITLES), tmp_path / "texts.tex")
    text = (tmp_path / "texts.tex").read_text()
    assert r"\paragraph{Protocols \& more.} 5 folds, 20\% of \textless{}all\textgreater{} \citep" in text
    assert r"\long\def\studyresults{\begin{itemize}" in text
    nothing = {name: [] for name in read} | {"premiums": read["premiums"]}
    study_texts(nothing, ["shemo"], [], [], [], labels(**TITLES), tmp_path / "none.tex")
    assert r"\long\def\studyresults{No experiment could be scored.}" in (tmp_path / "none.tex").read_text()


def test_ratings_have_sentences_in_the_page_and_the_paper_and_limits_of_their_own(
    read, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    titles = labels(**{kind: TITLES[kind] | RATED[kind] for kind in RATED})
    ratings = [
        scores_of("svr", {"arousal": 0.5}, slices=("pooled", "folds"), mark="descriptive interval"),
        scores_of("ridge", {"arousal": 0.25}),
        scores_of("oracle", {"arousal": 0.9}),
    ]  # fmt: skip
    rated = read | {"ratings": ratings}
    report_page(rated, METHODS, {}, ["oracle"], [], titles, tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text()
    said = "arousal: eGeMAPS + SVR has the highest CCC of 2 models, 0.600 [0.375, 0.625], the mean over folds"
    assert f"IEMOCAP, leave one out, {said}, on 40 clips of 9 groups. Marked: fewer than 8" in page
    assert "whose disagreement no score here shows" in page
    study_texts(rated, ["shemo"], METHODS, ["oracle"], [], titles, tmp_path / "texts.tex")
    assert said in (tmp_path / "texts.tex").read_text()
    report_page(read, METHODS, {}, [], [], titles, tmp_path / "report.html")
    assert "whose disagreement" not in (tmp_path / "report.html").read_text()


def test_claims_are_counted_in_the_verdict_and_have_a_section(read, tmp_path):
    finding = tmp_path / "finding_1.parquet"
    claims = [
        ("reproduced", True),
        ("differs", True),
        ("undecided: more seeds", True),
        ("cannot be tested: x", True),
    ]
    claims += [("listed", False), ("holds", True)]
    rows = [
        dict.fromkeys(FINDING.names) | {
            "claim": f"c{place}", "statement": "s", "unit": "share", "verdict": verdict, "why": "",
            "sources": "", "counted": counted,
        }
        for place, (verdict, counted) in enumerate(claims)
    ]  # fmt: skip
    store.write(finding, pd.DataFrame(rows), FINDING, MADE_BY_TEST)
    picture = tmp_path / "finding_1.png"
    picture.write_bytes(b"\x89PNG")
    said = {"finding_1": "Speech <b> is odd."}
    judged = read | {"findings": [finding], "figures": [*read["figures"], picture]}
    report_page(judged, METHODS, said, [], [], labels(**TITLES), tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text()
    assert "of 5 claims that count, 2 are borne out here, 1 are not, 1 are undecided, and 1 cannot" in page
    section = page.partition('<h2 id="the-published-study">')[2].partition("<h2")[0]
    assert "Finding 1</h3>" in section and "Speech &lt;b&gt; is odd. Published numbers" in section


def test_every_figure_of_the_paper_has_a_heading_and_a_caption():
    text = (ROOT / "rules/figures.smk").read_text(encoding="utf-8")
    named = re.findall(r'^    "(\w+)": Exhibit\(', text, re.MULTILINE)
    named += re.findall(r'also=\{"\w+": "(\w+)"\}', text)
    assert len(named) > 10
    assert [name for name in named if not figure_of(name, {}).caption] == []
    tables = (ROOT / "rules/tables.smk").read_text(encoding="utf-8")
    assert set(re.findall(r'^    "(\w+)": Exhibit\(', tables, re.MULTILINE)) - set(TABLES) == set()


def test_the_report_fits_a_telephone_and_runs_under_its_policy(read, tmp_path):
    report_page(read, METHODS, {}, [], [], labels(**TITLES), tmp_path / "report.html")
    with browser() as running:
        for width in (PHONE, DESK):
            with shown(running, tmp_path / "report.html", width) as page:
                assert fits(page)
                page.get_by_text("0.500", exact=True).click()
                assert page.locator("#origin code").inner_text() == "sarangi explain scores:1:UAR"
