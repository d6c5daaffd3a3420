"""Where a corpus lies: a folder, a zip or tar archive that is read without unpacking, or a Parquet file."""

import contextlib
import errno
import lzma
import stat
import struct
import tarfile
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from sarangi.base.documents import DocumentError, decoded
from sarangi.base.errors import SarangiError
from sarangi.sources.listing import (
    FILE,
    FOLDER,
    LONGEST_POINTER,
    MADE_BY_SYSTEMS,
    NO_FILE,
    Listed,
    listed_below,
    no_file,
    problem_of,
    read_regular,
    reason,
    refuse_pointer,
)
from sarangi.sources.parquet_rows import SUFFIX, RowPlace, RowReader, is_parquet, recordings_in

IN_HAND = Path("resources/corpora")
# can only be read from their beginning
SLOW_ARCHIVES = (".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
ARCHIVES = (".zip", ".tar", *SLOW_ARCHIVES)
OTHER_ARCHIVES = (
    ".7z", ".rar", ".zst", ".lz", ".lz4", ".gz", ".bz2", ".xz", ".z", ".001", ".z01", ".part1.rar", ".iso",
)  # fmt: skip
"""Of archives, of their parts and of single files that were packed, none of which is read."""
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
Place = str | zipfile.ZipInfo | tarfile.TarInfo | RowPlace
OWN_FILE = "unpack the archive and put the file itself there"
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
    """Return the user's own copy of a corpus, ``<folder>/<corpus>`` or an archive of that name, in any case.

    Costs one listing of ``folder``, and opens nothing.

    Raises
    ------
    SarangiError
        If something is there that cannot be the corpus: two things whose names differ only by case, a link to
        nothing, a pipe.
    """
    names = names_in(folder)
    for suffix in ("", *ARCHIVES):
        wanted = f"{corpus}{suffix}".casefold()
        same = [name for name in names if name.casefold() == wanted]
        if len(same) > 1:
            raise SarangiError(
                f"{folder} has {' and '.join(same)}, whose names differ only by case; keep one of them"
            )
        for path in (Path(folder) / name for name in same):
            problem = problem_of(path)
            if problem:
                raise SarangiError(f"{path} is {problem}")
            return path
        for name in names:
            if suffix == "" and name.casefold().partition(".")[0] == wanted and _packed_otherwise(name):
                raise SarangiError(
                    f"{folder}/{name} is packed in a way that is not read; unpack it into {folder}/{corpus}"
                )
            if name.casefold() == f"{wanted}.dvc":
                raise SarangiError(f"{folder}/{name} is a note of DVC alone; run `dvc pull {name}` there")
    return None


def names_in(folder: str | Path) -> list[str]:
    """Return the names in a folder, sorted; none where there is no such folder.

    Raises
    ------
    SarangiError
        If it cannot be listed.
    """
    try:
        return sorted(shown_name(path.name) for path in Path(folder).iterdir())
    except OSError as error:
        if isinstance(error, FileNotFoundError) and not Path(folder).is_symlink():
            return []
        raise SarangiError(f"{folder} cannot be listed ({reason(error)})") from error


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

    Hidden files and what operating systems add (the resource forks of macOS) are left out; nothing else is.
    Only what is listed is read, so that no path leads out of the corpus.  Recordings inside of Parquet files
    are listed like files (:mod:`sarangi.sources.parquet_rows`).

    Parameters
    ----------
    path
        A folder, a zip or tar archive or a Parquet file (known by its content, whatever its name).

    Attributes
    ----------
    problems
        By path, what is there and cannot be read: what it is, and what to do.

    Raises
    ------
    SarangiError
        If ``path`` is none of these.
    """

    def __init__(self, path: str | Path):
        self.path = Path(path)
        self._archive: zipfile.ZipFile | tarfile.TarFile | None = None
        self._rows = RowReader()
        found: list[tuple[Listed, Place]]
        if self.path.is_dir():
            found = [(entry, entry.path) for entry in listed_below(self.path)]
            found += self._inside_parquet([entry.path for entry, _ in found if entry.kind == FILE])
        else:
            try:
                found = [(entry, member) for entry, member in self._opened() if not hidden(entry.path)]
            except PermissionError as error:  # another failure of a disk keeps its own error
                raise SarangiError(f"{self.path} cannot be read ({reason(error)})") from error
        self.problems: dict[str, Listed] = {}
        self._folders: set[str] = set()
        # what a path is read from: of two bytes that are no UTF-8, and in an archive, one may come twice
        self._places: dict[str, list[Place]] = {}
        for entry, place in found:
            # bytes of a name that are no UTF-8 come as surrogates, which no table can hold
            shown = shown_name(entry.path)
            if entry.kind == FOLDER:
                self._folders.add(shown)
                continue
            if entry.kind != FILE:
                self.problems[shown] = entry._replace(path=shown)
            if entry.kind in (FILE, NO_FILE):
                self._places.setdefault(shown, []).append(place)
        self._paths = sorted(self._places)

    def _inside_parquet(self, files: list[str]) -> Iterator[tuple[Listed, Place]]:
        """Yield the recordings inside of those files of a folder that are Parquet files."""
        tables = [(path, self.path / path) for path in sorted(files) if path.lower().endswith(SUFFIX)]
        for name, place in recordings_in(tables, set(files)):
            yield Listed(name), place

    def _opened(self) -> Iterator[tuple[Listed, Place]]:
        """Yield the members of an archive, or the recordings in a Parquet file."""
        if is_zip(self.path):
            with told(self.path):
                self._archive = zipfile.ZipFile(self.path)
            for info in self._archive.infolist():
                mode = info.external_attr >> 16
                folder = info.filename.endswith("/") or stat.S_ISDIR(mode)
                regular = stat.S_IFMT(mode) in (0, stat.S_IFREG)
                yield _member(info.filename, folder, regular, stat.S_ISLNK(mode)), info
        elif is_tar(self.path):
            with told(self.path):
                self._archive = tarfile.open(self.path, tarinfo=Entry)  # noqa: SIM115  (closed by __exit__)
                members = self._archive.getmembers()
            for member in members:
                link = member.issym() or member.islnk()
                yield _member(member.name, member.isdir(), member.isreg(), link), member
        elif is_parquet(self.path):
            for name, place in recordings_in([(self.path.name, self.path)], ()):
                yield Listed(name), place
        else:
            raise SarangiError(f"{self.path}: {_no_corpus(self.path)}")

    def paths(self, *suffixes: str) -> list[str]:
        """Return the files, sorted, with one of the suffixes (``.wav``; any case) or all.

        What cannot be read is listed too, and a folder whose name has a suffix that is asked for:
        :meth:`read` says what it is.
        """
        if not suffixes:
            return list(self._paths)
        wanted = tuple(suffix.lower() for suffix in suffixes)
        return [path for path in sorted([*self._paths, *self._folders]) if path.lower().endswith(wanted)]

    def named(self, name: str) -> list[str]:
        """Return the files of a name in any folder, sorted; upper and lower case are the same."""
        wanted = name.lower()
        return [path for path in self._paths if path.lower().rpartition("/")[2] == wanted]

    def like(self, path: str) -> list[str]:
        """Return the file of a path, or else those whose path differs only by case or Unicode form."""
        return [path] if path in self._places else sorted(self._by_likeness.get(likeness(path), ()))

    @cached_property
    def _by_likeness(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for path in self._paths:
            found.setdefault(likeness(path), set()).add(path)
        return found

    def has(self, path: str) -> bool:
        """Whether there is a file of that path."""
        return path in self._places

    def is_file(self, path: str) -> bool:
        """Whether a path is a file of its own, and no recording inside of a Parquet file."""
        return any(not isinstance(place, RowPlace) for place in self._places.get(path, ()))

    def names_in_rows(self, file: Path, column: str) -> dict[int, str]:
        """Return the names of the recordings that a column of a Parquet file holds as bytes, by row."""
        return self._by_column.get((file, column), {})

    @cached_property
    def _by_column(self) -> dict[tuple[Path, str], dict[int, str]]:
        found: dict[tuple[Path, str], dict[int, str]] = {}
        for path, places in self._places.items():
            for place in places:
                if isinstance(place, RowPlace):
                    found.setdefault((place.file, place.column), {})[place.row] = path
        return found

    def times(self, path: str) -> int:
        """Return how many times an archive holds a file under the same path; 1 in a folder."""
        return max(1, len(self._places.get(path, ())))

    def read(self, path: str) -> bytes:
        """Return the content of one file.

        Raises
        ------
        SarangiError
            If it is not among the files listed, is not a file, is damaged in its archive, cannot be read, is
            larger than 1 GiB, is in its archive twice with another content, or stands for a file that was not
            fetched.
        """
        if path in self.problems:
            raise SarangiError(f"{self.path}: {path} is {self.problems[path].problem}")
        if path in self._folders and path not in self._places:
            raise SarangiError(f"{self.path}: {path} is {no_file(stat.S_IFDIR)}")
        try:
            # an archive may hold a path twice, and which one counts is a guess
            contents = {self._content(place) for place in self._places[path]}
            if len(contents) > 1:
                raise SarangiError(
                    f"{self.path}: holds {path} {self.times(path)} times, and these differ. Leave one of "
                    "them in the archive"
                )
            data = contents.pop()
            refuse_pointer(data)
        except KeyError:
            raise SarangiError(f"{self.path}: there is no file {path} in the corpus") from None
        except DAMAGE as error:
            why = reason(error) if isinstance(error, OSError) else error
            raise SarangiError(f"{self.path}: {path} cannot be read ({why})") from error
        return data

    def _content(self, place: Place) -> bytes:
        if isinstance(place, str):
            return read_regular(self.path / place, LARGEST_FILE)
        if isinstance(place, RowPlace):
            return self._rows.read(place)
        size = place.file_size if isinstance(place, zipfile.ZipInfo) else place.size
        if size > LARGEST_FILE:
            raise ValueError(f"it has {size} bytes; at most {LARGEST_FILE} are read")
        archive: Any = self._archive
        if isinstance(place, zipfile.ZipInfo):
            return archive.read(place)
        data = archive.extractfile(place).read()
        if len(data) != size:
            raise EOFError(f"{len(data)} of its {size} bytes are there")
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

    def __enter__(self) -> "Source":
        return self

    def __exit__(self, *_: object) -> None:
        self._rows.close()
        if self._archive is not None:
            self._archive.close()


def copies_of(source: Source, name: str) -> list[str]:
    """Return the paths of the file of a name and of its copies, the same byte for byte, the uppermost first.

    Upper and lower case are the same.

    Raises
    ------
    SarangiError
        If there are several, and they differ.
    """
    found = source.named(name)
    if len({source.read(path) for path in found}) > 1:
        raise SarangiError(
            f"{source.path}: {name} is there {len(found)} times ({', '.join(found)}), and these differ; "
            "keep the one that is to count"
        )
    return sorted(found, key=uppermost)


def uppermost(path: str) -> tuple[int, str]:
    """Return what sorts copies of a file so that the first is the one to keep: in the fewest folders."""
    return path.count("/"), path


def _packed_otherwise(name: str) -> bool:
    lower = name.casefold()
    return lower.endswith(OTHER_ARCHIVES) and not lower.endswith(ARCHIVES)


def _member(name: str, folder: bool, regular: bool, link: bool) -> Listed:
    """Return a member of an archive as listed; links in archives are somebody else's, and not followed.

    A path has the form that it has in a folder: without the ``./`` of ``tar c .``, and with the slashes of
    other programs for those of some on Windows.
    """
    parts = PureWindowsPath(name)  # takes either slash, and knows drives
    if not parts.anchor:
        slashed = name if "/" in name else name.replace("\\", "/")
        folder |= slashed.endswith("/")
        name = "/".join(part for part in slashed.split("/") if part not in ("", "."))
    if not name.strip("/"):
        if folder:
            return Listed(".", FOLDER)
        return Listed("(no name)", NO_FILE, f"a member of the archive without a name; {OWN_FILE}")
    if folder:
        return Listed(name.rstrip("/"), FOLDER)
    if parts.anchor or ".." in parts.parts:
        return Listed(name, NO_FILE, f"a name that leads out of the archive; {OWN_FILE}")
    if link:
        return Listed(name, NO_FILE, f"a link in an archive, which is not followed; {OWN_FILE}")
    if not regular:
        return Listed(name, NO_FILE, f"a pipe or a device in an archive, and no file; {OWN_FILE}")
    return Listed(name)


def _no_corpus(path: Path) -> str:
    """Return what is wrong with something that is no folder and no archive."""
    try:
        if path.stat().st_size <= LONGEST_POINTER:
            refuse_pointer(read_regular(path, LONGEST_POINTER))
    except OSError as error:
        return f"it cannot be read ({reason(error)})"
    except ValueError as error:
        return str(error)
    return (
        "expected a folder, a zip or a tar archive, or a Parquet file; it is none of these. "
        "Put the corpus there as its publisher ships it."
    )


def likeness(path: str) -> str:
    """Return a path as it is compared: of two that differ only by case or by their Unicode form, the same."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


def is_archive(name: str) -> bool:
    """Return whether a file's name ends like an archive's."""
    return name.lower().endswith(ARCHIVES)


def hidden(path: str) -> bool:
    """Return whether a path is a hidden file, lies in a hidden folder, or is a resource fork of macOS."""
    parts = PurePosixPath(path).parts
    return any(part in MADE_BY_SYSTEMS or (part.startswith(".") and part != "..") for part in parts)
