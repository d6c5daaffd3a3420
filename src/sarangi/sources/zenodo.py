"""Fetching the files of a Zenodo record."""

import json
import logging
import re
import shutil
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

from sarangi.base.errors import SarangiError
from sarangi.sources import checksums
from sarangi.sources.addresses import ZENODO
from sarangi.sources.archives import first_use
from sarangi.sources.https import content_of, receive
from sarangi.sources.proxies import without_secrets
from sarangi.sources.repack import repack, safe_name
from sarangi.sources.source import hidden

log = logging.getLogger("sarangi")

LONGEST_NAME = 200  # characters


class File(NamedTuple):
    """A file of a record, as the record describes it."""

    name: str
    address: str
    checksum: str
    size: int


def fetch_record(record: str, output: Path, part: Path) -> None:
    """Fetch the files of a Zenodo record as one zip, in which archives are taken apart.

    Parameters
    ----------
    record
        Number of the record, which names one version of it.
    output
        Zip archive to write.
    part
        What has arrived is kept in a folder of that name and an ``s``.

    Raises
    ------
    SarangiError
        If the record cannot be obtained or has no files, a file is not what the record says or what came
        from there the first time, or is an archive that :func:`sarangi.sources.repack.repack` refuses.
    """
    files, folder = _files_of(f"{ZENODO}/{record}"), part.with_name(f"{part.name}s")
    folder.mkdir(exist_ok=True)
    recorded, parts = {}, {}
    for number, file in enumerate(files, 1):
        # numbered: names that differ by case only are one name to some file systems
        here = parts[file.name] = folder / f"{number:04}_{re.sub('[^A-Za-z0-9.-]', '_', file.name)[-60:]}"
        receive(file.address, here, file.checksum, file.size)
        shown = without_secrets(file.address)
        # a link that is signed opens the file for others, and is another one each time
        name = file.address if shown == file.address else f"{ZENODO}/{record}#{file.name}"
        recorded[name] = (first_use(name, here), file.size)
        log.info("%s: %d bytes, %s, %s", shown, file.size, file.checksum, recorded[name][0])
    repack(parts, output)
    for name, (checksum, size) in recorded.items():
        checksums.record(name, checksum, size)
    shutil.rmtree(folder)


def _files_of(address: str) -> list[File]:
    """Return the files of a Zenodo record, in its order."""
    text = content_of(address, {"Accept": "application/json"})
    try:
        files = [_file(entry, address) for entry in _listed(text)]
        if not files:
            raise ValueError("no file")
        for what in ("name", "address"):
            most, count = Counter(getattr(file, what) for file in files).most_common(1)[0]
            if count > 1:
                raise ValueError(f"{count} files of one {what}, {most}")
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        found = "it is nested too deep" if isinstance(error, RecursionError) else error
        raise SarangiError(
            f"{address}: expected a record with open files, each with a plain name, size, checksum and link; "
            f"found something else ({found}). Look at the record's page, and put the corpus there yourself"
        ) from error
    return files


def _listed(text: bytes) -> list[Any]:
    record = json.loads(text, object_pairs_hook=_once)
    files = record["files"] if isinstance(record, dict) else record
    if not isinstance(files, list):
        raise TypeError(f"{type(files).__name__} where a list of files is expected")
    return files


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object of JSON whose keys each appear once."""
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)
        raise ValueError(f"the key {twice!r} appears twice")
    return found


def _file(entry: dict[str, Any], address: str) -> File:
    link = entry["links"]["self"]
    for field, value, kind in (
        ("key", entry["key"], str),
        ("checksum", entry["checksum"], str),
        ("link", link, str),
        ("size", entry["size"], int),
    ):
        if type(value) is not kind:  # true is an int to Python
            raise TypeError(f"{field} {value!r}, no {'text' if kind is str else 'whole number'}")
    file = File(safe_name(entry["key"], address), link, entry["checksum"], entry["size"])
    if (
        "/" in file.name
        or hidden(file.name)
        or not entry["key"].isprintable()
        or len(file.name) > LONGEST_NAME
        or not re.fullmatch("md5:[0-9a-f]{32}|sha256:[0-9a-f]{64}", file.checksum)
    ):
        raise ValueError(f"file {file.name!r} with checksum {file.checksum!r}")
    if not 0 <= file.size < 2**63 or not re.match("https?://", file.address):
        raise ValueError(f"file {file.name!r} of {file.size} bytes at {without_secrets(file.address)!r}")
    return file
