"""GPUs of this machine, each leased to one job at a time.

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

    To be called before torch is imported.  Every job of this user on this machine takes them in the same
    place, whatever folder it works in.

    Parameters
    ----------
    count
        How many; 0 hides all GPUs from the process.

    Returns
    -------
    list of str
        The GPUs; empty on a machine without any, where the job runs on the CPU, and under a scheduler,
        which has chosen already.

    Raises
    ------
    SarangiError
        If the machine has GPUs, but fewer; if the folder of the leases is another user's.
    """
    if not count:
        # CUDA_VISIBLE_DEVICES hides no GPU of Apple's
        os.environ[FORCED] = CPU
    if any(name in os.environ for name in SCHEDULED):
        return []
    found = devices() if count else []
    if found and len(found) < count:
        raise SarangiError(
            f"{count} GPUs are asked for, and this machine has {len(found)}: {', '.join(found)}"
        )
    told = False
    while found:
        taken = _free(found, count)
        if taken:
            _leased.extend(taken.values())
            found = list(taken)
            break
        if not told:
            log.info("every GPU is in use (%s): waiting for %d", ", ".join(found), count)
            told = True
        time.sleep(WAIT_S)
    os.environ[VISIBLE] = ",".join(found)
    return found


def _free(names: list[str], count: int) -> dict[str, TextIO]:
    """Lock some of the devices, all that are wanted or none."""
    folder = Path(tempfile.gettempdir()) / f"sarangi-gpus-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.getuid():
        raise SarangiError(f"{folder} is another user's: set TMPDIR to a folder of your own")
    taken: dict[str, TextIO] = {}
    for name in names:
        file = (folder / f"{name.replace('/', '_')}.lock").open("w", encoding="utf-8")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            continue
        except OSError as error:
            log.warning(
                "%s: this file system takes no locks (%s), so another job may use GPU %s too: set TMPDIR to "
                "a folder on a disk of this machine",
                folder,
                error.strerror,
                name,
            )
        taken[name] = file
        if len(taken) == count:
            return taken
    for file in taken.values():
        file.close()
    return {}
