"""Where a corpus lies: a folder, or a zip or tar archive that is read without unpacking it."""

import csv
import hashlib
import os
import tarfile
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from sarangi.errors import SarangiError

IN_HAND = Path("resources/corpora")
ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz")
SLOW_ARCHIVES = (".tar.gz", ".tgz")  # can only be read from their beginning
ZENODO = "https://zenodo.org/api/records"
KAGGLE = "https://www.kaggle.com/api/v1/datasets/download"
KAGGLE_ADVICE = (
    "make an account and a token at Kaggle (KAGGLE_USERNAME and KAGGLE_KEY, or ~/.kaggle/kaggle.json)"
)
LARGEST_FILE = 2**30  # a longer member of an archive is a bomb, not a recording


def find(corpus: str, folder: str | Path = IN_HAND) -> Path | None:
    """Return the user's own copy of a corpus, ``<folder>/<corpus>`` or an archive of that name.

    Costs one ``stat`` a possible name and opens nothing.
    """
    for suffix in ("", *ARCHIVES):
        path = Path(folder) / f"{corpus}{suffix}"
        if path.exists():
            return path
    return None


def inventory(folder: str | Path) -> str:
    """Return a digest of every path below ``folder`` and its size, for a folder as a parameter.

    Snakemake sees only the time of a folder itself; this sees nested additions, removals and
    changes of size, and no touch.
    """
    digest = hashlib.sha256()
    for path in _files_below(Path(folder)):
        digest.update(f"{path}\0{(Path(folder) / path).stat().st_size}\n".encode())
    return digest.hexdigest()[:16]


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
        if self.path.is_dir():
            self._paths = list(_files_below(self.path))
        elif zipfile.is_zipfile(self.path):
            self._archive = zipfile.ZipFile(self.path)
            self._paths = [m.filename for m in self._archive.infolist() if not m.is_dir()]
        elif self.path.is_file() and tarfile.is_tarfile(self.path):
            self._archive = tarfile.open(self.path)  # noqa: SIM115  (closed by __exit__)
            self._paths = [m.name for m in self._archive.getmembers() if m.isreg()]
        else:
            raise SarangiError(
                f"{self.path}: expected a folder, a zip or a tar archive; it is none of these. "
                "Put the corpus there as its publisher ships it."
            )
        self._paths = sorted(path for path in self._paths if not hidden(path))
        self._known = frozenset(self._paths)

    def paths(self, *suffixes: str) -> list[str]:
        """Return the files, sorted, with one of the suffixes (``.wav``; any case) or all.

        A path that an archive holds twice is listed twice.
        """
        wanted = tuple(suffix.lower() for suffix in suffixes)
        return [path for path in self._paths if not wanted or path.lower().endswith(wanted)]

    def has(self, path: str) -> bool:
        """Whether there is a file of that path."""
        return path in self._known

    def read(self, path: str) -> bytes:
        """Return the content of one file.

        Raises
        ------
        SarangiError
            If the file is damaged in its archive, cannot be read, or is larger than 1 GiB.
        """
        try:
            if isinstance(self._archive, zipfile.ZipFile):
                self._refuse_large(path, self._archive.getinfo(path).file_size)
                return self._archive.read(path)
            if isinstance(self._archive, tarfile.TarFile):
                member = self._archive.getmember(path)
                self._refuse_large(path, member.size)
                return self._archive.extractfile(member).read()
            self._refuse_large(path, (self.path / path).stat().st_size)
            return (self.path / path).read_bytes()
        except (OSError, EOFError, KeyError, zipfile.BadZipFile, tarfile.TarError, RuntimeError) as error:
            # KeyError: no such member; RuntimeError: an encrypted one
            raise SarangiError(f"cannot be read from {self.path}: {error}") from error

    def text(self, path: str, encoding: str = "utf-8") -> str:
        """Return the content of one text file, without a byte order mark.

        Raises
        ------
        SarangiError
            If the file cannot be read, or is not text in that encoding.
        """
        try:
            return self.read(path).decode(encoding).removeprefix("\ufeff")
        except UnicodeDecodeError as error:
            raise SarangiError(f"{self.path}/{path}: expected text in {encoding} ({error})") from error

    def _refuse_large(self, path: str, size: int) -> None:
        if size > LARGEST_FILE:
            raise SarangiError(f"{path} in {self.path} has {size} bytes; at most {LARGEST_FILE} are read")

    def __enter__(self) -> "Source":
        return self

    def __exit__(self, *_: object) -> None:
        if self._archive is not None:
            self._archive.close()


def refuse_missing_columns(source: Source, file: str, table: csv.DictReader, columns: Sequence[str]) -> None:
    """Refuse a table of a corpus that lacks a column.

    Raises
    ------
    SarangiError
        Names the file, what is missing, what was found and what was expected.
    """
    found = table.fieldnames or []
    missing = [column for column in columns if column not in found]
    if missing:
        raise SarangiError(
            f"{source.path}/{file}:1: no column {', '.join(missing)}; found {', '.join(found) or 'none'}, "
            f"expected {', '.join(columns)}. Get the table again from its publisher."
        )


def _files_below(folder: Path) -> Iterator[str]:
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
