"""Verification by real runs of snakemake, and the commands that it names; unit tests have every case."""

import shutil
import sys
from pathlib import Path

import pytest
from support.places import ROOT
from support.running import clone, copied, run, sarangi, snakemake, succeeded

sys.path.insert(0, str(Path(__file__).parents[1] / "faults"))
from tampering import Range, tamperings


@pytest.mark.skipif(shutil.which("git") is None, reason="a typed number is taken back by git")
def test_random_tamperings_are_found_and_mended_by_the_commands_that_are_named(project, tmp_path):
    clone = copied(project, tmp_path / "sarangi")
    (clone / "study").rename(clone / "it's")
    done, wrong = tamperings(Range(clone, "it's", seed=11), 2, at_once=2)
    assert wrong == []
    assert sum(done.values()) >= 2


def test_the_chain_is_as_made_and_its_lock_agrees(built):
    # beside it, since elsewhere Snakemake takes the paper's text, named from there, for other files
    copy = copied(built, built.with_name("locked"))
    locked = sarangi(ROOT, "lock", "--directory", copy)
    assert locked.returncode == 0, locked.stderr
    text = succeeded(snakemake("--cores", 1, "verify", directory=copy))
    assert "all of them are what their rules made, here and now" in text
    assert "files identical, compared with results.lock" in text
    assert "not made yet" not in text


def test_a_restored_bundle_verifies_without_recordings_and_a_bad_file_of_it_is_named(project, tmp_path):
    folder = clone(tmp_path / "fresh")
    (folder / "study").mkdir()
    shutil.copyfile(project / "study/config.yaml", folder / "study/config.yaml")
    bundle = project / "study/results/bundle.zip"
    assert sarangi(folder, "restore", bundle, "--directory", "study").returncode == 0
    assert "files left out of the bundle" in succeeded(run(folder, "--cores", 1, "verify"))
    table = folder / "study/paper/tables/scores.csv"
    table.write_text(table.read_text().replace("0.", "1.", 1))
    done = run(folder, "--cores", 1, "verify")
    assert done.returncode != 0
    assert "paper/tables/scores.csv: not the bytes that rule scores_table made" in done.stdout + done.stderr
    assert "--forcerun paper/tables/scores.tex -- paper/tables/scores.tex" in done.stdout + done.stderr
