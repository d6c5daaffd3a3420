"""A kill before a job has begun; ``faults.py`` kills at random moments, ``kills.py`` every stage."""

import kills
import pytest
import yaml
from support.places import ROOT
from support.running import copied, digests, interpreter_with, snakemake, succeeded
from support.studies import checked, smallest, write_study

KILLER = """
import os, signal, sys

if ".snakemake" in sys.argv[0] and "baseline" in sys.argv[0]:
    os.kill({process}, signal.SIGKILL)
"""
"""Put before a script as sitecustomize: it, or its Snakemake, is gone before it has begun."""


TARGETS = (
    "results/runs/urdu_latif_random5_uniform/predictions/within.parquet", "paper/tables/scores.tex",
)  # fmt: skip
"""What the killed job makes, which nobody would miss where its table is there, and a table of it."""


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    """A study of one baseline and its table, run without a kill."""
    study = smallest(yaml.safe_load((ROOT / "demo/config.yaml").read_text()))
    study["experiments"] = [{"corpora": ["urdu_latif"], "protocols": ["random5"], "models": ["uniform"]}]
    study["findings"] = {}
    folder = write_study(study, tmp_path_factory.mktemp("uninterrupted") / "study")
    succeeded(snakemake("--cores", 2, *TARGETS, directory=folder))
    return study, folder


@pytest.mark.parametrize("process", ["os.getppid()", "os.getpid()"])
def test_a_kill_and_a_parameter_changed_back_lose_nothing_and_leave_nothing_stale(
    process, uninterrupted, tmp_path
):
    study, built = uninterrupted
    before = digests(built)
    folder = copied(built, tmp_path / "study")
    killer = interpreter_with(tmp_path / "killer", KILLER.format(process=process))
    write_study(study | {"seed": 7}, folder)
    assert snakemake("--cores", 2, *TARGETS, directory=folder, python=killer).returncode != 0
    write_study(study, folder)
    succeeded(snakemake("--cores", 2, *TARGETS, directory=folder))
    assert digests(folder) == before


def test_the_study_that_kills_py_runs_is_one(tmp_path, monkeypatch):
    """A change of the demo that leaves out what it cuts down would end the long runs at their start."""
    study = checked(kills.lean(), tmp_path, monkeypatch)
    assert "urdu_latif_grouped3_audio_tiny" in study.runnable
