"""How jobs ask for a GPU that they share."""

import re
import shutil

import pytest
import yaml
from support.places import ROOT
from support.running import snakemake, succeeded

from sarangi.base import layout

TOGETHER = "finetune_together_ravdess_audio"
MADE = layout.run_model("ravdess_grouped3_audio_tiny", 0, 42)
ASKED = {"side_by_side": 4, "jobs_a_gpu": 3}


@pytest.mark.parametrize(
    ("cluster", "threads", "mem_mb", "gpu"),
    [
        ({"gpu": True, **ASKED}, 4, 32000, 1),
        ({"gpu": True}, 1, 8000, 1),
        ({"gpu": False, **ASKED}, 1, 8000, None),
    ],
    ids=["shared", "not shared", "no GPU"],
)
def test_a_job_of_several_runs_asks_for_cores_and_memory_of_each_and_for_one_gpu(
    tmp_path, cluster, threads, mem_mb, gpu
):
    config = yaml.safe_load((ROOT / "demo/config.yaml").read_text())
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(config | {"cluster": cluster}, sort_keys=False))
    shutil.copy(ROOT / "demo/costs.yaml", tmp_path)
    (tmp_path / "weights").symlink_to(ROOT / "demo/weights")
    text = succeeded(snakemake("--cores", 8, "-n", MADE, directory=tmp_path))
    job = re.search(rf"^rule {TOGETHER}:\n(?:    .*\n)+", text, re.MULTILINE)[0]
    found = re.search(r"^    threads: (\d+)$", job, re.MULTILINE)
    assert int(found[1] if found else 1) == threads
    asked = dict(each.split("=") for each in re.search(r"resources: (.*)", job)[1].split(", "))
    assert int(asked["mem_mb"]) == mem_mb
    assert asked.get("gpu") == (None if gpu is None else str(gpu))
