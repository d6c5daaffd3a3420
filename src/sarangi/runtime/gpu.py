"""GPUs of this machine, each leased to one job at a time, or a share of one to each of several.

Snakemake counts how many GPUs its jobs use, and does not say which. A scheduler says it, so where one runs
the job nothing is leased.
"""

import fcntl
import logging
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TextIO

from sarangi.base.device_names import CPU, FORCED
from sarangi.base.errors import SarangiError

log = logging.getLogger("sarangi")

VISIBLE = "CUDA_VISIBLE_DEVICES"
SCHEDULED = ("SLURM_JOB_ID", "PBS_JOBID", "LSB_JOBID", "SGE_TASK_ID", "OAR_JOB_ID")
"""What schedulers set in a job: Slurm, PBS, LSF, Grid Engine, OAR."""
QUERY = ("nvidia-smi", "--query-gpu=uuid", "--format=csv,noheader")
WAIT_S = 1.0
JOBS_A_GPU = "SARANGI_JOBS_A_GPU"
"""Variable that the workflow sets from ``cluster.jobs_a_gpu``: into how many shares each GPU is divided."""
ALLOCATION = ("PYTORCH_CUDA_ALLOC_CONF", "PYTORCH_ALLOC_CONF")
"""Variables that torch reads settings of its memory from; the first one that is there counts."""
FOR_TENSORS = 0.95  # of a share: CUDA itself takes some of it

# open for the life of the process; the kernel lets go when it ends, however it ends
_leased: list[TextIO] = []


def devices() -> list[str]:
    """Return the GPUs that this process may use, as ``CUDA_VISIBLE_DEVICES`` names them; none without any."""
    if VISIBLE in os.environ:
        return [name.strip() for name in os.environ[VISIBLE].split(",") if name.strip()]
    if shutil.which(QUERY[0]) is None:
        return []
    done = subprocess.run(QUERY, capture_output=True, text=True, check=False)
    return done.stdout.split() if done.returncode == 0 else []


def lease(count: int) -> list[str]:
    """Take GPUs for the rest of this process, and let it see no other; wait until as many are free.

    Where a GPU is divided into shares, so many of one GPU are taken instead, and torch is kept to their part
    of its memory.

    To be called before torch is imported.  Every job of this user on this machine takes them in the same
    place, whatever folder it works in.

    Parameters
    ----------
    count
        How many GPUs, or shares; 0 hides all GPUs from the process.

    Returns
    -------
    list of str
        The GPUs; empty on a machine without any, where the job runs on the CPU, and under a scheduler,
        which has chosen already.

    Raises
    ------
    SarangiError
        If the machine has GPUs, but fewer; if a GPU has fewer shares; if the folder of the leases is another
        user's.
    """
    if not count:
        # CUDA_VISIBLE_DEVICES hides no GPU of Apple's
        os.environ[FORCED] = CPU
    if any(name in os.environ for name in SCHEDULED):
        return []
    shares = int(os.environ.get(JOBS_A_GPU, 1))
    found = devices() if count else []
    if found and shares == 1 and len(found) < count:
        raise SarangiError(
            f"{count} GPUs are requested, and this machine has {len(found)}: {', '.join(found)}"
        )
    if found and 1 < shares < count:
        raise SarangiError(f"{count} shares of a GPU are requested, and cluster.jobs_a_gpu is {shares}")
    told = False
    while found:
        taken = _free(found, count, shares)
        if taken:
            _leased.extend(file for files in taken.values() for file in files)
            found = list(taken)
            if count < shares:
                _bound_memory(FOR_TENSORS * count / shares)
            break
        if not told:
            log.info("every GPU is in use (%s): waiting for %d", ", ".join(found), count)
            told = True
        time.sleep(WAIT_S)
    os.environ[VISIBLE] = ",".join(found)
    return found


def _free(names: list[str], count: int, shares: int = 1) -> dict[str, list[TextIO]]:
    """Lock some of the devices, or shares of one of them: all that are wanted or none."""
    folder = Path(tempfile.gettempdir()) / f"sarangi-gpus-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.getuid():
        raise SarangiError(f"{folder} is another user's: set TMPDIR to a folder of your own")
    taken: dict[str, list[TextIO]] = {}
    for name in names:
        # who takes a whole device finds those that share it, and they find that one
        device = _locked(folder, name, fcntl.LOCK_EX if shares == 1 else fcntl.LOCK_SH)
        if device is None:
            continue
        if shares == 1:
            taken[name] = [device]
            if len(taken) == count:
                return taken
            continue
        parts = [_locked(folder, f"{name}.{part}", fcntl.LOCK_EX) for part in range(shares)]
        free = [file for file in parts if file is not None]
        for file in free[count:] if len(free) >= count else [device, *free]:
            file.close()
        if len(free) >= count:
            return {name: [device, *free[:count]]}
    for files in taken.values():
        for file in files:
            file.close()
    return {}


def _locked(folder: Path, name: str, how: int) -> TextIO | None:
    """Return a locked file; None where another process has it."""
    file = (folder / f"{name.replace('/', '_')}.lock").open("w", encoding="utf-8")
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    except OSError as error:
        log.warning(
            "%s: this file system does not support locks (%s), so another job may use GPU %s too: "
            "set TMPDIR to "
            "a folder on a disk of this machine",
            folder,
            error.strerror,
            name,
        )
    return file


def _bound_memory(fraction: float) -> None:
    """Keep torch, which is yet to be imported, to a part of the GPU's memory."""
    variable = next((name for name in ALLOCATION if name in os.environ), ALLOCATION[0])
    settings = [os.environ.get(variable, ""), f"per_process_memory_fraction:{fraction:.3f}"]
    os.environ[variable] = ",".join(filter(None, settings))
