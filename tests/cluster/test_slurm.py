"""The workflow through a real Slurm on this machine: a local run's bytes, whatever ends its jobs."""

import os
import re
import subprocess
import sys
import time

import pytest
import slurm
import yaml
from support.places import ROOT
from support.running import digests, snakemake, succeeded
from support.studies import smallest, write_study

TARGETS = ("paper/tables/scores.tex", "paper/tables/transcripts.tex")
FEATURES = [f"results/features/egemaps/urdu_latif/00{shard}.parquet" for shard in (0, 1)]
THROUGH_SLURM = ("--profile", "profiles/slurm", "--slurm-init-seconds-before-status-checks", 2)


@pytest.fixture(scope="module", autouse=True)
def cluster():
    """A Slurm of this machine's own."""
    if reason := slurm.why_not_started():
        pytest.skip(reason)
    yield
    slurm.stop()


def study(folder):
    """The smallest study in a folder, with two shards, whose transcripts need a GPU."""
    config = smallest(yaml.safe_load((ROOT / "demo/config.yaml").read_text()))
    config["corpora"]["urdu_latif"]["shards"] = 2
    config["cluster"] = {"gpu": True, "gpu_models": ["small"]}
    return write_study(config, folder)


@pytest.fixture(scope="module")
def local(tmp_path_factory):
    """What every file of the study is where no cluster had a part in it."""
    folder = study(tmp_path_factory.mktemp("local"))
    succeeded(snakemake("--cores", 2, *TARGETS, directory=folder))
    return digests(folder)


def assert_of(local, folder):
    """The features are there, and each file is the local one to the byte."""
    made = digests(folder)
    assert made.keys() >= set(FEATURES)
    assert {path: local[path] for path in made} == made


def known_jobs():
    """What Slurm says of its jobs, the ended ones too."""
    done = subprocess.run(
        ["scontrol", "show", "job", "--oneliner"], capture_output=True, text=True, check=True
    )
    return [dict(re.findall(r"(\S+?)=(\S*)", line)) for line in done.stdout.splitlines()]


def of_rule(name):
    pattern = re.compile(f"rule_{name}(_wildcards_.*)?")
    return [job for job in known_jobs() if pattern.fullmatch(job.get("Comment", ""))]


def test_it_is_the_local_run_to_the_byte_with_arrays_gpus_and_more_memory_at_each_try(local, tmp_path):
    folder = study(tmp_path / "study")
    # less than Snakemake itself needs in the first try
    tight = ("--set-resources", "manifest:mem_mb=30 if attempt == 1 else 2000")
    said = succeeded(snakemake(*THROUGH_SLURM, *TARGETS, *tight, directory=folder))
    assert digests(folder) == local
    assert "Submitted array job" in said
    assert "profiles/default" in said
    tries = [(job["JobState"], job["MinMemoryNode"]) for job in of_rule("manifest")]
    assert sorted(tries) == [("COMPLETED", "2000M"), ("FAILED", "30M")]
    transcribing, computing = of_rule("transcribe"), of_rule("features")
    assert transcribing and all("gres:gpu:small:1" in job["TresPerJob"] for job in transcribing)
    assert computing and not any("TresPerJob" in job for job in computing)


def test_a_cancelled_job_is_tried_again_and_a_killed_snakemake_resumes(local, tmp_path):
    folder = study(tmp_path / "study")
    command = [sys.executable, "-m", "snakemake", "--directory", folder, *THROUGH_SLURM, *FEATURES]
    log = tmp_path / "said.txt"
    with log.open("w") as file:
        first = subprocess.Popen(list(map(str, command)), cwd=ROOT, stdout=file, stderr=file)
    try:
        cancelled = None
        deadline = time.monotonic() + 300
        while time.monotonic() < deadline and first.poll() is None:
            mine = [job for job in known_jobs() if job.get("WorkDir") == str(folder)]
            running = [job["JobId"] for job in mine if job["JobState"] == "RUNNING"]
            if cancelled is None and running:
                cancelled = running[0]
                subprocess.run(["scancel", cancelled], check=True)
            # the second try of it, and some more
            if "Trying to restart job" in log.read_text() and running:
                break
            time.sleep(0.2)
        assert first.poll() is None, log.read_text()[-3000:]
    finally:
        first.kill()
        first.wait()
    assert "Trying to restart job" in log.read_text()
    succeeded(snakemake(*THROUGH_SLURM, *FEATURES, directory=folder))
    # what the killed one had started ends, too, and changes nothing
    for _ in range(240):
        left = [job for job in known_jobs() if job.get("JobState") in ("PENDING", "RUNNING")]
        if not left:
            break
        time.sleep(0.5)
    assert not left
    assert_of(local, folder)


def test_the_generic_profile_gives_the_same_bytes(local, tmp_path):
    folder = study(tmp_path / "study")
    said = succeeded(
        snakemake(
            "--profile", "profiles/generic", "--seconds-between-status-checks", 1, *FEATURES,
            directory=folder, PWD=os.fspath(ROOT),
        )
    )  # fmt: skip
    assert_of(local, folder)
    assert "external jobid" in said
