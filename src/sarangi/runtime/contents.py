"""Whether a file of results is whole: each kind is opened and read to its end."""

import json
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any


def opened(path: Path) -> dict[str, Any] | None:
    """Open a result and read it to its end, a piece at a time.

    Returns
    -------
    dict or None
        The provenance inside, of a file that has it.

    Raises
    ------
    ValueError, OSError, EOFError, SarangiError, zipfile.BadZipFile, tarfile.TarError, pyarrow.ArrowException
        If the file is not what its suffix says.
    """
    reader: Callable[[Path], dict | None] = READERS.get(path.suffix, lambda _: None)
    return reader(path)


def _parquet(path: Path) -> dict[str, Any]:
    # here, since a job of figures and text has no need of it
    import pyarrow.parquet as pq

    from sarangi.base import store

    inside = store.provenance(path)
    with pq.ParquetFile(path) as file:
        for group in range(file.num_row_groups):
            file.read_row_group(group)
    return inside


def _json(path: Path) -> None:
    json.loads(path.read_text(encoding="utf-8"))


def _text(path: Path) -> None:
    with path.open(encoding="utf-8") as file:
        if not any(line.strip() for line in file):
            raise ValueError("it is empty")


def _zip(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        archive.infolist()


def _gzip(path: Path) -> None:
    with tarfile.open(path, "r:gz") as archive:
        archive.getmembers()


def _safetensors(path: Path) -> None:
    size = path.stat().st_size
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if not 0 < length <= size - 8:
            raise ValueError("its header is longer than the file")
        header = json.loads(file.read(length))
    ends = [entry["data_offsets"][1] for name, entry in header.items() if name != "__metadata__"]
    if 8 + length + max(ends, default=0) != size:
        raise ValueError("its tensors do not end where the file does")


def _framed(start: bytes, end: bytes) -> Callable[[Path], None]:
    def check(path: Path) -> None:
        with path.open("rb") as file:
            first = file.read(len(start))
            file.seek(max(0, path.stat().st_size - 64))
            if first != start or end not in file.read():
                raise ValueError(f"it does not begin with {start!r}, or {end!r} is missing at its end")

    return check


READERS: dict[str, Callable[[Path], dict | None]] = {
    ".parquet": _parquet,
    ".json": _json,
    ".zip": _zip,
    ".gz": _gzip,
    ".safetensors": _safetensors,
    ".pdf": _framed(b"%PDF-", b"%%EOF"),
    ".html": _framed(b"<!DOCTYPE html>", b"</html>"),
    ".png": _framed(b"\x89PNG\r\n\x1a\n", b"IEND"),
    **dict.fromkeys((".tex", ".md", ".csv"), _text),
}
