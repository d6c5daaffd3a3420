"""Snakemake as a process of its own, started on a study as a person would start it."""

import ctypes
import os
import shlex
import signal
import subprocess
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from sarangi.base.errors import SarangiError
from sarangi.base.installation import home
from sarangi.runtime import commands

TELLS = "SARANGI_TELLS"
"""Variable that is set where the command that started Snakemake says itself what was found."""

PASSED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1)
PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of <linux/prctl.h>


def available_cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def add_options(parser: ArgumentParser) -> None:
    """Add what a command that starts Snakemake takes: the study, and what is passed on."""
    parser.add_argument("study", nargs="?", type=Path, metavar="STUDY", help="folder with config.yaml")
    parser.add_argument(
        "--cores", default=str(available_cores()), metavar="N", help="number of cores (all: %(default)s)"
    )
    parser.add_argument("--profile", metavar="PROFILE", help="Snakemake profile, such as one for a cluster")
    parser.epilog = (
        "Everything else, such as targets and --keep-going, is passed on to Snakemake, as is what follows --."
    )


def options(chosen: Namespace, *targets: str) -> list[str]:
    """Return the arguments of Snakemake for a command line of :func:`add_options`."""
    passed_on = list(chosen.passed_on)
    if "--" in passed_on:
        passed_on.remove("--")
    profile = ["--profile", chosen.profile] if chosen.profile else []
    return [
        "--directory", str(chosen.directory), "--cores", chosen.cores, *profile, *passed_on,
        *(["--", *targets] if targets else []),
    ]  # fmt: skip


def only_plans(arguments: Sequence[str]) -> bool:
    """Whether Snakemake is told to make nothing, only to show what it would do."""
    short = any(text.startswith("-n") and not text.startswith("--") for text in arguments)
    return short or bool({"--dry-run", "--dryrun"} & {*arguments})


def snakemake(arguments: Sequence[str], study: Path) -> int:
    """Print and run the command of Snakemake on a study, and return its exit code.

    It has a process group of its own: signals to this process go to the whole group once, as those of a
    terminal do, and a killed parent leaves no Snakemake behind (nor its jobs, which end with theirs).

    Parameters
    ----------
    arguments
        Of Snakemake, without its Snakefile.
    study
        Folder with config.yaml, which the arguments name, too.

    Raises
    ------
    SarangiError
        If that is no study.
    """
    if not (study / "config.yaml").is_file():
        raise SarangiError(
            f"{study / 'config.yaml'}: no such file; expected a study. sarangi new {commands.quoted(study)} "
            "--table labels.csv --audio recordings/ writes one"
        )
    print(f'$ snakemake -s "$(sarangi where)" {shlex.join(arguments)}', flush=True)
    parent = os.getpid()
    process: subprocess.Popen[bytes] | None = None
    early: list[int] = []  # signals that came before there was a process to pass them on to

    def pass_on(number: int, _: FrameType | None) -> None:
        if process is None:
            early.append(number)
        elif process.returncode is None:
            os.killpg(process.pid, number)

    def pause(_: int, __: FrameType | None) -> None:
        pass_on(signal.SIGSTOP, None)
        os.kill(os.getpid(), signal.SIGSTOP)
        pass_on(signal.SIGCONT, None)  # when a shell has resumed this process

    before = {number: signal.signal(number, pass_on) for number in PASSED_ON}
    before[signal.SIGTSTP] = signal.signal(signal.SIGTSTP, pause)
    try:
        process = subprocess.Popen(
            [sys.executable, "-m", "snakemake", "-s", str(home() / "Snakefile"), *arguments],
            env=os.environ | {TELLS: "1"},
            process_group=0,
            preexec_fn=lambda: _end_with(parent),
        )
        for number in early:
            pass_on(number, None)
        status = process.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    # as a shell says it of a program that a signal ended
    return 128 - status if status < 0 else status


def _end_with(parent: int) -> None:
    """Have the kernel end this process when its parent has ended."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PARENT_DEATH_SIGNAL, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)
