"""Fetching a corpus that is not available here, by the kind of its source."""

from pathlib import Path
from typing import Any

from sarangi.base.errors import SarangiError
from sarangi.sources.kinds import Fetched, kind_of


def download(source: dict[str, Any], output: Path, part: Path) -> None:
    """Fetch a corpus from its source in the configuration, as a zip or a tar that can be read at random.

    What has no checksum in the configuration is held to the one that :mod:`sarangi.sources.checksums`
    recorded on first use.  A compressed tar and archives in archives become one zip.

    Parameters
    ----------
    source
        Entry of the configuration, of a kind of :mod:`sarangi.sources.kinds` that is fetched.
    output
        Archive to write.
    part
        Where to keep what has arrived over a break.

    Raises
    ------
    SarangiError
        If it cannot be fetched, is not what its checksum says, or is no archive.
    """
    kind = kind_of(source)
    if not isinstance(kind, Fetched):
        raise SarangiError(f"{kind.origin}: no program can fetch it; {kind.how_to_get}")
    kind.fetch(output, part)
