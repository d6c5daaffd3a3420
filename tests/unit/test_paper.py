"""Numbers of the text, the sentences that follow them, and how the PDF and arXiv's package are built."""

import math
import shutil
import subprocess
import tarfile
from pathlib import Path

import pandas as pd
import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st

from sarangi.base import store
from sarangi.base.difference_rows import PREMIUMS
from sarangi.base.errors import SarangiError
from sarangi.base.finding_rows import FINDING
from sarangi.base.missing import CORPUS, WEIGHTS, Missing
from sarangi.base.score_rows import SCORES
from sarangi.paper.building import PROGRAMS, arxiv, looked_up, paper_pdf
from sarangi.paper.numbers import Asked, Results, latex, numbers, outcome, plain

NAME = "x_loso_svm"
CLAIMS = {
    "a.wf1": {"finding": "finding_1", "printed": "0.64", "ours": [NAME], "score": [NAME, "uar", ""]},
    "lead": {"finding": "finding_1", "printed": "+6.9", "ours": ["x_loso_audio"]},
    "holds": {"finding": "finding_1", "printed": None, "ours": ["x_loso_audio"]},
    "b.wf1": {"finding": "finding_2", "printed": "0.7", "ours": [NAME]},
}
WAITS = {
    "x_loso_audio": [Missing(WEIGHTS, "big_one", "put them somewhere")],
    "x_random_svm": [Missing(CORPUS, "x", "ask")],
}
MAIN = r"""\documentclass{article}
\usepackage{hyperref}
\usepackage{sarangi}
\input{numbers}
\begin{document}
\input{sections/text}
\end{document}
"""
needs_latex = pytest.mark.skipif(
    any(shutil.which(name) is None for name in (*PROGRAMS, "pdftotext")), reason="LaTeX is not installed"
)


def made(
    folder, verdict="reproduced", ours=0.6412, low=0.5, high=0.7, uar=(0.4, 0.3, 0.5), premium=(0.1, 0.2)
):
    """Write what the numbers are made from, by the real schemas, and the numbers."""
    line = {
        "experiment": NAME, "corpus": "x", "protocol": "loso", "model": "svm", "test": "x",
        "slice": "pooled", "metric": "uar", "value": uar[0], "low": uar[1], "high": uar[2], "low_clips": 0.2,
        "high_clips": 0.8, "n": 40, "groups": 8, "seeds": 1, "chance": 0.25, "ceiling": 1.0, "classes": "sad",
        "mark": "",
    }  # fmt: skip
    broken = line | {"metric": "precision_sad", "value": math.nan, "low": math.nan, "high": math.nan}
    claim = dict.fromkeys(FINDING.names) | {"statement": "s", "unit": "", "sources": "", "why": "a_b: -0.5"}
    claims = [
        claim | {"claim": "a.wf1", "printed": "0.64", "ours": ours, "low": low, "high": high,
                 "verdict": verdict},
        claim | {"claim": "lead", "printed": "+6.9", "unit": "percentage points", "recomputed": 6.9,
                 "verdict": "published number is faulty"},
        claim | {"claim": "holds", "verdict": "cannot be tested: x"},
    ]  # fmt: skip
    pair = {
        "corpus": "x", "model": "svm", "shared": "x_random_svm", "apart": NAME, "metric": "uar",
        "value": 0.15, "low": premium[0], "high": premium[1], "n": 40, "groups": 8, "mark": "",
    }  # fmt: skip
    paths = [folder / "x.parquet", folder / "finding_1.parquet", folder / "premiums.parquet"]
    for path, rows, schema in zip(
        paths, ([line, broken], claims, [pair]), (SCORES, FINDING, PREMIUMS), strict=True
    ):
        frame = pd.DataFrame(rows, columns=schema.names)
        floats = [field.name for field in schema if str(field.type) == "double"]
        store.write(path, frame.astype(dict.fromkeys(floats, float)), schema, {"rule": "test"})
    file = folder / "paper/numbers.tex"
    file.parent.mkdir(exist_ok=True)
    asked = Asked(CLAIMS, WAITS, ["x.svm", "y.svm"], {"draws": 200, "confidence": 0.9, "seed": 1})
    numbers(Results([paths[0]], [paths[1]], paths[2]), asked, ["x"], file)
    return file.read_text()


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
        "finding_2.b.wf1": r"not available: finding\_2 is not in this configuration",
        "finding_2.b.wf1.published": "0.7",
        "premium.x.svm": "+15.0",
        "premium.x.svm.interval": "[+10.0, +20.0]",
        "premium.y.svm.low": "not available: one of the two protocols has no scores",
        "bootstrap.draws": "200",
        "bootstrap.confidence": "90",
        "claims.n": "4",
        "claims.fault": "1",
        "claims.untested": "2",
    }.items():
        assert found[key] == text, key
    assert all(text and text != "--" for text in found.values())


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        ({"uar": (0.4, 0.3, 0.5)}, rf"\setoutcome{{{NAME}.uar}}{{above}}"),
        ({"uar": (0.2, 0.1, 0.24)}, rf"\setoutcome{{{NAME}.uar}}{{below}}"),
        ({"uar": (0.3, 0.2, 0.4)}, rf"\setoutcome{{{NAME}.uar}}{{undecided}}"),
        ({"uar": (math.nan, math.nan, math.nan)}, rf"\setoutcome{{{NAME}.uar}}{{absent}}"),
        ({"uar": (0.2, 0.1, 0.24)}, r"\setoutcome{finding_1.a.wf1}{below}"),
        ({"premium": (0.01, 0.2)}, r"\setoutcome{premium.x.svm}{above}"),
        ({"premium": (-0.01, 0.2)}, r"\setoutcome{premium.x.svm}{undecided}"),
        ({"verdict": "differs"}, r"\setverdict{finding_1.a.wf1}{differs}"),
        ({"verdict": "statement contradicted by its own rows"}, r"\setverdict{finding_1.a.wf1}{fault}"),
        ({"verdict": "cannot be tested: synthetic speech"}, r"\setverdict{finding_1.a.wf1}{untested}"),
        ({}, r"\setverdict{finding_2.b.wf1}{untested}"),
    ],
)
def test_outcomes_and_verdicts_follow_the_intervals_and_the_findings(changed, line, tmp_path):
    assert line in made(tmp_path, **changed).splitlines()


@given(st.floats(-1, 1), st.floats(0, 1), st.floats(-1, 1))
def test_an_outcome_is_decided_only_where_the_interval_leaves_it(low, width, against):
    high = low + width
    assert (outcome(low, high, against) == "undecided") == (low <= against <= high)
    assert outcome(-high, -low, -against) == {"above": "below", "below": "above"}.get(
        outcome(low, high, against), "undecided"
    )


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
        r"\setverdict{finding_1.a.wf1}{reproduced}",
        r"\setexperiment{x_random_svm}{corpus x}",
        r"\setform{uar.low}",
    ):
        assert line in kept.splitlines()
    assert f"{NAME}.uar.low" not in kept
    assert "x_loso_audio" not in kept


# -- the PDF ----------------------------------------------------------------------------------


def paper(folder, text):
    """A paper of one section around the real macros."""
    written = folder / "written"
    (written / "sections").mkdir(parents=True)
    (written / "main.tex").write_text(MAIN)
    (written / "references.bib").write_text("")
    (written / "sections/text.tex").write_text(text)
    shutil.copyfile(ROOT / "paper/sarangi.sty", written / "sarangi.sty")
    return written


def build(folder, written, monkeypatch, make=paper_pdf, name="paper.pdf"):
    monkeypatch.chdir(folder)
    make(written, [Path("paper/numbers.tex")], Path(name))
    return Path(name)


def read(pdf):
    done = subprocess.run(["pdftotext", str(pdf), "-"], capture_output=True, text=True, check=True)
    return " ".join(done.stdout.split())


TEXT = r"""UAR \val{x_loso_svm.uar} \val{x_loso_svm.uar.interval}, \val{x_random_svm.uf1.low}.
Claim \byverdict{finding_1.a.wf1}{AGREES}{DEVIATES}{ISWRONG}{WAITS}: \val{finding_1.a.wf1.why}.
Score \byoutcome{x_loso_svm.uar}{HIGHER}{LOWER}{OPEN}{NONE}, premium
\byoutcome{premium.x.svm}{GAINS}{LOSES}{UNSURE}{NOPREMIUM}, other
\byoutcome{x_random_svm.uar}{A}{B}{C}{MISSING}.
\ifval{nothing.uar}{KNOWN \val{nothing.uar}}{UNKNOWN} \ifval{x_random_svm.uar}{CONFIGURED}{NOTCONFIGURED}
\ifnumber{x_loso_svm.uar}{ANUMBER}{NONUMBER} \ifnumber{x_random_svm.uar}{ANUMBER2}{NONUMBER2}
\findingtable{finding_2}"""


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
    for word in (*words, "CONFIGURED", "ANUMBER", "NONUMBER2", "0.5"):
        assert word in said
    made(tmp_path, verdict="published number is faulty", uar=(0.2, 0.1, 0.24), premium=(-0.1, 0.2))
    said = read(build(tmp_path, written, monkeypatch))
    for word in ("ISWRONG", "LOWER", "UNSURE"):
        assert word in said
    assert not {"AGREES", "DEVIATES", "WAITS", "HIGHER", "GAINS"} & set(
        said.replace(":", "").replace(",", "").split()
    )


@needs_latex
@pytest.mark.parametrize(
    "text",
    [r"\val{x_loso_svm.usr}", r"\byoutcome{x_loso_svm.usr}{}{}{}{}", r"\byverdict{x_loso_svm.usr}{}{}{}{}"],
)
def test_an_unknown_key_stops_the_build_and_names_those_like_it(text, tmp_path, monkeypatch):
    made(tmp_path)
    with pytest.raises(
        SarangiError, match=r"x_loso_svm\.usr: numbers.tex has no such key; did you mean .*x_loso_svm\.uar"
    ):
        build(tmp_path, paper(tmp_path, text), monkeypatch)
    assert not (tmp_path / "paper.pdf").exists()


def test_a_typed_result_stops_the_build_with_file_and_line(tmp_path, monkeypatch):
    made(tmp_path)
    monkeypatch.setattr("sarangi.paper.building.missing_programs", list)
    with pytest.raises(SarangiError, match=r"written/sections/text\.tex:2: 0\.537 is typed"):
        build(tmp_path, paper(tmp_path, "Text.\n0.537\n"), monkeypatch)


@needs_latex
def test_the_package_for_arxiv_is_the_same_bytes_and_builds_with_pdflatex_alone(tmp_path, monkeypatch):
    made(tmp_path)
    written = paper(tmp_path, TEXT + r"\citep{a}\bibliographystyle{plainnat}\bibliography{references}")
    (written / "main.tex").write_text(MAIN.replace(r"\usepackage{sarangi}", r"\usepackage{natbib,sarangi}"))
    (written / "references.bib").write_text("@misc{a, author = {Name}, title = {Title}, year = {2000}}")
    first = build(tmp_path, written, monkeypatch, arxiv, "one.tar.gz").read_bytes()
    assert build(tmp_path, written, monkeypatch, arxiv, "two.tar.gz").read_bytes() == first
    with tarfile.open("one.tar.gz") as archive:
        names = archive.getnames()
        assert names == sorted(names)
        assert {(m.mtime, m.uid, m.gid, m.uname, m.gname) for m in archive.getmembers()} == {
            (0, 0, 0, "", "")
        }
        archive.extractall(tmp_path / "empty", filter="data")
    assert "numbers.tex" in names
    assert not any(name.endswith(".bib") for name in names)
    assert compiled(tmp_path / "empty").endswith("Title, 2000. 1")


def compiled(folder):
    """Run pdflatex twice in a folder, and return what the PDF says."""
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "main.tex"]
    for _ in range(2):
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return read(folder / "main.pdf")


@pytest.mark.parametrize("cached", [True, False])
def test_without_latex_tectonic_builds_first_from_what_it_has(cached, tmp_path, monkeypatch):
    made(tmp_path)
    programs = tmp_path / "bin"
    programs.mkdir()
    stand_in = programs / "tectonic"
    # says how it was called; without a cache the first call fails
    stand_in.write_text(
        "#!/bin/sh\n"
        f'echo "$@" >> {tmp_path}/calls\n'
        + ("" if cached else 'case "$1" in --only-cached) exit 1;; esac\n')
        + "echo pdf > main.pdf; echo bbl > main.bbl\n"
    )
    stand_in.chmod(0o755)
    (programs / "sh").symlink_to(shutil.which("sh"))
    monkeypatch.setenv("PATH", str(programs))
    pdf = build(tmp_path, paper(tmp_path, TEXT), monkeypatch)
    assert pdf.read_text() == "pdf\n"
    calls = (tmp_path / "calls").read_text().splitlines()
    plain_call = "--keep-intermediates main.tex"
    assert calls == [f"--only-cached {plain_call}", *([] if cached else [plain_call])]


def test_without_any_program_the_error_says_what_to_install(tmp_path, monkeypatch):
    made(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(
        SarangiError, match=r"latexmk, pdflatex, bibtex: install Debian packages latexmk .*or tectonic"
    ):
        build(tmp_path, paper(tmp_path, TEXT), monkeypatch)
