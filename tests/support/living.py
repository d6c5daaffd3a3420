"""A run that lives in the folder of a workflow, for tests of what others say of it."""

import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

WORKS = (
    "import pathlib, sys, sarangi.runtime.lock as l; f = pathlib.Path(sys.argv[1]); "
    "l.hold(f); l.begin(f, works=sys.argv[2] == 'works'); print(flush=True); sys.stdin.read()"
)


@contextmanager
def working(folder=Path(".snakemake"), how="works"):
    """Have another process be a run in a folder of Snakemake, and kill it in the end."""
    folder.mkdir(exist_ok=True)
    command = [sys.executable, "-c", WORKS, str(folder), how]
    run = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert run.stdout.readline()
        yield run
    finally:
        run.kill()
        run.communicate()
