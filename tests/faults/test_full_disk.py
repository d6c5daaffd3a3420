"""A disk that fills in the middle: a clear message, nothing half written, and the next run completes."""

import os
import resource
import subprocess
import sys

import pytest
import yaml
from conftest import ROOT, digests, smallest, snakemake, succeeded, write_study

from sarangi import provenance


@pytest.fixture(scope="module")
def study():
    return smallest(yaml.safe_load((ROOT / "demo/config.yaml").read_text()))


@pytest.fixture(scope="module")
def expected(study, tmp_path_factory):
    folder = write_study(study, tmp_path_factory.mktemp("whole"))
    succeeded(snakemake("--cores", 2, "paper/tables", directory=folder))
    return digests(folder)


@pytest.fixture
def disk(tmp_path):
    """A file system of our own that can be made larger."""
    folder = tmp_path / "disk"
    folder.mkdir()

    def mount(options):
        return subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], capture_output=True, check=False
        ).returncode

    if mount("size=64k"):
        pytest.skip("a file system cannot be mounted here")
    yield folder, lambda size: mount(f"remount,size={size}")
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def whole(folder):
    """Every result that stands under its name is whole: the bytes that its provenance says."""
    found = 0
    for record in (folder / "results/provenance").rglob("*.json"):
        result = str(record.relative_to(folder / "results/provenance"))[: -len(".json")]
        if (folder / result).exists():
            assert provenance.digest(folder / result) == provenance.read(result, folder)["sha256"]
            found += 1
    return found


def test_a_disk_that_fills_stops_the_run_with_a_message_and_the_next_run_completes(disk, study, expected):
    folder, grow = disk
    grow("1m")
    write_study(study, folder)
    done = snakemake("--cores", 2, "paper/tables", directory=folder)
    said = done.stdout + done.stderr
    assert done.returncode != 0
    assert "the disk is full" in said or "No space left on device" in said
    whole(folder)
    grow("200m")
    succeeded(snakemake("--cores", 2, "paper/tables", directory=folder))
    assert digests(folder) == expected
    assert not list(folder.glob("results/**/.*.tmp*"))


def test_a_quota_on_files_stops_a_job_with_a_message_and_the_next_run_completes(study, expected, tmp_path):
    folder = write_study(study, tmp_path / "study")
    command = [sys.executable, "-m", "snakemake", "--directory", str(folder), "--cores", "2", "paper/tables"]
    largest = 300_000  # bytes; the audio shards are larger
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest)),
    )
    assert done.returncode != 0
    assert "the disk is full" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    whole(folder)
    succeeded(snakemake("--cores", 2, "paper/tables", directory=folder))
    assert digests(folder) == expected
