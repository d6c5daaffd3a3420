"""The log of a job: all that is printed is in it, and on a full disk nothing is lost."""

import subprocess
import sys
import textwrap

import pytest

PRINTS = """
    import logging, os, subprocess, sys, warnings
    from sarangi.runtime.job_log import logged

    log = logging.getLogger("sarangi")
    print("before")
    with logged(sys.argv[1], log):
        log.info("a record")
        print("printed")
        print("an error", file=sys.stderr)
        subprocess.run(["sh", "-c", "echo a program; echo its error >&2"])
        warnings.warn("a warning")
        os.write(2, b"a library of C\\n")
    print("after")
"""


def printed(path):
    command = [sys.executable, "-c", textwrap.dedent(PRINTS), str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_everything_that_is_printed_is_in_the_log_and_nothing_of_it_elsewhere(tmp_path):
    path = tmp_path / "new/log.txt"
    done = printed(path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "before\nafter\n", "")
    text = path.read_text()
    for words in (
        "INFO a record\n", "printed\n", "an error\n", "a program\n", "its error\n", "a warning",
        "a library of C\n",
    ):  # fmt: skip
        assert text.count(words) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="the full device is Linux's")
def test_on_a_full_disk_the_records_are_on_the_terminal():
    done = printed("/dev/full")
    assert "INFO a record\n" in done.stderr
    assert "No space left on device" in done.stderr  # of the print, as any write to a full disk
    assert done.stdout == "before\n"


def test_a_log_that_cannot_be_opened_is_named(tmp_path):
    done = printed(tmp_path)
    assert done.returncode == 1
    assert f"{tmp_path}: the log cannot be written: Is a directory" in done.stderr
