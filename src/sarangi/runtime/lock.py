"""Runs of Snakemake in one folder: what a killed one leaves is taken away, what a living one holds is not."""

import fcntl
import logging
import socket
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from sarangi.base.errors import SarangiError
from sarangi.runtime import commands

log = logging.getLogger("sarangi")

RUN = "sarangi.run"
WORK = "sarangi.work"

_living: list[TextIO] = []  # open, and shared by every main process of a folder
_held: list[TextIO] = []  # open for the life of the process; the kernel lets go when it ends, however it ends


def hold(folder: Path = Path(".snakemake")) -> bool:
    """Hold a lock that dies with this process, and remove Snakemake's own locks if nobody else holds it.

    Snakemake's locks are files, and outlive a SIGKILL.  A lock of the kernel (flock) does not.  Every
    main process shares it; one that gets it alone knows that no other lives on this machine, and that
    what lies in ``.snakemake/locks`` is stale.  Locks left by another machine stay, since nobody here
    can tell whether that one lives.  So do all where the file system has no such lock, with a warning.

    Parameters
    ----------
    folder
        Snakemake's folder in the working directory.

    Returns
    -------
    bool
        Whether stale locks were removed.

    Raises
    ------
    SarangiError
        If the folder cannot be written.
    """
    with _written(folder):
        folder.mkdir(exist_ok=True)
        living = (folder / RUN).open("a+", encoding="utf-8")
        _living.append(living)
        file = (folder / "sarangi.lock").open("a+", encoding="utf-8")
        _held.append(file)
        try:
            fcntl.flock(living, fcntl.LOCK_SH)
            alone = _alone(file)
        except OSError as error:
            log.warning(
                "%s: this file system does not support locks (%s), so a run cannot tell what a "
                "killed one left from "
                "what a living one holds: start one at a time here, and after a kill run snakemake --unlock",
                folder,
                error.strerror,
            )
            return False
        return alone and _swept(file, folder)


def _alone(file: TextIO) -> bool:
    """Take a lock that all main processes share; return whether nobody else does, and it is held alone."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        fcntl.flock(file, fcntl.LOCK_SH)
        return False
    return True


def _swept(file: TextIO, folder: Path) -> bool:
    """Remove Snakemake's locks if they are of this machine, whose only main process this is; then share."""
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


@contextmanager
def _written(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        place = error.filename or folder
        raise SarangiError(
            f"{place}: cannot be written ({error.strerror}); Snakemake keeps there what it knows of this "
            "folder's files. Work in a folder of your own that can be written, or have its owner run it"
        ) from error


def begin(folder: Path = Path(".snakemake"), works: bool = True) -> None:
    """Say that a new run begins, so that jobs of an earlier one drop what they make (see :func:`run_id`).

    On a cluster the jobs of a killed Snakemake live on, and would put what they make with the old parameters
    in the place of what the new run made.  Where another Snakemake lives in this folder (it makes other
    files, or Snakemake would refuse this one) nothing is said: its jobs are no earlier run's.

    Parameters
    ----------
    folder
        Snakemake's folder in the working directory.
    works
        Whether the run makes files: then :func:`going` tells others of it, as long as this process lives.

    Raises
    ------
    SarangiError
        If the folder cannot be written.
    """
    with _written(folder):
        if works:
            _work(folder)
        # a lock of its own: while it is changed, nobody takes the one of hold() for free
        for file in _living:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            except OSError:  # no locks here: hold() has said so
                continue
            finally:
                _share(file)
        (folder / RUN).write_text(uuid.uuid4().hex, encoding="utf-8")


def _work(folder: Path) -> None:
    file = (folder / WORK).open("a+", encoding="utf-8")
    _held.append(file)
    _share(file)
    file.truncate(0)
    file.write(uuid.uuid4().hex)
    file.flush()


def _share(file: TextIO) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_SH)
    except OSError as error:
        log.debug("no lock on %s: %s", file.name, error)


def run_id(folder: Path = Path(".snakemake")) -> str | None:
    """Return which run is the latest that began in a folder; None where none did."""
    return _text(folder / RUN)


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None


def going(folder: Path) -> str | None:
    """Return why files of a workflow may be changing: a run that makes some is going, or may be; else None.

    Parameters
    ----------
    folder
        Snakemake's folder in the working directory, in which stale locks are removed (:func:`hold`).
    """
    try:
        with (folder / WORK).open("r+", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return "another run is active in this folder"
    except OSError as error:  # none has begun, or no locks here: Snakemake's own then say it
        log.debug("%s: %s", folder / WORK, error)
    if any((folder / "locks").glob("*.lock")):
        return (
            "another run is active in this folder, or one was killed, perhaps on another machine, "
            "and left its "
            f"locks ({commands.snakemake('--unlock', folder.parent)} removes them)"
        )
    return None


@contextmanager
def undisturbed(folder: Path, what: str) -> Iterator[None]:
    """Refuse what needs files that stay as they are, while a run makes some, or where one began meanwhile.

    Parameters
    ----------
    folder
        Snakemake's folder in that of the workflow.
    what
        What is refused, for the message.

    Raises
    ------
    SarangiError
        If a run is going, or one began before the body ended; whatever the body raised follows from that.
    """
    began = _text(folder / WORK)

    def refuse(error: Exception | None = None) -> None:
        why = going(folder)
        if why is None and _text(folder / WORK) != began:
            why = "another run was active in this folder meanwhile"
        if why is not None:
            raise SarangiError(
                f"{what}: {why}. Wait until it has ended, and run this command again"
            ) from error

    refuse()
    try:
        yield
    except Exception as error:
        refuse(error)
        raise
    refuse()
