"""Checksums of downloads that no publisher states: recorded on first use, enforced from then on.

``checksums.yaml`` lies in the study's folder and is meant to be committed.  One line an address, sorted.
"""

import fcntl
import json
import logging
import os
from pathlib import Path

from sarangi.base.documents import DocumentError
from sarangi.base.errors import SarangiError
from sarangi.base.yaml_documents import yaml_in
from sarangi.sources.proxies import without_secrets

log = logging.getLogger("sarangi")

CHECKSUMS = Path("checksums.yaml")


def enforce(address: str, checksum: str, size: int) -> bool:
    """Compare what came from an address with what came first, and return whether it was known.

    Parameters
    ----------
    address
        Where it came from.
    checksum
        ``<algorithm>:<hexadecimal digits>`` of what came.
    size
        Bytes of what came.

    Raises
    ------
    SarangiError
        If something else came than the first time, or the file of checksums cannot be read.
    """
    recorded = _read().get(address)
    if recorded is None:
        return False
    if recorded != {"checksum": checksum, "size": size}:
        raise SarangiError(
            f"{without_secrets(address)}: found {size} bytes with {checksum}; expected "
            f"{recorded['size']} bytes with {recorded['checksum']}, as {CHECKSUMS} recorded on first use. "
            f"They were thrown away. Run the same command again; if it stays so and the publisher "
            f"changed the file on purpose, delete the line of that address in {CHECKSUMS}"
        )
    return True


def record(address: str, checksum: str, size: int) -> None:
    """Record what came from an address, as :func:`enforce` takes it; other downloads lose nothing by it.

    Raises
    ------
    SarangiError
        If another download recorded something else meanwhile, or the file of checksums cannot be read.
    """
    folder = Path(".snakemake")
    folder.mkdir(exist_ok=True)
    with (folder / "checksums.lock").open("w") as lock:  # the file itself is replaced, so it cannot be locked
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
        except OSError as error:
            log.warning(
                "%s: this file system takes no locks (%s), so of two downloads that end at once one may go "
                "unrecorded: start one run at a time here",
                folder,
                error.strerror,
            )
        if enforce(address, checksum, size):
            return
        known = _read() | {address: {"checksum": checksum, "size": size}}
        temporary = CHECKSUMS.with_name(f".{CHECKSUMS.name}.tmp")
        # JSON is YAML, and never breaks a line
        lines = [
            f"{json.dumps(name)}: {json.dumps(entry)}\n" for name, entry in sorted(known.items(), key=str)
        ]
        with temporary.open("w", encoding="utf-8") as file:
            file.writelines(lines)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(CHECKSUMS)


def _read() -> dict[str, dict]:
    try:
        found = yaml_in(CHECKSUMS)
        if found is None:  # an empty file
            return {}
        if not isinstance(found, dict):
            raise DocumentError("it is no mapping")
        for address, entry in found.items():
            if not isinstance(entry, dict) or set(entry) != {"checksum", "size"}:
                raise DocumentError(f"the entry of {address} is not a checksum and a size")
            if not isinstance(entry["checksum"], str) or type(entry["size"]) is not int:
                raise DocumentError(f"the entry of {address} has no text as checksum, or no number as size")
    except FileNotFoundError:
        return {}
    except (OSError, DocumentError) as error:
        raise SarangiError(
            f'{CHECKSUMS}: expected a line `"<address>": {{"checksum": …, "size": …}}` for each '
            f"download, found something else ({error}). Restore the file from git, or mend that line"
        ) from error
    return found
