"""Stale locks: what a killed Snakemake leaves is taken away, what a living one holds is not."""

import fcntl
import socket
from pathlib import Path
from typing import TextIO

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
