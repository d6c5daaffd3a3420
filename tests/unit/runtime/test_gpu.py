"""Leases of GPUs, with devices that are only names."""

import os
import subprocess
import sys
import time

import pytest

from sarangi.base.device_names import FORCED
from sarangi.base.errors import SarangiError
from sarangi.runtime import gpu

HOLDER = """
import sys, time
from sarangi.runtime import gpu
print(",".join(gpu.lease(int(sys.argv[1]))), flush=True)
time.sleep(float(sys.argv[2]))
"""


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine with two GPUs, and no lease taken."""
    for name in (*gpu.SCHEDULED, gpu.VISIBLE, gpu.JOBS_A_GPU, *gpu.ALLOCATION):
        monkeypatch.delenv(name, raising=False)
    program = tmp_path / "bin/nvidia-smi"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho GPU-a\necho GPU-b\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setattr(gpu, "WAIT_S", 0.05)
    yield
    while gpu._leased:
        gpu._leased.pop().close()
    for name in (gpu.VISIBLE, FORCED, *gpu.ALLOCATION):
        os.environ.pop(name, None)


def holder(count=1, seconds=60):
    """Another process that holds some of the devices, and which."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(count), str(seconds)], stdout=subprocess.PIPE, text=True
    )
    return process, process.stdout.readline().strip()


def test_no_two_processes_have_the_same_device(machine):
    first, a = holder()
    second, b = holder()
    assert sorted([a, b]) == ["GPU-a", "GPU-b"]
    for process in (first, second):
        process.kill()
        process.wait()


def test_a_device_is_free_again_when_its_process_is_killed(machine):
    first, _ = holder()
    second, b = holder()
    third = subprocess.Popen(
        [sys.executable, "-c", HOLDER, "1", "0"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    time.sleep(0.5)
    assert third.poll() is None
    second.kill()
    assert third.communicate(timeout=30)[0].strip() == b
    first.kill()
    for process in (first, second):
        process.wait()


def test_who_wants_two_takes_both_or_none(machine):
    process, _ = holder()
    assert gpu._free(gpu.devices(), 2) == {}
    assert list(gpu._free(gpu.devices(), 1))
    process.kill()
    process.wait()
    assert gpu.lease(2) == ["GPU-a", "GPU-b"]
    assert os.environ[gpu.VISIBLE] == "GPU-a,GPU-b"


def test_jobs_share_a_device_up_to_its_number_of_them_and_then_take_the_next(machine, monkeypatch):
    monkeypatch.setenv(gpu.JOBS_A_GPU, "2")
    held = [holder() for _ in range(4)]
    assert sorted(name for _, name in held) == ["GPU-a", "GPU-a", "GPU-b", "GPU-b"]
    assert gpu._free(gpu.devices(), 1, 2) == {}
    for process, _ in held:
        process.kill()
        process.wait()


def test_a_whole_device_is_not_lent_where_one_has_a_share_of_it_nor_the_other_way(machine, monkeypatch):
    whole, a = holder()
    monkeypatch.setenv(gpu.JOBS_A_GPU, "2")
    share, b = holder()
    assert sorted([a, b]) == ["GPU-a", "GPU-b"]
    # both shares, where one is taken
    assert gpu._free(gpu.devices(), 2, 2) == {}
    assert list(gpu._free(gpu.devices(), 1, 2)) == [b]
    assert gpu._free(gpu.devices(), 1) == {}
    for process in (whole, share):
        process.kill()
        process.wait()


@pytest.mark.parametrize(
    ("before", "count", "variable", "expected"),
    [
        ({}, 1, 0, "per_process_memory_fraction:0.317"),
        ({}, 2, 0, "per_process_memory_fraction:0.633"),
        ({1: "backend:native"}, 1, 1, "backend:native,per_process_memory_fraction:0.317"),
        ({}, 3, 0, None),
    ],
    ids=["a share", "two", "with settings of the user's", "all of them"],
)
def test_torch_is_kept_to_the_share(machine, monkeypatch, before, count, variable, expected):
    monkeypatch.setenv(gpu.JOBS_A_GPU, "3")
    for place, text in before.items():
        monkeypatch.setenv(gpu.ALLOCATION[place], text)
    assert gpu.lease(count) == ["GPU-a"]
    assert os.environ.get(gpu.ALLOCATION[variable]) == expected
    assert gpu.ALLOCATION[1 - variable] not in os.environ


def test_more_than_there_are_is_said(machine, monkeypatch):
    with pytest.raises(SarangiError, match=r"3 GPUs are requested, and this machine has 2: GPU-a, GPU-b"):
        gpu.lease(3)
    monkeypatch.setenv(gpu.JOBS_A_GPU, "2")
    with pytest.raises(SarangiError, match=r"3 shares of a GPU are requested, and cluster\.jobs_a_gpu is 2"):
        gpu.lease(3)


def test_only_what_the_user_made_visible_is_leased(machine, monkeypatch):
    monkeypatch.setenv(gpu.VISIBLE, "GPU-b")
    assert gpu.lease(1) == ["GPU-b"]


def test_a_job_that_asks_for_none_sees_none(machine):
    assert gpu.lease(0) == []
    assert os.environ[gpu.VISIBLE] == ""
    assert os.environ[FORCED] == "cpu"


def test_a_machine_without_any_works_on_its_cpu(machine, monkeypatch):
    monkeypatch.setattr(gpu, "QUERY", ("no-such-program",))
    assert gpu.lease(1) == []
    assert FORCED not in os.environ


def test_under_a_scheduler_its_choice_stands(machine, monkeypatch):
    monkeypatch.setenv("SLURM_JOB_ID", "7")
    monkeypatch.setenv(gpu.VISIBLE, "3")
    assert gpu.lease(1) == []
    assert os.environ[gpu.VISIBLE] == "3"
