"""Each fault once or twice; ``make faults`` injects them hundreds of times."""

import random
import shutil
import subprocess
from pathlib import Path

import network
import pytest
from faults import FAULTS, SURVIVED, Faults, repeated

MORE_THAN_ONCE = {"kills at random moments, a parameter changed, slow orphans": 2}


@pytest.fixture(scope="module")
def field(tmp_path_factory):
    return Faults(tmp_path_factory.mktemp("faults").resolve() / "runs", 20)


def lacking(name, folder):
    """Why a fault cannot be injected here; empty where it can."""
    if "memory" in name and not Path("/sys/fs/cgroup/memory/cgroup.procs").exists():
        return "no control groups of memory that can be bounded"
    if "full disk" in name or "read-only" in name:
        try_ = ["mount", "-t", "tmpfs", "tmpfs", str(folder)]
        if shutil.which("mount") is None or subprocess.run(try_, capture_output=True, check=False).returncode:
            return "a file system cannot be mounted here"
        subprocess.run(["umount", str(folder)], check=True)
    return ""


@pytest.mark.parametrize("name", FAULTS)
def test_a_run_survives(name, field, tmp_path):
    if reason := lacking(name, tmp_path):
        pytest.skip(reason)
    count = MORE_THAN_ONCE.get(name, 1)
    assert repeated(lambda: FAULTS[name][1](field), count, name) == [SURVIVED] * count


@pytest.mark.parametrize("way", network.WAYS)
def test_a_download_survives(way, tmp_path):
    chance = random.Random(1)  # noqa: S311
    assert [network.inject(way, tmp_path / "f", chance) for _ in range(4)] == [SURVIVED] * 4
