"""Runs of Snakemake in one folder: what a killed one leaves is taken away, what a living one holds is not."""

import fcntl
import socket
import uuid
from pathlib import Path
from typing import TextIO

RUN = "sarangi.run"

_living: list[TextIO] = []  # open, and shared by every main process of a folder
_held: list[TextIO] = []  # open for the life of the process; the kernel lets go when it ends, however it ends


def hold(folder: Path = Path(".snakemake")) -> bool:
    """Hold a lock that dies with this process, and remove Snakemake's own locks if nobody else holds it.

    Snakemake's locks are files, and outlive a SIGKILL.  A lock of the kernel (flock) does not.  Every
    main process shares it; one that gets it alone knows that no other lives on this machine, and that
    what lies in ``.snakemake/locks`` is stale.  Locks left by another machine stay, since nobody here
    can tell whether that one lives.

    Parameters
    ----------
    folder
        Snakemake's folder in the working directory.

    Returns
    -------
    bool
        Whether stale locks were removed.
    """
    folder.mkdir(exist_ok=True)
    living = (folder / RUN).open("a+", encoding="utf-8")
    _living.append(living)
    fcntl.flock(living, fcntl.LOCK_SH)
    file = (folder / "sarangi.lock").open("a+", encoding="utf-8")
    _held.append(file)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        fcntl.flock(file, fcntl.LOCK_SH)
        return False
    file.seek(0)
    here, locks = socket.gethostname(), list((folder / "locks").glob("*.lock"))
    stale = bool(locks) and file.read() == here
    if stale:
        for lock in locks:
            lock.unlink()
    elif not locks:
        file.truncate(0)
        file.write(here)
        file.flush()
    fcntl.flock(file, fcntl.LOCK_SH)
    return stale


def begin(folder: Path = Path(".snakemake")) -> None:
    """Say that a new run begins, so that jobs of an earlier one drop what they make (see :func:`run_id`).

    On a cluster the jobs of a killed Snakemake live on, and would put what they make with the old parameters
    in the place of what the new run made.  Where another Snakemake lives in this folder (it makes other
    files, or Snakemake would refuse this one) nothing is said: its jobs are no earlier run's.
    """
    # a lock of its own: while it is changed, nobody takes the one of hold() for free
    for file in _living:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        finally:
            fcntl.flock(file, fcntl.LOCK_SH)
    (folder / RUN).write_text(uuid.uuid4().hex, encoding="utf-8")


def run_id(folder: Path = Path(".snakemake")) -> str | None:
    """Return which run is the latest that began in a folder; None where none did."""
    try:
        return (folder / RUN).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
