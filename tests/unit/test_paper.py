"""The paper: what its text looks up, what stops the build, and what is packed for arXiv."""

import os
import shutil
import stat
import subprocess

import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st

from sarangi.errors import SarangiError
from sarangi.numbers import latex, outcome, plain
from sarangi.paper import arxiv, looked_up, missing_programs, paper_pdf

latex_here = pytest.mark.skipif(
    shutil.which("pdflatex") is None, reason=f"LaTeX is not installed ({', '.join(missing_programs())})"
)
MAIN = r"""\documentclass{article}
\usepackage[T1]{fontenc}
\usepackage{hyperref}
\usepackage{sarangi}
\input{numbers}
\begin{document}
\input{sections/a}
\end{document}
"""
NUMBERS = r"""\syntheticfalse
\setform{uar}
\setexperiment{urdu_loso_svm}{corpus urdu}
\setval{ravdess_loso_svm.uar}{0.512}
\setoutcome{ravdess_loso_svm.uar}{above}
\setval{finding_1.x.uar}{not available: weights of y}
\setverdict{finding_1.x.uar}{untested}
"""


@pytest.fixture
def paper(tmp_path, monkeypatch):
    """A function that writes a small paper of one section, and returns its folder and what is generated."""
    monkeypatch.chdir(tmp_path)

    def write(text, numbers=NUMBERS):
        for folder in ("written/sections", "paper"):
            (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        (tmp_path / "written/main.tex").write_text(MAIN)
        (tmp_path / "written/sections/a.tex").write_text(text)
        (tmp_path / "written/references.bib").write_text("@misc{a, title={A}}")
        shutil.copyfile(ROOT / "paper/sarangi.sty", tmp_path / "written/sarangi.sty")
        (tmp_path / "paper/numbers.tex").write_text(numbers)
        return tmp_path / "written", [(tmp_path / "paper/numbers.tex").relative_to(tmp_path)]

    return write


@latex_here
def test_an_unknown_key_stops_the_build_and_names_those_like_it(paper, tmp_path):
    with pytest.raises(SarangiError) as error:
        paper_pdf(*paper(r"UAR \val{ravdess_loso_svm.ua}."), tmp_path / "a.pdf")
    assert "ravdess_loso_svm.ua: numbers.tex has no such key; did you mean ravdess_loso_svm.uar" in str(
        error.value
    )
    for text in (r"\byverdict{finding_1.y}{a}{b}{c}{d}", r"\byoutcome{nothing.uar}{a}{b}{c}{d}",
                 r"\val{urdu_loso_svm.uaar}"):  # fmt: skip
        with pytest.raises(SarangiError, match="has no such key"):
            paper_pdf(*paper(text), tmp_path / "a.pdf")
    assert not (tmp_path / "a.pdf").exists()


@latex_here
@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler-utils reads the PDF")
def test_what_is_not_available_says_why_and_sentences_take_their_branch(paper, tmp_path):
    text = r"""Known \val{ravdess_loso_svm.uar}, it is
    \byoutcome{ravdess_loso_svm.uar}{above}{below}{undecided}{absent}. Other: \val{urdu_loso_svm.uar},
    \byoutcome{urdu_loso_svm.uar}{above}{below}{undecided}{absent}. Claim: \val{finding_1.x.uar},
    \byverdict{finding_1.x.uar}{reproduced}{differs}{faulty}{untested}.
    \ifval{not_there.uar}{never}{otherwise}"""
    paper_pdf(*paper(text), tmp_path / "a.pdf")
    said = pdf_text(tmp_path / "a.pdf")
    for words in ("Known 0.512, it is above.", "Other: not available: corpus urdu, absent.",
                  "Claim: not available: weights of y, untested.", "otherwise"):  # fmt: skip
        assert words in said, said
    assert "never" not in said


def pdf_text(path):
    done = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, text=True, check=True)
    return " ".join(done.stdout.split())


def test_a_typed_result_is_refused_with_file_and_line(paper, tmp_path, monkeypatch):
    monkeypatch.setattr("sarangi.paper.missing_programs", list)
    with pytest.raises(SarangiError) as error:
        paper_pdf(*paper("one\n\nUAR is 0.55 here."), tmp_path / "a.pdf")
    assert "written/sections/a.tex:3: 0.55 is typed" in str(error.value)


@latex_here
def test_the_package_for_arxiv_is_the_same_bytes_and_holds_only_what_is_looked_up(paper, tmp_path):
    cited = r"\cite{a}\bibliographystyle{plain}\bibliography{references}"
    written, generated = paper(r"\val{ravdess_loso_svm.uar}" + cited)
    arxiv(written, generated, tmp_path / "a.tar.gz")
    os.utime(written / "main.tex", (1, 1))
    arxiv(written, generated, tmp_path / "b.tar.gz")
    assert (tmp_path / "a.tar.gz").read_bytes() == (tmp_path / "b.tar.gz").read_bytes()
    shutil.unpack_archive(tmp_path / "a.tar.gz", tmp_path / "out", filter="data")
    assert "ravdess_loso_svm.uar" in (tmp_path / "out/numbers.tex").read_text()
    assert "finding_1.x.uar" not in (tmp_path / "out/numbers.tex").read_text()
    assert (tmp_path / "out/main.bbl").exists()


def test_without_latex_tectonic_builds_first_from_what_it_has(paper, tmp_path, monkeypatch):
    programs = tmp_path / "bin"
    programs.mkdir()
    # what a tectonic without its packages does: the first call fails, the one that may fetch them builds
    (programs / "tectonic").write_text(
        '#!/bin/sh\necho "$@" >> ../calls\ncase "$*" in *only-cached*) exit 1;; esac\n'
        "echo pdf > main.pdf\necho bbl > main.bbl\n"
    )
    (programs / "tectonic").chmod(stat.S_IRWXU)
    for program in ("sh", "env"):
        (programs / program).symlink_to(shutil.which(program))
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    assert missing_programs() == []
    paper_pdf(*paper("text"), tmp_path / "a.pdf")
    assert (tmp_path / "a.pdf").read_text() == "pdf\n"
    calls = (tmp_path / "calls").read_text().splitlines()
    assert calls == ["--only-cached --keep-intermediates main.tex", "--keep-intermediates main.tex"]


@given(st.text(st.characters(codec="utf-8", exclude_characters="$\0")))
def test_a_text_comes_back_from_latex(text):
    assert plain(latex(text)) == text


@given(st.floats(-1, 1), st.floats(0, 1), st.floats(-1, 1))
def test_an_outcome_is_told_by_the_interval_alone(low, width, against):
    found = outcome(low, low + width, against)
    assert (found == "above") == (low > against)
    assert (found == "below") == (low + width < against)


def test_a_text_gets_the_lines_that_it_looks_up_and_no_others():
    kept = looked_up(NUMBERS, r"\val{ravdess_loso_svm.uar} \ifval{urdu_loso_svm.uar}{a}{b}")
    assert r"\setval{ravdess_loso_svm.uar}{0.512}" in kept
    assert r"\setexperiment{urdu_loso_svm}" in kept
    assert r"\setform{uar}" in kept
    assert "finding_1" not in kept
