"""Five kills of a study without networks; ``python tests/faults/kills.py`` does fifty of every stage."""

import os

import pytest
import yaml
from conftest import ROOT, digests, smallest, snakemake, succeeded, write_study
from kills import kills

KILLER = """
import os, signal, sys

if ".snakemake" in sys.argv[0] and "baseline" in sys.argv[0]:
    os.kill({process}, signal.SIGKILL)
"""
"""Put before a script as sitecustomize: it, or its Snakemake, is gone before it has begun."""


def test_five_kills_at_random_moments_change_no_byte(tmp_path):
    study = smallest(yaml.safe_load((ROOT / "demo/config.yaml").read_text()))
    hit, lost, _ = kills(5, seed=20, folder=tmp_path, base=study)
    assert sum(hit.values()) == 5
    assert lost == []


@pytest.mark.parametrize("process", ["os.getppid()", "os.getpid()"])
def test_a_kill_and_a_parameter_changed_back_lose_nothing_and_leave_nothing_stale(process, tmp_path):
    study = smallest(yaml.safe_load((ROOT / "demo/config.yaml").read_text()))
    study["experiments"] = [{"corpora": ["urdu_latif"], "protocols": ["random5"], "models": ["uniform"]}]
    study["findings"] = {}
    folder = write_study(study, tmp_path / "study")
    succeeded(snakemake("--cores", 2, directory=folder))
    before = digests(folder)
    (tmp_path / "killer").mkdir()
    (tmp_path / "killer/sitecustomize.py").write_text(KILLER.format(process=process))
    write_study(study | {"seed": 7}, folder)
    path = os.pathsep.join([str(ROOT / "src"), str(tmp_path / "killer")])
    assert snakemake("--cores", 2, directory=folder, PYTHONPATH=path).returncode != 0
    write_study(study, folder)
    succeeded(snakemake("--cores", 2, directory=folder))
    assert digests(folder) == before
