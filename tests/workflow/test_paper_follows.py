"""The paper of a real run: sentences that turn with an outcome, no blank cell, a package that builds."""

import re
import shutil
import subprocess

import pytest
from conftest import snakemake, succeeded

from sarangi import store
from sarangi.differences import PREMIUMS
from sarangi.findings import FINDING, REPRODUCED
from sarangi.paper import missing_programs

pytestmark = pytest.mark.skipif(
    bool(missing_programs()) or shutil.which("pdftotext") is None,
    reason=f"LaTeX or poppler-utils is not installed ({', '.join(missing_programs())})",
)


def text_of(pdf):
    done = subprocess.run(["pdftotext", str(pdf), "-"], capture_output=True, text=True, check=True)
    return " ".join(re.sub(r"(?<=\w)-\n(?=[a-z])", "", done.stdout).split())


def test_sentences_turn_when_a_result_does(built, tmp_path):
    before = text_of(built / "paper/paper.pdf")
    assert "is not what it is said to be, whatever a model does" in before
    copy = tmp_path / "copy"
    shutil.copytree(built, copy, symlinks=True)
    file = copy / "results/findings/finding_4.parquet"
    rows = store.read(file)
    judged = rows["claim"] == "urdu_within_show.uar"
    assert judged.sum() == 1
    rows.loc[judged, "verdict"] = REPRODUCED
    store.write(file, rows, FINDING, store.provenance(file))
    premiums = copy / "results/premiums.parquet"
    rows = store.read(premiums)
    rows.loc[rows["corpus"] == "urdu_latif", ["value", "low", "high"]] = [-0.3, -0.4, -0.2]
    store.write(premiums, rows, PREMIUMS, store.provenance(premiums))
    succeeded(snakemake("--cores", 2, "paper", directory=copy))
    after = text_of(copy / "paper/paper.pdf")
    # the abstract
    assert "whatever a model does" not in after
    assert re.search(r"Urdu score, published as [0-9.]+, is reproduced\.", after)
    assert "a random split does not flatter it" in after
    assert "-30.0" in after.replace("\u2212", "-").replace("\u2013", "-")
    # the results
    assert "shared speakers do not flatter the model, but the reverse" in after
    assert "shared speakers do not flatter the model, but the reverse" not in before


def test_no_reference_is_open_and_no_cell_is_blank(built):
    assert "??" not in text_of(built / "paper/paper.pdf")
    tables = sorted((built / "paper/tables").glob("*.tex"))
    assert len(tables) > 15
    for table in tables:
        text = table.read_text()
        rows = re.findall(r"^(.*&.*) \\\\$", text, re.M)
        assert rows, table.name
        for row in rows:
            assert all(cell.strip() for cell in re.split(r"(?<!\\)&", row)), (table.name, row)


def test_the_package_for_arxiv_builds_in_an_empty_folder_without_bibtex(built, tmp_path):
    succeeded(snakemake("--cores", 1, "paper/arxiv", directory=built))
    shutil.unpack_archive(built / "paper/arxiv.tar.gz", tmp_path, filter="data")
    for _ in range(3):
        command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "main.tex"]
        done = subprocess.run(
            command, cwd=tmp_path, capture_output=True, text=True, errors="replace", check=False
        )
        assert done.returncode == 0, done.stdout[-2000:]
    assert text_of(tmp_path / "main.pdf") == text_of(built / "paper/paper.pdf")
