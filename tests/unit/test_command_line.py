"""The command line as a process: what it does with a reader that goes away, and leaves alone in its own."""

import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from support.places import ROOT

import sarangi.__main__ as command_line
from sarangi.base.installation import home
from sarangi.terminal import explain

ENDLESS = """
import sys
import sarangi.__main__ as command_line
from sarangi.terminal import explain

def run(chosen):
    for _ in range(100_000):
        print("a line")
    return 0

explain.run = run
sys.exit(command_line.main(["explain", "x"]))
"""


def test_a_reader_that_stops_early_ends_it_without_a_traceback():
    command = [sys.executable, "-c", ENDLESS]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout.readline() == "a line\n"
        running.stdout.close()
        assert running.stderr.read() == ""
    assert running.returncode == command_line.STOPPED_EARLY == 141


@pytest.mark.parametrize(
    ("options", "shell", "status", "said"),
    [
        (["-OO"], "", 0, ""),
        ([], ">&-", 0, ""),
        ([], "> /dev/full", 1, "sarangi: what is printed: No space left on device\n"),
    ],
)
def test_an_odd_interpreter_or_output_ends_in_no_traceback(options, shell, status, said):
    words = shlex.join([sys.executable, *options, "-m", "sarangi", "where"])
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(
        ["sh", "-c", f"{words} {shell}"], env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (status, said)


def test_signals_of_the_process_stay_as_they_are(monkeypatch):
    """Else whoever hangs up on a server of the same process ends it, and so a worker of the tests."""
    monkeypatch.setattr(explain, "run", lambda chosen: 0)
    before = signal.getsignal(signal.SIGPIPE)
    assert command_line.main(["explain", "x"]) == 0
    assert signal.getsignal(signal.SIGPIPE) == before == signal.SIG_IGN


def test_where_leads_to_the_snakefile(capsys):
    assert command_line.main(["where"]) == 0
    assert capsys.readouterr().out == f"{home() / 'Snakefile'}\n"
    assert home() == ROOT


def test_a_study_is_named_once(monkeypatch, capsys):
    """By its place in the command line, or by the option, which every command has."""
    named = []
    monkeypatch.setattr(
        explain, "arguments", lambda parser: parser.add_argument("study", nargs="?", type=Path)
    )
    monkeypatch.setattr(explain, "run", lambda chosen: named.append(chosen.directory) or 0)
    for given in (["my"], ["--directory", "my"], []):
        assert command_line.main(["explain", *given]) == 0
    assert named == [Path("my"), Path("my"), Path()]
    with pytest.raises(SystemExit):
        command_line.main(["explain", "my", "--directory", "other"])
    assert "two studies, my and --directory other" in capsys.readouterr().err


def test_the_help_loads_no_library_that_takes_long():
    command = [sys.executable, "-X", "importtime", "-m", "sarangi", "--help"]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}
    assert "sarangi" in loaded
    assert not loaded & {"numpy", "pandas", "pyarrow", "scipy", "snakemake", "sklearn", "torch", "yaml"}
