"""What no publisher states of a download: recorded on first use, enforced from then on.

``checksums.yaml`` lies in the study's folder and is meant to be committed.  One line an address, sorted: the
checksum and size of a file, or the commit that a repository of the model hub was at.
"""

import fcntl
import json
import logging
import os
import re
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sarangi.base.documents import DocumentError
from sarangi.base.errors import SarangiError
from sarangi.base.personal_settings import for_program
from sarangi.base.yaml_documents import yaml_in
from sarangi.sources.proxies import without_secrets

log = logging.getLogger("sarangi")

CHECKSUMS = Path("checksums.yaml")
COMMIT = re.compile("[0-9a-f]{40}")
Entry = dict[str, Any]
"""``checksum`` and ``size`` of a file, or ``commit`` of a repository."""


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
    return _same(address, {"checksum": checksum, "size": size}, _read())


def _same(address: str, found: Entry, known: Mapping[str, Entry]) -> bool:
    """Compare an entry with the one that is known, and return whether there is one."""
    recorded = known.get(address)
    if recorded is None:
        return False
    if recorded != found:
        raise SarangiError(
            f"{without_secrets(address)}: found {_shown(found)}; expected {_shown(recorded)}, as {CHECKSUMS} "
            "recorded on first use. The download was discarded. Run the same command again; if that "
            "persists and "
            f"the publisher changed the file on purpose, delete the line of that address in {CHECKSUMS}"
        )
    return True


def _shown(entry: Entry) -> str:
    if "commit" in entry:
        return f"commit {entry['commit']}"
    return f"{entry['size']} bytes with {entry['checksum']}"


def commit_of(repository: str) -> str | None:
    """Return the commit that a repository was at on first use, None where it was never used.

    Raises
    ------
    SarangiError
        If the file of checksums cannot be read.
    """
    return _read().get(repository, {}).get("commit")


def record(address: str, checksum: str, size: int) -> None:
    """Record what came from an address, as :func:`enforce` takes it; see :func:`record_all`."""
    record_all({address: {"checksum": checksum, "size": size}})


def record_all(found: Mapping[str, Entry]) -> None:
    """Record what came from several addresses, all or none; other downloads lose nothing by it.

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
                "%s: this file system does not support locks (%s), so of two downloads that end at "
                "the same time one may go "
                "unrecorded: start one run at a time here",
                folder,
                error.strerror,
            )
        known = _read()
        if all([_same(address, entry, known) for address, entry in found.items()]):
            return
        known |= found
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


def committed() -> dict[str, Entry]:
    """Return what git has committed of ``checksums.yaml`` in this folder.

    Nothing where there is no git, no repository or no such file in its last commit: then nobody but this
    machine knows what came first.
    """
    with tempfile.TemporaryDirectory() as home:
        try:
            # another user's clone, as in a container, is read all the same: nothing in it is run
            shown = subprocess.run(
                ["git", "-c", "safe.directory=*", "cat-file", "blob", f"HEAD:./{CHECKSUMS}"],  # noqa: S607
                env=for_program(Path(home)),
                capture_output=True,
                timeout=20,
                check=True,
            )
            copy = Path(home) / CHECKSUMS.name
            copy.write_bytes(shown.stdout)
            return _read(copy)
        except (OSError, subprocess.SubprocessError, SarangiError):
            return {}


def _read(file: Path = CHECKSUMS) -> dict[str, Entry]:
    try:
        found: dict[str, Entry] | None = yaml_in(file)
        if found is None:  # an empty file
            return {}
        _refuse_other_form(found)
    except FileNotFoundError:
        return {}
    except (OSError, DocumentError) as error:
        raise SarangiError(
            f'{CHECKSUMS}: expected a line `"<address>": {{"checksum": …, "size": …}}` for each '
            f'download, or `{{"commit": …}}` for a repository, found something else ({error}). Restore the '
            "file from git, or correct that line"
        ) from error
    return found


def _refuse_other_form(found: Any) -> None:
    """Refuse what is not a mapping of addresses to entries (:data:`Entry`)."""
    if not isinstance(found, dict):
        raise DocumentError("it is not a mapping")
    for address, entry in found.items():
        keys = set(entry) if isinstance(entry, dict) else set()
        if keys == {"commit"}:
            if not isinstance(entry["commit"], str) or not COMMIT.fullmatch(entry["commit"]):
                raise DocumentError(
                    f"the entry of {address} has a commit of other than 40 hexadecimal digits"
                )
            continue
        if keys != {"checksum", "size"}:
            raise DocumentError(f"the entry of {address} is neither a checksum and a size nor a commit")
        if not isinstance(entry["checksum"], str) or type(entry["size"]) is not int:
            raise DocumentError(
                f"the entry of {address} has a checksum that is not text, or a size that is not a number"
            )
