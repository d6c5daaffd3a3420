"""The command line as a process: what it does with a reader that goes away, and leaves alone in its own."""

import os
import signal
import subprocess
import sys

from support.places import ROOT

import sarangi.__main__ as command_line

ENDLESS = """
import sys
import sarangi.__main__ as command_line

def explain(*_):
    for _ in range(100_000):
        print("a line")
    return 0

command_line._explain = explain
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


def test_signals_of_the_process_stay_as_they_are(monkeypatch):
    """Else whoever hangs up on a server of the same process ends it, and so a worker of the tests."""
    monkeypatch.setattr(command_line, "_explain", lambda *_: 0)
    before = signal.getsignal(signal.SIGPIPE)
    assert command_line.main(["explain", "x"]) == 0
    assert signal.getsignal(signal.SIGPIPE) == before == signal.SIG_IGN
