"""Where a corpus lies: a folder, or a zip or tar archive that is read without unpacking it."""

import contextlib
import csv
import errno
import io
import lzma
import os
import struct
import tarfile
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from sarangi.base.documents import DocumentError, decoded
from sarangi.base.errors import SarangiError

IN_HAND = Path("resources/corpora")
ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz")
SLOW_ARCHIVES = (".tar.gz", ".tgz")  # can only be read from their beginning
# what zipfile and tarfile raise for damage: a RuntimeError for what is encrypted, or compressed in a way
# that they do not know; the others for numbers in headers that cannot be
DAMAGE = (
    EOFError, OSError, RuntimeError, zlib.error, lzma.LZMAError, tarfile.TarError, zipfile.BadZipFile,
    ValueError, IndexError, OverflowError, AttributeError, struct.error,
)  # fmt: skip
HEADERS = (
    tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE, tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
)  # fmt: skip
LARGEST_HEADER = 2**20
LARGEST_FILE = 2**30  # a longer member of an archive is a bomb, not a recording


@contextlib.contextmanager
def told(path: Path, name: str = "it") -> Iterator[None]:
    """Say of damage in an archive where it is; a disk that fails keeps its own error.

    Raises
    ------
    SarangiError
        In place of what zipfile, tarfile and the decompressors raise.
    """
    try:
        yield
    except DAMAGE as error:
        # tarfile looks for places that no file has
        if getattr(error, "errno", None) not in (None, errno.EINVAL):
            raise
        raise SarangiError(f"{path}: {name} cannot be read ({error}). Get the archive again") from error


def is_zip(path: Path) -> bool:
    """Whether a file is a zip archive, by its content."""
    return zipfile.is_zipfile(path)


def is_tar(path: Path) -> bool:
    """Whether a file is a tar archive, compressed or not, by its content; a damaged one may be none."""
    if not path.is_file():
        return False
    with told(path):
        return tarfile.is_tarfile(path)


def shown_name(path: str) -> str:
    """Return a path in which bytes that are no UTF-8, which Python has as surrogates, are escaped."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def find(corpus: str, folder: str | Path = IN_HAND) -> Path | None:
    """Return the user's own copy of a corpus, ``<folder>/<corpus>`` or an archive of that name.

    Costs one ``stat`` a possible name and opens nothing.
    """
    for suffix in ("", *ARCHIVES):
        path = Path(folder) / f"{corpus}{suffix}"
        if path.exists():
            return path
    return None


class Entry(tarfile.TarInfo):
    """A member of a tar, whose headers in several blocks (long names, pax) may not be of any length.

    tarfile reads such a header whole, and a compressed one of a kilobyte can be a gigabyte.
    """

    def _proc_member(self, archive: tarfile.TarFile) -> tarfile.TarInfo:
        if self.type in HEADERS and not 0 <= self.size <= LARGEST_HEADER:
            raise tarfile.ReadError(
                f"a header in it has {self.size} bytes; at most {LARGEST_HEADER} are read"
            )
        return super()._proc_member(archive)


class Source:
    """Read-only view of a corpus as relative POSIX paths and bytes.

    Hidden files and the resource forks that macOS puts into archives are left out.

    Parameters
    ----------
    path
        A folder, or a zip or tar archive (known by its content, whatever its name).

    Raises
    ------
    SarangiError
        If ``path`` is none of these.
    """

    def __init__(self, path: str | Path):
        self.path = Path(path)
        self._archive: zipfile.ZipFile | tarfile.TarFile | None = None
        self._members: dict[str, list[Any]] = defaultdict(list)
        if self.path.is_dir():
            found = list(files_below(self.path))
        elif is_zip(self.path):
            with told(self.path):
                self._archive = zipfile.ZipFile(self.path)
                members = [m for m in self._archive.infolist() if not m.filename.endswith("/")]
            for info in members:
                self._members[info.filename].append(info)
            found = list(self._members)
        elif is_tar(self.path):
            with told(self.path):
                self._archive = tarfile.open(self.path, tarinfo=Entry)  # noqa: SIM115  (closed by __exit__)
                entries = [m for m in self._archive.getmembers() if m.isreg()]
            for entry in entries:
                self._members[entry.name].append(entry)
            found = list(self._members)
        else:
            raise SarangiError(
                f"{self.path}: expected a folder, a zip or a tar archive; it is none of these. "
                "Put the corpus there as its publisher ships it."
            )
        # bytes of a name that are no UTF-8 come as surrogates, which no table can hold
        self._real = {shown_name(path): path for path in found}
        self._paths = sorted(path for path in map(shown_name, found) if path and not hidden(path))
        self._known = frozenset(self._paths)

    def paths(self, *suffixes: str) -> list[str]:
        """Return the files, sorted, with one of the suffixes (``.wav``; any case) or all."""
        wanted = tuple(suffix.lower() for suffix in suffixes)
        return [path for path in self._paths if not wanted or path.lower().endswith(wanted)]

    def has(self, path: str) -> bool:
        """Whether there is a file of that path."""
        return path in self._known

    def times(self, path: str) -> int:
        """Return how many times an archive holds a file under the same path; 1 in a folder."""
        return max(1, len(self._members.get(self._real.get(path, path), ())))

    def read(self, path: str) -> bytes:
        """Return the content of one file.

        Raises
        ------
        SarangiError
            If the file is damaged in its archive, cannot be read, is larger than 1 GiB, or is in its archive
            twice with another content.
        """
        name = self._real.get(path, path)
        try:
            if self._archive is not None:
                # an archive may hold a path twice, and which one counts is a guess
                contents = {self._member(path, member) for member in self._members.get(name, ())}
                if len(contents) > 1:
                    raise SarangiError(
                        f"{self.path}: holds {path} {self.times(path)} times, and these differ. Leave one of "
                        "them in the archive"
                    )
                return contents.pop()
            self._refuse_large(path, (self.path / name).stat().st_size)
            return (self.path / name).read_bytes()
        except (*DAMAGE, KeyError) as error:
            # KeyError: no such member, to take from an empty set
            raise SarangiError(f"{self.path}: {path} cannot be read ({error})") from error

    def _member(self, path: str, member: Any) -> bytes:
        """Return the content of a member of the archive."""
        if isinstance(self._archive, zipfile.ZipFile):
            self._refuse_large(path, member.file_size)
            return self._archive.read(member)
        self._refuse_large(path, member.size)
        data: bytes = self._archive.extractfile(member).read()
        if len(data) != member.size:
            raise EOFError(f"{len(data)} of its {member.size} bytes are there")
        return data

    def text(self, path: str, encoding: str = "utf-8") -> str:
        """Return the content of one text file, without a byte order mark.

        Raises
        ------
        SarangiError
            If the file cannot be read, or is not text in that encoding.
        """
        try:
            return decoded(self.read(path), encoding)
        except DocumentError as error:
            raise SarangiError(f"{self.path}/{path}: {error}") from error

    def _refuse_large(self, path: str, size: int) -> None:
        if size > LARGEST_FILE:
            raise SarangiError(f"{self.path}: {path} has {size} bytes; at most {LARGEST_FILE} are read")

    def __enter__(self) -> "Source":
        return self

    def __exit__(self, *_: object) -> None:
        if self._archive is not None:
            self._archive.close()


def copies_of(source: Source, name: str) -> list[str]:
    """Return the paths of the file of a name and of its copies, the same byte for byte, the uppermost first.

    Raises
    ------
    SarangiError
        If there are several, and they differ.
    """
    found = [path for path in source.paths(name) if PurePosixPath(path).name.lower() == name.lower()]
    if len({source.read(path) for path in found}) > 1:
        raise SarangiError(
            f"{source.path}: {name} lies there {len(found)} times ({', '.join(found)}), and these differ; "
            "keep the one that is to count"
        )
    return sorted(found, key=uppermost)


def uppermost(path: str) -> tuple[int, str]:
    """Return what sorts copies of a file so that the first is the one to keep: in the fewest folders."""
    return path.count("/"), path


def table_rows(
    source: Source, file: str, columns: Sequence[str]
) -> Iterator[tuple[int, dict[str, str | None]]]:
    """Yield each row of a table (CSV) of a corpus with the number of its last line.

    Raises
    ------
    SarangiError
        If it is no such table, or lacks a column: names the file, what is missing, what was found and what
        was expected.
    """
    # with its line breaks as they are: the reader of csv takes each kind
    table = csv.DictReader(io.StringIO(source.text(file), newline=""))
    try:
        _refuse_missing_columns(source, file, table, columns)
        for row in table:
            yield table.line_num, row
    except csv.Error as error:
        raise SarangiError(
            f"{source.path}/{file}:{table.reader.line_num}: no table that can be read ({error}). "
            "Get the table again from its publisher."
        ) from error


def _refuse_missing_columns(source: Source, file: str, table: csv.DictReader, columns: Sequence[str]) -> None:
    found = table.fieldnames or []
    missing = [column for column in columns if column not in found]
    if missing:
        raise SarangiError(
            f"{source.path}/{file}:1: no column {', '.join(missing)}; found {', '.join(found) or 'none'}, "
            f"expected {', '.join(columns)}. Get the table again from its publisher."
        )


def files_below(folder: Path) -> Iterator[str]:
    """Yield the files below a folder as relative POSIX paths, sorted by folder, without hidden ones."""
    for where, folders, files in os.walk(folder):
        folders.sort()
        for file in sorted(files):
            path = (Path(where) / file).relative_to(folder).as_posix()
            if not hidden(path):
                yield path


def is_archive(name: str) -> bool:
    """Return whether a file's name ends like an archive's."""
    return name.lower().endswith(ARCHIVES)


def hidden(path: str) -> bool:
    """Return whether a path is a hidden file, lies in a hidden folder, or is a resource fork of macOS."""
    parts = PurePosixPath(path).parts
    return "__MACOSX" in parts or any(part.startswith(".") and part != ".." for part in parts)
