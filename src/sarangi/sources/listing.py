"""What lies below a folder, the one way in which folders of a user's are walked: nothing is left out.

Links are followed.  Only regular files can be read; each other thing is listed with what it is and what to
do.
"""

import contextlib
import os
import re
import stat
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path, PurePosixPath
from typing import NamedTuple

FILE, FOLDER, NO_FILE, NOT_LISTED, LOOP = "file", "folder", "no file", "not listed", "loop"
MOST_TIMES = 16
"""How often one folder is listed through links: folders that link to each other have endlessly many paths."""

MADE_BY_SYSTEMS = ("__MACOSX", "lost+found", "$RECYCLE.BIN", "System Volume Information")
KINDS = {
    stat.S_IFIFO: "a named pipe", stat.S_IFSOCK: "a socket", stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device", stat.S_IFDIR: "a folder",
}  # fmt: skip
FILE_WANTED = "put the file itself there, or remove this"
OF_SYSTEM = "what the system keeps in its memory"
ANNEX = re.compile(r"(^|/)annex/objects/")
DVC = re.compile(r"(^|/)(\.dvc|dvc)/|(^|/)files/md5/")
POINTERS = (
    (b"version https://git-lfs.github.com/spec/", "a pointer of Git LFS", "git lfs pull"),
    (b"version https://hawser.github.com/spec/", "a pointer of Git LFS", "git lfs pull"),
    (b"/annex/objects/", "a pointer of git-annex", "git annex get"),
)  # fmt: skip
LONGEST_NOTE = 2**20
LONGEST_POINTER = 2**15  # bytes, as git-annex has it


class Listed(NamedTuple):
    """Something that lies below a folder."""

    path: str
    """Relative, POSIX, as the file system has it: bytes that are no UTF-8 are surrogates."""
    kind: str = FILE
    """FILE can be read and FOLDER was listed; NO_FILE is neither; NOT_LISTED is a folder whose files nobody
    can know; LOOP is a folder that was not listed again."""
    problem: str = ""
    """What it is and what to do, where it is neither a file nor a listed folder."""


class _Folder(NamedTuple):
    path: str
    within: frozenset[tuple[int, int]]
    """Device and inode of it and of all folders that it lies in, as walked."""
    linked: bool
    """Whether a link was followed on the way."""


def listed_below(folder: str | Path) -> Iterator[Listed]:
    """Yield everything that lies below a folder, sorted within each folder, without what systems hide.

    A link to a folder is followed, unless that folder contains it.  No file is opened but ``.dvc`` files
    whose output is missing.

    Parameters
    ----------
    folder
        Which may be a link.
    """
    top = os.path.realpath(folder)
    above = frozenset(map(_identity, (top, *map(str, Path(top).parents))))
    times: Counter[tuple[int, int]] = Counter()
    left = [_Folder("", above, linked=False)]
    while left:
        where = left.pop()
        try:
            with os.scandir(Path(folder, where.path)) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except OSError as error:
            yield Listed(where.path or ".", NOT_LISTED, f"a folder that cannot be listed ({reason(error)})")
            continue
        deeper = []
        for entry in entries:
            if made_by_system(entry.name):
                continue
            path = f"{where.path}/{entry.name}" if where.path else entry.name
            listed = _kind_of(entry, path)
            if listed.kind == FOLDER:
                listed, below = _entered(entry, listed, where, times)
                deeper += [below] if below is not None else []
            yield listed
        yield from _not_fetched(folder, where.path, [entry.name for entry in entries])
        left += reversed(deeper)


def _kind_of(entry: os.DirEntry, path: str) -> Listed:
    """Return what an entry of a folder is, without a look at regular files and folders themselves."""
    with contextlib.suppress(OSError):  # what it is about follows
        if entry.is_file():
            return Listed(path)
        if entry.is_dir():
            return Listed(path, FOLDER)
    problem = problem_of(Path(entry.path))
    return Listed(path, NO_FILE, problem) if problem else Listed(path)


def problem_of(path: Path) -> str:
    """Return what something is that is neither a file nor a folder, and what to do; empty for one that is."""
    try:
        mode = path.stat().st_mode
    except OSError as error:
        if isinstance(error, FileNotFoundError) and path.is_symlink():
            return _dangling(path)
        # no permission, or a link to itself
        return f"something that cannot be looked at ({reason(error)})"
    return "" if stat.S_ISREG(mode) or stat.S_ISDIR(mode) else no_file(mode)


def of_system(status: os.stat_result) -> bool:
    """Return whether something lies in ``/proc`` or ``/sys``, whose files may have any size and no end."""
    return status.st_dev in _devices_of_system()


@cache
def _devices_of_system() -> frozenset[int]:
    return frozenset(Path(name).stat().st_dev for name in ("/proc", "/sys") if Path(name).is_mount())


def _entered(
    entry: os.DirEntry, listed: Listed, where: _Folder, times: Counter[tuple[int, int]]
) -> tuple[Listed, _Folder | None]:
    """Return a folder as listed, and what to walk next; None for one that is not walked again."""
    try:
        status = Path(entry.path).stat()
    except OSError as error:  # in a folder whose names can be listed, and nothing else
        return listed._replace(
            kind=NOT_LISTED, problem=f"a folder that cannot be listed ({reason(error)})"
        ), None
    identity = status.st_dev, status.st_ino
    if of_system(status):
        return listed._replace(kind=NO_FILE, problem=f"{OF_SYSTEM}; {FILE_WANTED}"), None
    if identity in where.within:
        return listed._replace(
            kind=LOOP,
            problem="a link to a folder that contains it, which is not listed again; remove the link",
        ), None
    linked = where.linked or entry.is_symlink()
    if linked:
        times[identity] += 1
        if times[identity] > MOST_TIMES:
            return listed._replace(
                kind=LOOP,
                problem=f"a folder that links led to {MOST_TIMES} times before, which is not listed again; "
                "remove links",
            ), None
    return listed, _Folder(listed.path, where.within | {identity}, linked)


def _not_fetched(folder: str | Path, where: str, names: list[str]) -> Iterator[Listed]:
    """Yield the files of a folder of which only a note is there: DVC's and iCloud's."""
    there = set(names)
    for name in names:
        if re.fullmatch(r"\..+\.icloud", name):
            absent = name[1:].removesuffix(".icloud")
            what = "a file that is in iCloud only; download it there"
        elif name.endswith(".dvc") and name != ".dvc" and _of_dvc(Path(folder, where, name)):
            absent = name.removesuffix(".dvc")
            what = f"what DVC keeps elsewhere; run `dvc pull {name}` in its folder"
        else:
            continue
        if absent not in there and not made_by_system(absent):
            yield Listed(f"{where}/{absent}" if where else absent, NO_FILE, what)


def _of_dvc(path: Path) -> bool:
    try:
        return b"outs:" in read_regular(path, LONGEST_NOTE)
    except (OSError, ValueError):
        return True  # what is in it is not known, and the file beside it is not there


def _dangling(path: Path) -> str:
    target, name = str(path.readlink()), path.name
    if ANNEX.search(target):
        return f"a link of git-annex whose file is not here; run `git annex get {name}` in its folder"
    if DVC.search(target) or path.with_name(f"{name}.dvc").exists():
        return f"a link of DVC whose file is not here; run `dvc pull {name}` in its folder"
    # of a place elsewhere on the machine, which is nobody's business, the end
    shown = f"…/{'/'.join(PurePosixPath(target).parts[-2:])}" if target.startswith("/") else target
    return f"a link to {shown}, which is not there; {FILE_WANTED}"


def _identity(path: str) -> tuple[int, int]:
    status = Path(path).stat()
    return status.st_dev, status.st_ino


def no_file(mode: int) -> str:
    """Return what something that is not a regular file is, by its mode, and what to do."""
    return f"{KINDS.get(stat.S_IFMT(mode), 'something odd')} and no file; {FILE_WANTED}"


def reason(error: OSError) -> str:
    """Return why something cannot be read, without the path, and what to do where that is known."""
    what = {PermissionError: "; give yourself the right to read it (chmod)"}.get(type(error), "")
    return f"{error.strerror or error}{what}"


def made_by_system(name: str) -> bool:
    """Return whether a name is hidden, or that of what systems make and nobody sees."""
    return name.startswith(".") or name in MADE_BY_SYSTEMS


def read_regular(path: str | Path, largest: int) -> bytes:
    """Return the content of a regular file; a pipe or a device is not opened.

    Raises
    ------
    ValueError
        If it is something else, has more than ``largest`` bytes, or is the pointer of a file that was not
        fetched; says what to do.
    OSError
        If it cannot be read.
    """
    _refuse_odd(Path(path).stat(), largest)
    # what has become a pipe meanwhile would wait for a writer
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as file:
        _refuse_odd(os.fstat(handle), largest)
        data = file.read()
    refuse_pointer(data)
    return data


def _refuse_odd(status: os.stat_result, largest: int) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise ValueError(no_file(status.st_mode))
    if of_system(status):
        raise ValueError(f"{OF_SYSTEM}; {FILE_WANTED}")
    if status.st_size > largest:
        raise ValueError(f"it has {status.st_size} bytes; at most {largest} are read")


def refuse_pointer(data: bytes) -> None:
    """Refuse the content of a file that stands for another one.

    Raises
    ------
    ValueError
        Says for what, and how to get that.
    """
    if len(data) <= LONGEST_POINTER:
        for start, what, command in POINTERS:
            if data.startswith(start):
                raise ValueError(f"it is {what} and not the file itself; run `{command}` in its repository")
