"""The numbers of the text, by their keys."""

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.claims import judged, ours, scored  # noqa: F401  (fixtures)
from support.paper import NAME, TEXT, build, made, needs_latex, paper, read
from support.places import ROOT

from sarangi.base.verdicts import verdict_in
from sarangi.paper.building import looked_up
from sarangi.paper.escapes import latex, plain
from sarangi.paper.numbers import Asked, Results, numbers


def values(text):
    return dict(
        line.removeprefix(r"\setval{")[:-1].split("}{", 1) for line in text.splitlines() if "setval{" in line
    )


def test_every_key_is_a_number_or_says_why_it_is_not_there(tmp_path):
    found = values(made(tmp_path))
    for key, text in {
        f"{NAME}.uar": "0.400",
        f"{NAME}.uar.interval": "[0.300, 0.500]",
        f"{NAME}.uar.chance": "0.250",
        f"{NAME}.n": "40",
        f"{NAME}.precision_sad": "not available: it is undefined here",
        # with the digits that were printed
        "finding_1.a.wf1": "0.64",
        "finding_1.a.wf1.beside": "published 0.64, ours 0.64 [0.50, 0.70]",
        "finding_1.a.wf1.why": r"a\_b: $-$0.5",
        "finding_1.lead": r"not available: weights of big\_one",
        "finding_1.lead.published": "+6.9",
        "finding_1.lead.recomputed": "+6.90",
        "finding_1.holds": "not available: it states no number",
        "finding_2.b.wf1": "not available: its finding is not in this configuration",
        "finding_2.b.wf1.published": "0.7",
        "leakage.x.svm": "+15.0",
        "leakage.x.svm.interval": "[+10.0, +20.0]",
        "random_folds.y.svm.low": "not available: one of the two protocols has no scores",
        "bootstrap.draws": "200",
        "bootstrap.confidence": "90",
        "claims.n": "4",
        # whatever its verdict
        "finding_1.lead.fault": "arithmetic; label",
        "finding_1.lead.disclosed": "nowhere",
        "claims.fault": "1",
        "errata.n": "2",
        "errata.label": "2",
        "errata.not_interpretable": "0",
        "claims.untested": "2",
    }.items():
        assert found[key] == text, key
    assert all(text and text != "–" for text in found.values())


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        ({"uar": (0.4, 0.3, 0.5)}, rf"\setoutcome{{{NAME}.uar}}{{above}}"),
        ({"uar": (0.2, 0.1, 0.24)}, rf"\setoutcome{{{NAME}.uar}}{{below}}"),
        ({"uar": (0.3, 0.2, 0.4)}, rf"\setoutcome{{{NAME}.uar}}{{undecided}}"),
        ({"uar": (math.nan, math.nan, math.nan)}, rf"\setoutcome{{{NAME}.uar}}{{absent}}"),
        ({"uar": (0.2, 0.1, 0.24)}, r"\setoutcome{finding_1.a.wf1}{below}"),
        ({"premium": (0.01, 0.2)}, r"\setoutcome{leakage.x.svm}{above}"),
        ({"premium": (-0.01, 0.2)}, r"\setoutcome{leakage.x.svm}{undecided}"),
        # four groups do not decide, whatever their interval
        ({"groups": 4}, rf"\setoutcome{{{NAME}.uar}}{{undecided}}"),
        ({"groups": 4}, r"\setoutcome{leakage.x.svm}{undecided}"),
        ({"groups": 4, "uar": (0.2, 0.1, 0.24)}, r"\setoutcome{finding_1.a.wf1}{undecided}"),
        ({"uar": (1.0, 1.0, 1.0)}, rf"\setval{{{NAME}.uar.interval}}{{[1.000, 1.000] (degenerate)}}"),
        ({"verdict": "differs: under our software"}, r"\setverdict{finding_1.a.wf1}{disagrees}"),
        ({"verdict": "shifted: by +0.1"}, r"\setverdict{finding_1.a.wf1}{shifted}"),
        ({"verdict": "undecided: ±0.1"}, r"\setverdict{finding_1.a.wf1}{undecided}"),
        ({"verdict": "recomputed"}, r"\setverdict{finding_1.a.wf1}{agrees}"),
        ({"verdict": "fails"}, r"\setverdict{finding_1.a.wf1}{disagrees}"),
        ({"verdict": "cannot be tested: synthetic speech"}, r"\setverdict{finding_1.a.wf1}{untested}"),
        ({}, r"\setverdict{finding_2.b.wf1}{untested}"),
    ],
)
def test_outcomes_and_verdicts_follow_the_intervals_and_the_findings(changed, line, tmp_path):
    assert line in made(tmp_path, **changed).splitlines()


@given(st.text(st.sampled_from("ab0.5-_%&#~^<>[] :;,'"), max_size=20))
def test_what_is_escaped_for_latex_reads_as_it_was(text):
    assert plain(latex(text)) == text


def test_the_numbers_that_a_text_looks_up_are_all_that_latex_has_to_hold(tmp_path):
    kept = looked_up(
        made(tmp_path), r"\val{x_loso_svm.uar} \byverdict{finding_1.a.wf1} \val{x_random_svm.uar}"
    )
    for line in (
        r"\synthetictrue",
        rf"\setval{{{NAME}.uar}}{{0.400}}",
        r"\setverdict{finding_1.a.wf1}{agrees}",
        r"\setexperiment{x_random_svm}{corpus x}",
        r"\setform{uar.low}",
    ):
        assert line in kept.splitlines()
    assert f"{NAME}.uar.low" not in kept
    assert "x_loso_audio" not in kept


@needs_latex
def test_sentences_turn_with_verdicts_and_outcomes(tmp_path, monkeypatch):
    written = paper(tmp_path, TEXT)
    made(tmp_path)
    said = read(build(tmp_path, written, monkeypatch))
    words = (
        "UAR 0.400 [0.300, 0.500], not available: corpus x.",
        "AGREES",
        "HIGHER",
        "GAINS",
        "MISSING",
        "UNKNOWN",
    )
    assert "ACCUSED" not in said
    for word in (*words, "CONFIGURED", "ANUMBER", "NONUMBER2", "0.5"):
        assert word in said
    made(tmp_path, fault="label", uar=(0.2, 0.1, 0.24), premium=(-0.1, 0.2))
    said = read(build(tmp_path, written, monkeypatch))
    # what is said against a claim changes nothing about its verdict
    for word in ("AGREES", "ACCUSED of label", "LOWER", "UNSURE"):
        assert word in said
    assert not {"DEVIATES", "WAITS", "HIGHER", "GAINS"} & set(said.replace(":", "").replace(",", "").split())


@needs_latex
@pytest.mark.parametrize(
    ("uar", "wf1", "verdicts", "sentences"),
    [
        (0.5527, 0.770, ("recomputed", "reproduced"), ("is recomputed", "this is reproduced")),
        (0.4900, 0.690, ("not recomputed", "differs"), ("is not recomputed", "ours differs")),
    ],
)
def test_a_changed_result_turns_verdict_and_sentence(
    uar, wf1, verdicts, sentences, ours, tmp_path, monkeypatch
):
    made(tmp_path)
    names = ("urdu_sindhi_within_urdu_urdu_is10_svm.uar", "ravdess_si_audio_xlsr.wf1")
    files = [
        scored(
            tmp_path / "a.parquet", "urdu_sindhi_urdu5_is10_svm", {"uar": uar}, "urdu_sindhi", spread=(0.0,)
        ),
        scored(tmp_path / "b.parquet", "ravdess_speakers_21_24_replayed_audio_xlsr", {"wf1": wf1}),
    ]
    text, claims = "", {}
    for finding, name, file, verdict in zip(("finding_1", "finding_3"), names, files, verdicts, strict=True):
        table = judged(ours, finding, tmp_path, [file])
        assert verdict_in(table.loc[name, "verdict"]).kind == verdict
        claims[name] = {"finding": finding, "printed": "0", "ours": [file.stem], "counted": True}
        # the sentence of the paper itself
        key = re.escape(f"{finding}.{name}")
        written = (ROOT / "paper/sections/findings.tex").read_text()
        text += re.search(rf"\\byverdict\{{{key}\}}(?:\{{[^{{}}]*\}}){{5}}", written)[0] + "; "
    findings = [tmp_path / f"{finding}.parquet" for finding in ("finding_1", "finding_3")]
    asked = Asked(claims, {}, [], {"draws": 200, "confidence": 0.95}, {})
    results = Results([], findings, tmp_path / "premiums.parquet")
    numbers(results, asked, [], tmp_path / "paper/numbers.tex")
    said = read(build(tmp_path, paper(tmp_path, text), monkeypatch))
    assert said.startswith("; ".join(sentences))
