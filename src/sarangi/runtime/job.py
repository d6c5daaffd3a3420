"""What surrounds every script of the workflow, so that a script is one call of one function.

``with job(snakemake) as run:`` keeps the user's own settings out
(:mod:`sarangi.base.personal_settings`), bounds the threads of the libraries, seeds the generators, leases the
GPUs, shuts the network of the model hubs, writes the log, ends with its parent, and publishes the outputs
whole or not at all.  This module imports nothing heavy: the bounds must stand before NumPy and torch load.
It is in every fingerprint; what only decides whether a job runs or publishes lies in modules of its own
(:data:`sarangi.runtime.fingerprint.GUARDS`).
"""

import contextlib
import ctypes
import errno
import json
import logging
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sarangi.base.errors import SarangiError
from sarangi.base.personal_settings import close
from sarangi.runtime import provenance
from sarangi.runtime.contents import opened
from sarangi.runtime.extras import advice_for
from sarangi.runtime.gpu import lease
from sarangi.runtime.job_log import logged
from sarangi.runtime.lock import run_id

if TYPE_CHECKING:
    from sarangi.base.store import Output

log = logging.getLogger("sarangi")

PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of <linux/prctl.h>
PROBE = 2**16  # bytes that a disk must still take when a job ends


class Job:
    """The files and the provenance of one running job; made by :func:`job`."""

    def __init__(self, snakemake: Any):
        self._snakemake = snakemake
        self.inputs = [Path(path) for path in snakemake.input]
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
        return self.place(self._snakemake.output[name])

    @property
    def files(self) -> dict[str, Path]:
        """Where to write each output that has a name, by that."""
        return {name: self.place(path) for name, path in self._snakemake.output.items()}

    def place(self, output: str) -> Path:
        """Where to write an output, of several under one name."""
        return self.temporary[self.outputs.index(Path(output))]

    @property
    def result(self) -> "Output":
        """The first output, for what the store writes."""
        return self.result_at(str(self.outputs[0]))

    @property
    def results(self) -> dict[str, "Output"]:
        """Each output that has a name, by that, for what the store writes."""
        return {name: self.result_at(path) for name, path in self._snakemake.output.items()}

    def result_at(self, output: str) -> "Output":
        """Return an output, such as one of several under one name, for what the store writes."""
        # here, since the bounds on threads must stand before NumPy loads
        from sarangi.base.store import Output

        return Output(self.place(output), self.provenance)

    @cached_property
    def provenance(self) -> dict[str, Any]:
        """What the outputs are made from: rule, wildcards, and hashes of inputs, parameters, code.

        Paths are as in the workflow, relative to its folder, so that the same work in another
        place gives the same bytes.
        """
        job = self._snakemake
        inputs = provenance.inputs_of(job.input)
        return {
            **provenance.described(job.rule, dict(job.wildcards.items()), dict(job.params.items())),
            "inputs": {name: self._digest(name) for name in inputs},
            "outputs": sorted(map(str, self.outputs)),
        }

    def _digest(self, name: str) -> str:
        # what no rule makes the plan has hashed, and every rule that reads some has it as a parameter
        known = self._snakemake.params.get("inventory", {})
        if name not in known and name.endswith(".zip"):
            known = self._read_before(name)
        return known[name] if name in known else provenance.digest(provenance.located(name))

    def _read_before(self, corpus: str) -> dict[str, str]:
        """Return the digest of a corpus that a rule made, as another input was made from it.

        Each recording is compared with the manifest, so a corpus of many gigabytes is hashed for that alone.
        """
        for other in provenance.inputs_of(self._snakemake.input):
            with contextlib.suppress(OSError, ValueError, KeyError, TypeError):  # has none, or no such input
                made_from = json.loads(provenance.place(other).read_text(encoding="utf-8"))["inputs"]
                return {corpus: str(made_from[corpus])}
        return {}


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
        an error it is removed.  A :class:`~sarangi.base.errors.SarangiError` ends the job with its
        message alone, anything else with its traceback; both are in the job's log, as is all that the
        job prints (:mod:`sarangi.runtime.job_log`).
    """
    _die_with_parent()
    close(os.environ)
    _bound_threads(snakemake.config["threads"])
    _shut_hubs()
    with logged(snakemake.log[0] if snakemake.log else None, log):
        yield from _run(snakemake)


def _run(snakemake: Any) -> Iterator[Job]:
    """Yield the job of :func:`job`, whose log is open."""
    try:
        lease(snakemake.resources.get("gpu", 0))
    except SarangiError as error:
        log.error("%s: %s", snakemake.rule, error)
        sys.exit(1)
    random.seed(snakemake.config["seed"])
    import numpy

    numpy.random.seed(snakemake.config["seed"])
    parent, began_in = os.getppid(), run_id()
    run = Job(snakemake)
    for path in run.outputs:
        for stale in path.parent.glob(f".{path.stem}.*.tmp{path.suffix}"):
            stale.unlink(missing_ok=True)
    try:
        yield run
        if os.getppid() != parent:
            raise SarangiError("the Snakemake that started this job is gone; its result is dropped")
        if run_id() != began_in:
            raise SarangiError(
                "another run has begun in this folder since; the result of this job is dropped"
            )
        _publish(run)
    except SarangiError as error:
        log.error("%s: %s", snakemake.rule, error)
        sys.exit(1)
    except BaseException as error:
        if _disk_is_full(error):
            log.error("%s: %s", snakemake.rule, _room(run.outputs))
        elif isinstance(error, ModuleNotFoundError) and (advice := advice_for(error.name)):
            log.error("%s: %s", snakemake.rule, advice)
        else:
            log.error("%s failed:\n%s", snakemake.rule, traceback.format_exc())
        sys.exit(1)
    finally:
        for path in run.temporary:
            path.unlink(missing_ok=True)


def _publish(run: Job) -> None:
    for temporary in run.temporary:
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
    _try_the_disks(run)
    for temporary, final in zip(run.temporary, run.outputs, strict=True):
        try:
            opened(temporary)
        except Exception as error:  # whatever a library says of a file that is not what it should be
            raise SarangiError(
                f"{final} was not written whole, though no error was reported ({error}); look at the "
                "disk that it is on, and run the same command again"
            ) from error
    _bring_to_now(run.inputs)
    # first what they are, then they: a result never stands there with another one's provenance
    for temporary, final in zip(run.temporary, run.outputs, strict=True):
        provenance.write(final, temporary, run.provenance)
    for temporary, final in zip(run.temporary, run.outputs, strict=True):
        temporary.replace(final)


def _try_the_disks(run: Job) -> None:
    """Write a little beside the outputs and into the folder for temporary files, and remove it again.

    Not every writer says that the disk was full; where one kept silent, its disk is still full.
    """
    # named like what a killed job leaves, so that the next one removes it
    probes = [
        path.with_name(f".{path.stem}.{os.getpid()}.probe.tmp{path.suffix}")
        for path in {path.parent: path for path in run.outputs}.values()
    ]
    scratch = _scratch()
    if scratch.is_dir():  # else whoever needed it has said so
        probes.append(scratch / f"sarangi.{os.getpid()}.probe.tmp")
    for probe in probes:
        try:
            with probe.open("wb") as file:
                file.write(bytes(PROBE))
                file.flush()
                os.fsync(file.fileno())
        finally:
            probe.unlink(missing_ok=True)


def _scratch() -> Path:
    """Return the folder of temporary files, or where it would be: on a full disk none can be used."""
    try:
        return Path(tempfile.gettempdir())
    except FileNotFoundError:
        return Path(os.environ.get("TMPDIR", "/tmp"))  # noqa: S108 (nothing is put there)


def _bring_to_now(inputs: list[Path]) -> None:
    """Give inputs that bear a time ahead of the clock the time of now; what is in them stays.

    Snakemake fails a job whose output is older than its input, and would until the clock has caught up.
    Such times come of clocks that jumped or differ, and of archives.
    """
    now = time.time()
    for path in inputs:
        if path.is_file() and path.stat().st_mtime > now:
            try:
                os.utime(path)
            except OSError:  # another user's, or on a disk that takes no writing
                log.warning("%s has a time stamp ahead of this machine's clock: touch it", path)


def _disk_is_full(error: BaseException | None) -> bool:
    """Whether an error, or what it came from, is a disk without room; libraries wrap it in their own."""
    while error is not None:
        if getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            return True
        words = ("No space left on device", "Disk quota exceeded", "File too large")
        if any(text in str(error) for text in words):
            return True
        error = error.__cause__ or error.__context__
    return False


def _room(outputs: list[Path]) -> str:
    places = {str(path.parent): shutil.disk_usage(path.parent).free for path in outputs}
    free = ", ".join(f"{place} has {size / 1e6:.1f} MB left" for place, size in sorted(places.items()))
    return (
        f"the disk is full ({free}; temporary files go to {_scratch()}). Nothing half-written is "
        "kept: free some space and run the same command again."
    )


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
