"""Archives as publishers ship them, made into one zip that can be read at random.

A compressed tar can only be read from its beginning, and archives lie in archives.  What a publisher
sent is foreign: nothing is unpacked to disk, names are checked, and what opens without end is refused.
"""

import bz2
import contextlib
import gzip
import logging
import lzma
import shutil
import stat
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path, PureWindowsPath
from typing import Any, NamedTuple

from sarangi.base.errors import SarangiError
from sarangi.base.progress import progress
from sarangi.sources.source import LARGEST_FILE, Entry, hidden, is_archive, is_tar, is_zip, told

log = logging.getLogger("sarangi")

CHUNK, LONGEST_NAME = 2**18, 2**12
LARGEST_TOTAL, LARGEST_RATIO = 2**30, 100
"""An archive that opens to more bytes than the first, and more than this many times its own, is a bomb."""

DECOMPRESSORS: dict[bytes, Callable[[Any], Any]] = {
    b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ": lzma.open,
}  # fmt: skip


class Member(NamedTuple):
    """A file in an archive; to be read before the next one is asked for."""

    name: str
    size: int
    file: Any
    """Has ``read(size)`` and ``peek(size)``; goes forwards only, but for the outermost."""
    regular: bool = True
    """Whether it is a file, and no link or device, of which the zip keeps the name alone."""


def repack(files: Mapping[str, Path], output: Path) -> None:
    """Write files into one zip without compression, archives by their members in the order they come.

    An archive in an archive is replaced by its own members, beside it; one in that stays a file.  The
    same files give the same bytes.  Memory does not grow with the members' sizes.  Hidden files and
    the resource forks of macOS are left out; links and devices come in as links to nothing, so that whoever
    lists the zip can say that they were there.

    Parameters
    ----------
    files
        By the names they have in the zip.  One whose name ends like an archive's is a zip or a tar
        (plain, gzip, bzip2 or xz; told by its content).
    output
        Zip archive to write.

    Raises
    ------
    SarangiError
        If an archive is damaged, a name leads out of it, a member is larger than 1 GiB, the archive
        opens to more than 1 GiB and a hundred times its own size, or nothing is in it.
    """
    kept = 0
    try:
        with zipfile.ZipFile(output, "w", zipfile.ZIP_STORED) as packed:
            for name, path in files.items():
                with path.open("rb") as file:
                    outer = Member(safe_name(name, path), path.stat().st_size, file)
                    budget = _Budget(path, output.parent)
                    for member in progress(_opened(outer, budget), None, f"repack {name}"):
                        _add(packed, member, path)
                        kept += member.regular
        if not kept:
            raise SarangiError(f"{', '.join(map(str, files.values()))}: expected recordings, found no file")
    except BaseException:
        output.unlink(missing_ok=True)  # half an archive reads like a whole one
        raise


def needs_repacking(path: Path) -> bool:
    """Return whether an archive is a tar, or a zip that holds archives; any other zip is read as it is.

    Raises
    ------
    SarangiError
        If it is neither a zip nor a tar archive.
    """
    if is_zip(path):
        with told(path, path.name), zipfile.ZipFile(path) as archive:
            return any(is_archive(name) and not hidden(name) for name in archive.namelist())
    if not is_tar(path):
        raise SarangiError(f"{path}: expected a zip or a tar archive; it is neither")
    return True


def safe_name(name: str, archive: str | Path) -> str:
    """Return the name of a member as a relative POSIX path.

    Raises
    ------
    SarangiError
        If it is absolute, has ``..`` in it, or is empty.
    """
    path = PureWindowsPath(name)  # takes either slash, and knows drives
    found = "/".join(path.parts)
    if path.anchor or PureWindowsPath(found).anchor or ".." in path.parts or "\0" in name or not found:
        raise SarangiError(
            f"{archive}: the name {name!r} of a member leads out of the archive; expected a relative path. "
            "Nothing was unpacked. Get the archive again from its publisher, or leave that member out"
        )
    # bytes of a name that are no UTF-8 come as surrogates, which no zip can hold
    return found.encode("utf-8", "replace").decode("utf-8")


class _Budget:
    """Counts the bytes that an archive opens to, and refuses a bomb; ``folder`` is for temporary files."""

    def __init__(self, path: Path, folder: Path):
        self.path, self.folder = path, folder
        self.size, self.total = path.stat().st_size, 0

    def spend(self, count: int) -> None:
        self.total += count
        if self.total > max(LARGEST_TOTAL, LARGEST_RATIO * self.size):
            raise SarangiError(
                f"{self.path}: opens to more than {LARGEST_TOTAL} bytes and {LARGEST_RATIO} times its own "
                f"{self.size}, as no recordings do. Unpack it yourself if you trust it"
            )


class _Counted:
    """A stream whose bytes are counted."""

    def __init__(self, file: Any, budget: _Budget):
        self._file, self._budget, self._ended = file, budget, 0

    def read(self, size: int) -> bytes:
        data = self._file.read(size)
        # tarfile would go on to the place that a damaged header names, however far behind the end
        self._ended = 0 if data else self._ended + 1
        if self._ended > 100:
            raise EOFError("it ends before its headers say")
        self._budget.spend(len(data))
        return data

    def peek(self, size: int) -> bytes:
        return self._file.peek(size)


def _opened(outer: Member, budget: _Budget, depth: int = 0) -> Iterator[Member]:
    """Yield a file, or what is in it if it is an archive and not in two others."""
    if depth == 2 or not outer.regular or not is_archive(outer.name):
        yield outer
        return
    with told(budget.path, outer.name):
        head = outer.file.peek(8)
    read = _zip_members if head.startswith(b"PK") else _tar_members
    beside = outer.name.rpartition("/")[0]
    for member in read(outer, head, budget, depth):
        name = safe_name(member.name, budget.path)
        if not hidden(name):
            name = f"{beside}/{name}" if beside else name
            yield from _opened(member._replace(name=name), budget, depth + 1)


def _tar_members(outer: Member, head: bytes, budget: _Budget, depth: int) -> Iterator[Member]:
    """Yield the files of a tar, read once from its beginning to its end."""
    known = [decompress for magic, decompress in DECOMPRESSORS.items() if head.startswith(magic)]
    plain = known[0](outer.file) if known else outer.file
    with told(budget.path, outer.name):
        stream = _Counted(plain, budget)
        archive = tarfile.open(fileobj=stream, mode="r|", tarinfo=Entry)  # noqa: SIM115  (a view of a stream)
    while True:
        with told(budget.path, outer.name):
            member = archive.next()
        if member is None:
            break
        archive.members.clear()  # it would keep the header of every member
        if member.isreg():
            if member.issparse():
                budget.spend(member.size)  # its holes are in no stream
            yield Member(member.name, member.size, archive.extractfile(member))
        elif not member.isdir():
            yield _odd(member.name, outer.name, budget)
    # the checksum of a compressed tar stands at its end; and a damaged header looks like the end
    with told(budget.path, outer.name):
        while rest := archive.fileobj.read(CHUNK):
            if rest.strip(b"\0"):
                raise tarfile.ReadError("a header in it is damaged, or something follows its end")


def _zip_members(outer: Member, head: bytes, budget: _Budget, depth: int) -> Iterator[Member]:
    """Yield the files of a zip; one that lies in another archive is copied to a temporary file first."""
    with contextlib.ExitStack() as stack:
        file = outer.file
        if depth:
            file = stack.enter_context(tempfile.TemporaryFile(dir=budget.folder))
            with told(budget.path, outer.name):
                shutil.copyfileobj(_Counted(outer.file, budget), file, CHUNK)
        with told(budget.path, outer.name):
            archive = stack.enter_context(zipfile.ZipFile(file))
        for info in archive.infolist():
            if info.filename.endswith("/"):
                continue
            if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG):
                yield _odd(info.filename, outer.name, budget)
                continue
            with told(budget.path, f"{info.filename} in {outer.name}"):
                member = archive.open(info)
            with member:
                yield Member(info.filename, info.file_size, _Counted(member, budget))


def _odd(name: str, archive: str, budget: _Budget) -> Member:
    log.warning("%s: %s in %s is a link or a device and no file", budget.path, name, archive)
    return Member(name, 0, None, regular=False)


def _refuse_odd(path: Path, name: str, size: int) -> None:
    if size > LARGEST_FILE:
        raise SarangiError(
            f"{path}: {name} has {size} bytes, expected at most {LARGEST_FILE} in a recording. "
            "Unpack the archive yourself if you trust it"
        )
    if len(name) > LONGEST_NAME or size < 0:
        raise SarangiError(f"{path}: the header of {name} is damaged. Get the archive again")


def _add(packed: zipfile.ZipFile, member: Member, path: Path) -> None:
    _refuse_odd(path, member.name, member.size)
    info = zipfile.ZipInfo(member.name)  # dated 1980
    mode = 0o644 if member.regular else stat.S_IFLNK | 0o777
    info.file_size, info.create_system, info.external_attr = member.size, 3, mode << 16
    with packed.open(info, "w") as target:
        left = member.size
        while left:
            with told(path, member.name):
                data = member.file.read(min(CHUNK, left))
                if not data:
                    raise EOFError(f"{left} of its {member.size} bytes are missing")
            left -= len(data)
            target.write(data)
