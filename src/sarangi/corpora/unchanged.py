"""Recordings as the manifest lists them: what was changed since is no evidence for what is there."""

import hashlib

from sarangi.base.errors import RecordingError
from sarangi.sources.source import Source


def sha256_of(data: bytes) -> str:
    """Return what the manifest has of a recording."""
    return hashlib.sha256(data).hexdigest()


def recording(source: Source, file: str, listed: str | None) -> bytes:
    """Return the bytes of a recording, which every job but the manifest's reads by this.

    Parameters
    ----------
    source
        The corpus.
    file
        The recording in it, as the manifest has it.
    listed
        Its sha256 in the manifest.

    Raises
    ------
    RecordingError
        If it is not the recording that the manifest lists.
    SarangiError
        If it cannot be read.
    """
    data = source.read(file)
    refuse_changed(sha256_of(data), listed)
    return data


def refuse_changed(found: str, listed: str | None) -> None:
    """Refuse a recording whose sha256 is not the one that the manifest has.

    Raises
    ------
    RecordingError
        Says both, and what to do.
    """
    if found != listed:
        raise RecordingError(
            f"changed since the manifest was made: its sha256 is {found[:16]}, the manifest has "
            f"{listed[:16] if listed else 'none'}",
            "run the same command again, with --forcerun and this file where the recording was put back",
            "changed since the manifest was made",
        )
