"""What surrounds every script of the workflow, so that a script is one call of one function.

``with job(snakemake) as run:`` bounds the threads of the libraries, seeds the generators, shuts the
network of the model hubs, writes the log, ends with its parent, and publishes the outputs whole or
not at all.  This module imports nothing heavy: the bounds must stand before NumPy and torch load.
"""

import contextlib
import ctypes
import hashlib
import json
import logging
import os
import random
import signal
import sys
import traceback
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

from sarangi.errors import SarangiError
from sarangi.source import inventory

log = logging.getLogger("sarangi")

PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of <linux/prctl.h>


class Job:
    """The files and the provenance of one running job; made by :func:`job`."""

    def __init__(self, snakemake: Any):
        self._snakemake = snakemake
        self.outputs = [Path(path) for path in snakemake.output]
        self.temporary = [
            path.with_name(f".{path.stem}.{os.getpid()}.tmp{path.suffix}") for path in self.outputs
        ]

    @property
    def output(self) -> Path:
        """Where to write the first output; it gets its name when the job ends well."""
        return self.temporary[0]

    def named(self, name: str) -> Path:
        """Where to write the output of that name."""
        return self.temporary[self.outputs.index(Path(self._snakemake.output[name]))]

    @cached_property
    def provenance(self) -> dict[str, Any]:
        """What the outputs are made from: rule, wildcards, and hashes of inputs, parameters, code.

        Paths are as in the workflow, relative to its folder, so that the same work in another
        place gives the same bytes.
        """
        parameters = {k: v for k, v in self._snakemake.params.items() if k != "code"}
        return {
            "rule": self._snakemake.rule,
            "wildcards": dict(self._snakemake.wildcards.items()),
            "inputs": {str(path): _hash(Path(path)) for path in sorted(map(str, self._snakemake.input))},
            "parameters": hashlib.sha256(
                json.dumps(parameters, sort_keys=True, default=str).encode()
            ).hexdigest(),
            "code": self._snakemake.params.get("code"),
        }


def _hash(path: Path) -> str:
    if path.is_dir():
        return inventory(path)
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextlib.contextmanager
def job(snakemake: Any) -> Iterator[Job]:
    """Run the body of a script as a job of Snakemake.

    Parameters
    ----------
    snakemake
        The object that Snakemake hands to a script.

    Yields
    ------
    Job
        Write to ``run.output``; on a clean end it is flushed to disk and renamed into place, on
        an error it is removed.  A :class:`~sarangi.errors.SarangiError` ends the job with its
        message alone, anything else with its traceback; both are in the job's log.
    """
    _die_with_parent()
    _bound_threads(snakemake.config["threads"])
    _shut_hubs()
    _start_log(snakemake.log[0] if snakemake.log else None)
    random.seed(snakemake.config["seed"])
    import numpy

    numpy.random.seed(snakemake.config["seed"])
    parent = os.getppid()
    run = Job(snakemake)
    for path in run.outputs:
        for stale in path.parent.glob(f".{path.stem}.*.tmp{path.suffix}"):
            stale.unlink(missing_ok=True)
    try:
        yield run
        if os.getppid() != parent:
            raise SarangiError("the Snakemake that started this job is gone; its result is dropped")
        _publish(run)
    except SarangiError as error:
        log.error("%s: %s", snakemake.rule, error)
        sys.exit(1)
    except BaseException:
        log.error("%s failed:\n%s", snakemake.rule, traceback.format_exc())
        sys.exit(1)
    finally:
        for path in run.temporary:
            path.unlink(missing_ok=True)


def _publish(run: Job) -> None:
    for temporary in run.temporary:
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
    for temporary, final in zip(run.temporary, run.outputs, strict=True):
        temporary.replace(final)


def _die_with_parent() -> None:
    """Have the kernel end this process when its parent ends (Linux); else nothing is done.

    An orphaned script would later overwrite the result of the next run with the old parameters' one.
    """
    if sys.platform != "linux":
        return
    parent = os.getppid()
    if ctypes.CDLL(None, use_errno=True).prctl(PARENT_DEATH_SIGNAL, signal.SIGKILL) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) failed")
    if os.getppid() != parent or parent == 1:
        os.kill(os.getpid(), signal.SIGKILL)


def _bound_threads(threads: dict[str, int]) -> None:
    """Fix the threads inside the libraries: another number gives other last digits."""
    os.environ["OMP_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = str(threads["torch"])
    os.environ["OPENBLAS_NUM_THREADS"] = str(threads["blas"])


def _shut_hubs() -> None:
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_DATASETS_OFFLINE"):
        os.environ[name] = "1"


def _start_log(path: str | None) -> None:
    handlers: list[logging.Handler] = [logging.StreamHandler()]
    if path is not None:
        handlers.append(logging.FileHandler(path, mode="w", encoding="utf-8"))
    for handler in handlers:
        handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
        log.addHandler(handler)
    log.setLevel(logging.INFO)
    logging.captureWarnings(True)
    for handler in handlers[1:]:
        logging.getLogger("py.warnings").addHandler(handler)
