"""What a study takes from outside, known by its content: digests of files and folders, each remembered.

A digest is a parameter of the rules that read the file or folder, so that a change is seen whatever times it
bears; jobs get it so, and read nothing twice.  What was hashed once is remembered in ``.snakemake`` by size,
times and inode, so that another plan costs a ``stat`` a file.
"""

import contextlib
import hashlib
import json
import logging
import os
import stat
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from sarangi.base.progress import progress
from sarangi.runtime import provenance
from sarangi.sources.listing import OF_SYSTEM, made_by_system, of_system

log = logging.getLogger("sarangi")

FOLDER = Path(".snakemake/sarangi.inventory")
SINGLE = ""  # the name of what is remembered of files that are inputs themselves
PLANNED = "planned.json"
MOST_SINGLE = 100_000  # files that are remembered
YOUNG = 60_000_000_000
"""ns in which a file may be written again and bear the same time: file systems count in up to two seconds,
what is written through memory (mmap) bears the time of its first write for half a minute, clocks differ."""
CHUNK = 2**20
WORKERS = 4
AT_ONCE = 512  # files that wait for them
SAVED = 60  # seconds between two savings of a long hashing
STALE = 86_400  # seconds after which what a killed plan was writing is taken away

OF_KIND = {
    stat.S_IFIFO: "a FIFO",
    stat.S_IFSOCK: "a socket",
    stat.S_IFBLK: "a device",
    stat.S_IFCHR: "a device",
    stat.S_IFDIR: "a folder",
}


class Entry(NamedTuple):
    """What is in a folder: a file, or what is not a file that can be read."""

    path: str
    """Relative to the folder, POSIX; bytes that are no UTF-8 are surrogates."""
    kind: str | None
    """What it is instead of a file; None for a file."""
    stamp: str | None
    """Of a file: size in bytes, times in ns and inode."""
    age: tuple[int, int] = (0, 0)
    """Of a file: ``mtime_ns`` and ``ctime_ns``."""
    size: int = 0


def entries_below(folder: str | Path) -> Iterator[Entry]:
    """Yield what lies below a folder, in an order that depends on names alone; hidden things are left out.

    Links are followed; a folder that was listed already, under whatever name, is an entry of its own kind, so
    that no link goes round.  What cannot be listed or is not a regular file is an entry that says so, and
    is never opened.
    """
    # of a folder around this one, all that it holds beside is none of this one's
    around = [parent.stat() for parent in Path(folder).resolve().parents]
    listed = {(info.st_dev, info.st_ino): "around it" for info in around}
    waiting = [""]
    while waiting:
        below = waiting.pop()
        where = Path(folder, below)
        try:
            info = where.stat()
            if of_system(info):
                yield Entry(below, OF_SYSTEM, None)
                continue
            first = listed.setdefault((info.st_dev, info.st_ino), below)
            if first != below:
                yield Entry(below, f"the folder {first or '.'} again", None)
                continue
            with os.scandir(where) as found:
                items = sorted(filter(_counts, found), key=lambda item: item.name)
        except OSError as error:
            yield Entry(below or ".", unreadable(error), None)
            continue
        folders = []
        for item in items:
            path = f"{below}/{item.name}" if below else item.name
            try:
                info = item.stat()
            except OSError as error:
                dangling = item.is_symlink() and isinstance(error, FileNotFoundError)
                yield Entry(path, "a dangling link" if dangling else unreadable(error), None)
                continue
            if stat.S_ISDIR(info.st_mode):
                folders.append(path)
            else:
                yield _entry(path, info)
        waiting += reversed(folders)


def _counts(item: os.DirEntry) -> bool:
    # a note of a file that is in iCloud only is a row of the manifest
    return not made_by_system(item.name) or item.name.endswith(".icloud")


def unreadable(error: OSError) -> str:
    """Return why something cannot be read, as the kind of an entry."""
    return f"unreadable: {error.strerror or error}"


def _entry(path: str, info: os.stat_result) -> Entry:
    if of_system(info):
        return Entry(path, OF_SYSTEM, None)
    if not stat.S_ISREG(info.st_mode):
        return Entry(path, OF_KIND.get(stat.S_IFMT(info.st_mode), "not a regular file"), None)
    # not the device: the number of a network disk is another one after each mount
    stamp = f"{info.st_size} {info.st_mtime_ns} {info.st_ctime_ns} {info.st_ino}"
    return Entry(path, None, stamp, (info.st_mtime_ns, info.st_ctime_ns), info.st_size)


class Hashed(NamedTuple):
    """What the content of a file is: its sha256, or why there is none."""

    digest: str
    stamp: str | None
    """What the file was before and after it was read; None where it changed, or there is no sha256."""
    began: int = 0
    """ns since 1970 on this machine's clock."""


def hashed(path: str | Path, tell: Callable[[int], object] = lambda size: None) -> Hashed:
    """Return the sha256 of a regular file; of anything else, its kind.

    Parameters
    ----------
    path
        A file.  One that was replaced by a FIFO or the like is not waited for.
    tell
        Called with the number of bytes of each piece that was read.
    """
    digest = hashlib.sha256()
    began = time.time_ns()
    try:
        # without waiting: it may have become a FIFO
        opened = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(opened, "rb", buffering=0) as file:
            before = _entry("", os.fstat(file.fileno()))
            if before.kind is not None:
                return Hashed(before.kind, None)
            while piece := file.read(CHUNK):
                digest.update(piece)
                tell(len(piece))
            after = _entry("", os.fstat(file.fileno()))
    except FileNotFoundError:
        return Hashed("a dangling link" if Path(path).is_symlink() else "gone", None)
    except OSError as error:
        return Hashed(unreadable(error), None)
    return Hashed(digest.hexdigest(), before.stamp if before.stamp == after.stamp else None, began)


def trusted(entry: Entry, began: int) -> bool:
    """Return whether a file is surely what it was when its hash began, if its stamp is the same.

    A file that was written shortly before it was hashed may have been written again and bear no other time
    (:data:`YOUNG`).
    """
    mtime, ctime = entry.age
    # a change time is never set by hand; a modification time is, to any moment, and may lie ahead for good
    return ctime < began - YOUNG and not began - YOUNG <= mtime <= began + YOUNG


def _hashes(folder: Path, entries: list[Entry]) -> Iterator[Hashed]:
    """Yield the content of each of some files below a folder, and show how far it is."""
    moving = threading.Lock()
    with (
        progress(
            None, sum(entry.size for entry in entries), f"hashing {folder.name or 'inputs'}", "B", 1
        ) as bar,
        ThreadPoolExecutor(min(WORKERS, os.cpu_count() or 1)) as pool,
    ):

        def tell(size: int) -> None:
            with moving:
                bar.update(size)

        try:
            # not all at once: what waits has a size, too
            for start in range(0, len(entries), AT_ONCE):
                few = entries[start : start + AT_ONCE]
                yield from pool.map(lambda entry: hashed(folder / entry.path, tell), few)
        finally:
            pool.shutdown(cancel_futures=True)


class Inventory:
    """Digests of what a study takes from outside.

    Parameters
    ----------
    base
        Folder of the workflow, to which paths are relative.
    planned
        Whether to take what the plan of the run in progress has found (:meth:`publish`), as jobs on other
        nodes do, and to look only at what it has not.
    """

    def __init__(self, base: str | Path = ".", planned: bool = False):
        self._base = Path(base)
        self._folder = self._base / FOLDER
        self._known: dict[str, str] = self._published() if planned else {}
        self._publishes = False
        self._lock = threading.RLock()

    def of(self, paths: Iterable[str]) -> dict[str, str]:
        """Return the digest of each path, found once: the sha256 of a file, or of all that a folder holds.

        What is neither, or cannot be read, has its kind in place of a digest.  Where hashing takes longer
        than a second it is shown on stderr.
        """
        wanted = list(dict.fromkeys(paths))
        with self._lock:
            new = [path for path in wanted if path not in self._known]
            files = [path for path in new if not (self._base / path).is_dir()]
            for path in new:
                if path not in files:
                    self._known[path] = self._of_folder(path)
            if files:
                self._known |= self._of_files(files)
            if new and self._publishes:
                self.publish()
            return {path: self._known[path] for path in wanted}

    def publish(self) -> None:
        """Say to the jobs of the run that begins what is known, and from now on what becomes known."""
        with self._lock:
            self._publishes = True
            self._write(PLANNED, json.dumps(self._known, sort_keys=True))

    def _published(self) -> dict[str, str]:
        try:
            found = json.loads(self._read(PLANNED))
        except ValueError:
            return {}  # damaged: each is looked at
        return {str(path): str(digest) for path, digest in found.items()} if isinstance(found, dict) else {}

    # -- digests --------------------------------------------------------------------------------

    def _of_folder(self, folder: str) -> str:
        entries = list(entries_below(self._base / folder))
        contents = self._contents(folder, self._base / folder, entries)
        digest = hashlib.sha256()
        for entry, content in zip(entries, contents, strict=True):
            digest.update(f"{entry.path}\0{content}\0".encode("utf-8", "surrogateescape"))
        return digest.hexdigest()

    def _of_files(self, files: list[str]) -> dict[str, str]:
        entries = []
        for path in files:
            try:
                entries.append(_entry(path, (self._base / path).stat()))
            except OSError as error:
                entries.append(Entry(path, unreadable(error), None))
        return dict(zip(files, self._contents(SINGLE, self._base, entries), strict=True))

    def _contents(self, name: str, folder: Path, entries: list[Entry]) -> list[str]:
        """Return the sha256 or kind of each entry, of what is remembered under a name or by reading."""
        before = self._remembered(name)
        contents: list[str] = []
        kept: dict[str, str] = {}
        unknown = []
        for place, entry in enumerate(entries):
            stamp, _, rest = before.get(entry.path, "").partition(" = ")
            began, _, digest = rest.partition(" ")
            if entry.stamp and entry.stamp == stamp and trusted(entry, int(began)):
                kept[entry.path] = before[entry.path]
                contents.append(digest)
            else:
                contents.append(entry.kind or "")
                if entry.kind is None:
                    unknown.append(place)
        if not unknown:
            if name != SINGLE and len(kept) < len(before):
                self._remember(name, kept)
            return contents
        saved = time.monotonic()
        try:
            with contextlib.closing(_hashes(folder, [entries[place] for place in unknown])) as done:
                for place, found in zip(unknown, done, strict=True):
                    contents[place] = found.digest
                    if found.stamp:
                        kept[entries[place].path] = f"{found.stamp} = {found.began} {found.digest}"
                    if time.monotonic() - saved > SAVED:
                        self._remember(name, before | kept)
                        saved = time.monotonic()
        except BaseException:
            self._remember(name, before | kept)
            raise
        if name == SINGLE:
            kept = dict(list((self._remembered(name) | kept).items())[-MOST_SINGLE:])
        self._remember(name, kept)
        return contents

    # -- memory ---------------------------------------------------------------------------------

    def _remembered(self, name: str) -> dict[str, str]:
        """Return what is remembered under a name, by path; nothing where it is damaged."""
        text = self._read(_file_of(name))
        sum_, _, lines = text.partition("\n")
        if sum_ != hashlib.sha256(lines.encode()).hexdigest():
            if text:
                log.warning("%s is damaged: what it remembered is hashed again", FOLDER / _file_of(name))
            return {}
        return dict(json.loads(line) for line in lines.splitlines())

    def _remember(self, name: str, entries: dict[str, str]) -> None:
        lines = "".join(f"{json.dumps(item)}\n" for item in entries.items())
        self._write(_file_of(name), f"{hashlib.sha256(lines.encode()).hexdigest()}\n{lines}")

    def _read(self, file: str) -> str:
        try:
            return (self._folder / file).read_text(encoding="utf-8")
        except FileNotFoundError:
            return ""
        except (OSError, ValueError) as error:
            log.warning("%s cannot be read (%s): it is passed over", FOLDER / file, error)
            return ""

    def _write(self, file: str, text: str) -> None:
        """Replace a file of the memory whole: of two plans at once the later one's stays; both are true."""
        # another plan may have this process's number on another node
        temporary = self._folder / f".{file}.{uuid.uuid4().hex}.tmp"
        try:
            self._folder.mkdir(exist_ok=True)
            self._forget_killed()
            temporary.write_text(text, encoding="utf-8")
            temporary.replace(self._folder / file)
        except FileNotFoundError:
            return  # nothing was planned in this folder: nothing is left in it
        except OSError as error:
            log.warning(
                "%s cannot be written (%s): what was hashed now is hashed again by the next plan",
                FOLDER / file,
                error.strerror or error,
            )
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)

    def _forget_killed(self) -> None:
        for stale in self._folder.glob(".*.tmp"):
            with contextlib.suppress(FileNotFoundError):  # another plan was faster
                if time.time() - stale.stat().st_mtime > STALE:
                    stale.unlink()


def _file_of(name: str) -> str:
    return f"{hashlib.sha256(os.fsencode(name)).hexdigest()[:16]}.jsonl" if name else "files.jsonl"


def digest_of_input(path: str | Path, base: str | Path = ".") -> str:
    """Return what provenance has of an input: the sha256 of a file, read again, or the digest of a folder.

    Raises
    ------
    OSError
        If a file cannot be read.
    """
    whole = Path(base) / path
    return Inventory(base).of([str(path)])[str(path)] if whole.is_dir() else provenance.digest(whole)
