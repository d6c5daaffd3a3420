"""Fetching the files of a Zenodo record."""

import json
import logging
import re
import shutil
from pathlib import Path

from sarangi.base.errors import SarangiError
from sarangi.sources import checksums
from sarangi.sources.addresses import ZENODO
from sarangi.sources.archives import first_use
from sarangi.sources.https import answer_of, receive, tries
from sarangi.sources.repack import repack, safe_name
from sarangi.sources.source import hidden

log = logging.getLogger("sarangi")


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
        If the record cannot be had or has no files, a file is not what the record says or what came
        from there the first time, or is an archive that :func:`sarangi.sources.repack.repack` refuses.
    """
    files, folder = _files_of(f"{ZENODO}/{record}"), part.with_name(f"{part.name}s")
    folder.mkdir(exist_ok=True)
    recorded = {}
    for name, (address, checksum, size) in files.items():
        receive(address, folder / name, checksum, size)
        recorded[address] = (first_use(address, folder / name), size)
        log.info("%s: %d bytes, %s, %s", address, size, checksum, recorded[address][0])
    repack({name: folder / name for name in files}, output)
    for address, (checksum, size) in recorded.items():
        checksums.record(address, checksum, size)
    shutil.rmtree(folder)


def _files_of(address: str) -> dict[str, tuple[str, str, int]]:
    """Return address, checksum and size of each file of a Zenodo record, by name."""
    for attempt in tries(address, 0.5):
        with attempt, answer_of(address, {"Accept": "application/json"}) as answer:
            text = answer.content
    try:
        files = {
            safe_name(entry["key"], address): (entry["links"]["self"], entry["checksum"], int(entry["size"]))
            for entry in json.loads(text)["files"]
        }
        if not files:
            raise ValueError("no file")
        for name, (_, checksum, _) in files.items():
            if "/" in name or hidden(name) or not re.fullmatch("(md5|sha256):[0-9a-f]+", checksum):
                raise ValueError(f"file {name!r} with checksum {checksum!r}")
    except (ValueError, KeyError, TypeError) as error:
        raise SarangiError(
            f"{address}: expected a record with open files, each with a plain name, size, checksum and link; "
            f"found something else ({error}). Look at the record's page, and put the corpus there yourself"
        ) from error
    return files
