"""Snakemake as a process of a command: what is passed on to it, and that nothing is left of it."""

import os
import signal
import subprocess
import sys
import time
from argparse import ArgumentParser
from pathlib import Path

import pytest

from sarangi.runtime.snakemake_process import add_options, available_cores, only_plans, options

FAKE = """#!/bin/sh
echo "$@" > arguments
sleep 300 &
echo $! > job
trap 'kill $!; exit 9' INT
echo $$ > pid
[ -e finish ] && kill $! && exit 7
wait
"""
"""In place of the interpreter that Snakemake would run in: with a job, as Snakemake has them."""
COMMAND = """
import sys
from pathlib import Path
from sarangi.runtime.snakemake_process import snakemake
sys.executable = str(Path("fake").resolve())
sys.exit(snakemake(["--directory", ".", "it's", "--", "-n"], Path()))
"""


@pytest.fixture
def started(tmp_path):
    fake = tmp_path / "fake"
    fake.write_text(FAKE)
    fake.chmod(0o755)
    (tmp_path / "config.yaml").touch()

    def start():
        # a suite in the background of a shell ignores SIGINT, and so would all that it starts
        return subprocess.Popen(
            [sys.executable, "-c", COMMAND], cwd=tmp_path, stdout=subprocess.PIPE, text=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )  # fmt: skip

    return start


def waited(true, seconds=20):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


def number_in(file):
    waited(lambda: file.exists() and file.read_text().strip())
    return int(file.read_text())


def ended(number):
    """Whether a process has ended; a zombie has, which only its parent can take away."""
    try:
        return Path(f"/proc/{number}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_the_command_is_printed_and_its_exit_code_passed(tmp_path, started):
    (tmp_path / "finish").touch()
    process = started()
    text = process.communicate(timeout=30)[0]
    assert process.returncode == 7
    assert text.startswith("$ snakemake -s \"$(sarangi where)\" --directory . 'it'\"'\"'s' -- -n\n")
    words = (tmp_path / "arguments").read_text().split()
    assert words[:3] == ["-m", "snakemake", "-s"]
    assert Path(words[3]).name == "Snakefile"
    assert words[4:] == ["--directory", ".", "it's", "--", "-n"]


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 9), (signal.SIGTERM, 128 + signal.SIGTERM)])
def test_a_signal_is_passed_on_to_snakemake_and_its_jobs(tmp_path, started, number, status):
    process = started()
    snakemake, job = number_in(tmp_path / "pid"), number_in(tmp_path / "job")
    process.send_signal(number)
    assert process.wait(timeout=30) == status
    waited(lambda: ended(snakemake) and ended(job))


def test_a_killed_command_leaves_no_snakemake(tmp_path, started):
    process = started()
    snakemake = number_in(tmp_path / "pid")
    process.kill()
    waited(lambda: ended(snakemake))
    # its jobs end with it by their own guard, which this one has not
    os.kill(number_in(tmp_path / "job"), signal.SIGKILL)


def test_cores_profile_and_all_that_is_snakemakes_are_passed_on():
    parser = ArgumentParser()
    add_options(parser)
    line = [
        "my",
        "paper/tables",
        "--profile",
        "slurm",
        "--cores",
        "3",
        "paper",
        "-k",
        "--",
        "--forcerun",
        "x",
    ]
    chosen, passed_on = parser.parse_known_args(line)
    chosen.directory, chosen.passed_on = chosen.study, passed_on
    assert options(chosen, "audit") == [
        "--directory", "my", "--cores", "3", "--profile", "slurm",
        "paper/tables", "paper", "-k", "--forcerun", "x", "--", "audit",
    ]  # fmt: skip
    assert parser.parse_args(["my"]).cores == str(available_cores()) == str(len(os.sched_getaffinity(0)))


@pytest.mark.parametrize(
    ("arguments", "plans"),
    [(["-n"], True), (["x", "-np"], True), (["--dry-run"], True), (["--notemp"], False)],
)
def test_a_dry_run_is_known(arguments, plans):
    assert only_plans(arguments) is plans
