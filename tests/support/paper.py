"""A small paper and its numbers, for tests."""

import math
import shutil
import subprocess
from pathlib import Path

import pandas as pd
import pytest

from sarangi.base import store
from sarangi.base.finding_rows import FINDING
from sarangi.base.missing import CORPUS, WEIGHTS, Missing
from sarangi.base.premium_rows import PREMIUMS
from sarangi.base.score_rows import SCORES
from sarangi.paper.building import PROGRAMS, paper_pdf
from sarangi.paper.numbers import Asked, Results, numbers
from sarangi.paper.written import written_in
from support.places import ROOT

NAME = "x_loso_svm"
CLAIMS = {
    "a.wf1": {
        "finding": "finding_1",
        "printed": "0.64",
        "ours": [NAME],
        "score": [NAME, "uar", ""],
        "counted": True,
    },
    "lead": {"finding": "finding_1", "printed": "+6.9", "ours": ["x_loso_audio"], "counted": True},
    "holds": {"finding": "finding_1", "printed": None, "ours": ["x_loso_audio"], "counted": True},
    "b.wf1": {"finding": "finding_2", "printed": "0.7", "ours": [NAME], "counted": True},
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
    folder, verdict="reproduced", ours=0.6412, low=0.5, high=0.7, uar=(0.4, 0.3, 0.5), premium=(0.1, 0.2),
    fault=None, groups=8,
):  # fmt: skip
    """Write what the numbers are made from, by the real schemas, and the numbers."""
    line = dict.fromkeys(SCORES.names) | {
        "experiment": NAME, "corpus": "x", "protocol": "loso", "model": "svm", "test": "x",
        "slice": "pooled", "metric": "uar", "value": uar[0], "low": uar[1], "high": uar[2], "low_clips": 0.2,
        "high_clips": 0.8, "n": 40, "groups": groups, "seeds": 1, "chance": 0.25, "ceiling": 1.0,
        "classes": "sad", "mark": "",
    }  # fmt: skip
    broken = line | {"metric": "precision_sad", "value": math.nan, "low": math.nan, "high": math.nan}
    claim = dict.fromkeys(FINDING.names) | {"statement": "s", "unit": "", "sources": "", "why": "a_b: -0.5"}
    claim |= {"counted": True}
    claims = [
        claim | {"claim": "a.wf1", "printed": "0.64", "ours": ours, "low": low, "high": high,
                 "verdict": verdict, "fault": fault, "fault_why": fault and "a_b: -0.5",
                 "disclosed": fault and "nowhere"},
        claim | {"claim": "lead", "printed": "+6.9", "unit": "percentage points", "recomputed": 6.9,
                 "verdict": "differs", "fault": "arithmetic; label", "fault_why": "c_d",
                 "disclosed": "nowhere"},
        claim | {"claim": "holds", "verdict": "cannot be tested: x"},
    ]  # fmt: skip
    pair = dict.fromkeys(PREMIUMS.names) | {
        "corpus": "x", "model": "svm", "folds": "matched", "shared": "x_random_svm", "apart": NAME,
        "metric": "uar", "value": 0.15, "low": premium[0], "high": premium[1], "n": 40, "groups": groups,
        "mark": "",
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
    pairs = ["leakage.x.svm", "random_folds.y.svm"]
    asked = Asked(CLAIMS, WAITS, pairs, {"draws": 200, "confidence": 0.9, "seed": 1}, {"label": 2})
    numbers(Results([paths[0]], [paths[1]], paths[2]), asked, ["x"], file)
    return file.read_text()


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
    generated = [Path("paper/numbers.tex"), *sorted(Path("paper").glob("tables/*.tex"))]
    make(written_in(written), generated, {"main": Path(name)} if make is paper_pdf else Path(name))
    return Path(name)


def read(pdf):
    done = subprocess.run(["pdftotext", str(pdf), "-"], capture_output=True, text=True, check=True)
    return " ".join(done.stdout.split())


TEXT = r"""UAR \val{x_loso_svm.uar} \val{x_loso_svm.uar.interval}, \val{x_random_svm.uf1.low}.
Claim \byverdict{finding_1.a.wf1}{AGREES}{DEVIATES}{MOVED}{OPENED}{WAITS}: \val{finding_1.a.wf1.why}.
\ifval{finding_1.a.wf1.fault}{ACCUSED of \val{finding_1.a.wf1.fault}}{}.
Score \byoutcome{x_loso_svm.uar}{HIGHER}{LOWER}{OPEN}{NONE}, premium
\byoutcome{leakage.x.svm}{GAINS}{LOSES}{UNSURE}{NOPREMIUM}, other
\byoutcome{x_random_svm.uar}{A}{B}{C}{MISSING}.
\ifval{nothing.uar}{KNOWN \val{nothing.uar}}{UNKNOWN} \ifval{x_random_svm.uar}{CONFIGURED}{NOTCONFIGURED}
\ifnumber{x_loso_svm.uar}{ANUMBER}{NONUMBER} \ifnumber{x_random_svm.uar}{ANUMBER2}{NONUMBER2}
\findingtable{finding_2}"""
