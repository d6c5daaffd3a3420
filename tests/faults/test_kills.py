"""Five kills of a study without networks; ``python tests/faults/kills.py`` does fifty of every stage."""

import os

import yaml
from conftest import ROOT, digests, smallest, snakemake, succeeded, write_study
from kills import kills

KILLER = """
import os, signal, sys

if ".snakemake" in sys.argv[0] and "baseline" in sys.argv[0]:
    os.kill(os.getppid(), signal.SIGKILL)
"""
"""Put before a script as sitecustomize: its Snakemake is gone before the script has begun."""


def test_five_kills_at_random_moments_change_no_byte(tmp_path):
    study = smallest(yaml.safe_load((ROOT / "demo/config.yaml").read_text()))
    hit, lost, _ = kills(5, seed=20, folder=tmp_path, base=study)
    assert sum(hit.values()) == 5
    assert lost == []


def test_a_kill_and_a_parameter_changed_back_lose_no_result_that_nothing_waits_for(tmp_path):
    study = smallest(yaml.safe_load((ROOT / "demo/config.yaml").read_text()))
    study["experiments"] = [{"corpora": ["urdu_latif"], "protocols": ["random5"], "models": ["uniform"]}]
    study["findings"] = {}
    folder, target = (
        write_study(study, tmp_path / "study"),
        "results/scores/urdu_latif_random5_uniform.parquet",
    )
    succeeded(snakemake("--cores", 2, target, directory=folder))
    before = digests(folder)
    (tmp_path / "killer").mkdir()
    (tmp_path / "killer/sitecustomize.py").write_text(KILLER)
    write_study(study | {"seed": 7}, folder)
    path = os.pathsep.join([str(ROOT / "src"), str(tmp_path / "killer")])
    assert snakemake("--cores", 2, target, directory=folder, PYTHONPATH=path).returncode != 0
    write_study(study, folder)
    succeeded(snakemake("--cores", 2, target, directory=folder))
    assert digests(folder) == before
