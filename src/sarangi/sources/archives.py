"""Fetching an archive: as it is, or as one zip where it cannot be read at random."""

import logging
from pathlib import Path

from sarangi.base.errors import SarangiError
from sarangi.sources import checksums
from sarangi.sources.https import digest, drop, receive
from sarangi.sources.proxies import without_secrets
from sarangi.sources.repack import needs_repacking, repack

log = logging.getLogger("sarangi")

ARCHIVE = "archive.tar"  # how repack knows a download to be one, whatever its address is called


def fetch_archive(
    address: str,
    output: Path,
    part: Path,
    checksum: str | None = None,
    size: int | None = None,
    token: tuple[str, str] | None = None,
) -> None:
    """Fetch an archive; repack it if it cannot be read at random as it is.

    Parameters
    ----------
    address
        http or https.
    output
        Archive to write.
    part
        Where to keep what has arrived over a break.
    checksum, size
        What the publisher states; without a checksum, that which was recorded on first use is enforced.
    token
        User and key for the address's own host.

    Raises
    ------
    SarangiError
        If it cannot be actual, is not what its checksum says, or is no archive.
    """
    receive(address, part, checksum, size, token)
    actual = checksum or first_use(address, part)
    bytes_here = part.stat().st_size
    try:
        packed = needs_repacking(part)
        if packed:
            repack({ARCHIVE: part}, output)
    except SarangiError as error:
        drop(part)
        raise SarangiError(f"{without_secrets(address)}: the download was discarded: {error}") from error
    if checksum is None:
        checksums.record(address, actual, bytes_here)
    log.info("%s: %d bytes, %s", without_secrets(address), bytes_here, actual)
    if not packed:
        part.replace(output)
    drop(part)


def first_use(address: str, part: Path) -> str:
    """Return the checksum of what came from an address that has none stated, held to the recorded one."""
    actual = digest(part)
    try:
        checksums.enforce(address, actual, part.stat().st_size)
    except SarangiError:
        drop(part)
        raise
    return actual
