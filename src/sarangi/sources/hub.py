"""The Hugging Face hub: what a repository of it holds at a commit, and the files of that commit.

The token is the one that huggingface_hub finds (``HF_TOKEN``, or ``hf auth login``), and ``HF_ENDPOINT``
names a mirror, as there.  What comes goes through :mod:`sarangi.sources.https` into the study's folder, and
not through that library's client: the cache of the user's home is neither read nor written.
"""

import contextlib
import hashlib
import logging
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

from sarangi.base.documents import DocumentError, json_of
from sarangi.base.errors import SarangiError
from sarangi.sources.addresses import HUB, hub_endpoint
from sarangi.sources.answers import Bearer
from sarangi.sources.checksums import COMMIT
from sarangi.sources.https import RefusedError, content_of, digest, fetch
from sarangi.sources.listing import LONGEST_POINTER, refuse_pointer

log = logging.getLogger("sarangi")

WAIT = 0.5  # seconds before the second try of a file
TOKEN = re.compile(r"[!-~]{1,500}")
SHA256 = re.compile("[0-9a-f]{64}")
LOOPBACK = ("127.0.0.1", "localhost", "::1")
TOKENS = "HF_TOKEN, or `hf auth login`"
ADVICE = "see its page, or put the encoder into resources/models yourself"


class HubFile(NamedTuple):
    """What the hub says of a file: its bytes, the sha256 of a large one, git's name of another's content."""

    size: int
    sha256: str | None
    blob: str | None


class Snapshot(NamedTuple):
    """A repository at a commit, with its files by name."""

    repository: str
    commit: str
    files: Mapping[str, HubFile]

    def address(self, name: str) -> str:
        """Return where a file of it is published, whatever mirror it is fetched from."""
        return f"{home_of(self.repository)}/resolve/{self.commit}/{name}"


def home_of(repository: str) -> str:
    """Return the page of a repository."""
    return f"{HUB}/{repository}"


def snapshot(repository: str, revision: str | None) -> Snapshot:
    """Return what a repository holds at a commit; without one, at the commit that its branch is at now.

    Raises
    ------
    SarangiError
        If the hub cannot be reached or refuses, or answers something else.
    """
    at = f"/revision/{revision}" if revision else ""
    address = f"{hub_endpoint()}/api/models/{repository}{at}?blobs=true"
    with _explained(repository, revision):
        content = content_of(address, {"Accept": "application/json"}, _token())
    try:
        found = json_of(content)
        files = {entry["rfilename"]: _file(entry) for entry in found["siblings"]}
        commit = found["sha"]
        if not isinstance(commit, str) or not COMMIT.fullmatch(commit) or not files:
            raise ValueError("no commit, or no file")
    except (DocumentError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise SarangiError(
            f"{hub_endpoint()}: expected the files of {repository} at a commit, found something else "
            f"({type(error).__name__}: {error}). Run the same command again; {ADVICE}"
        ) from error
    if revision not in (None, commit):
        raise SarangiError(
            f"{repository} on the Hugging Face hub: asked for revision {revision}, the hub answers of "
            f"{commit}. State the revision as the forty digits of a commit"
        )
    return Snapshot(repository, commit, files)


def _file(entry: Mapping[str, Any]) -> HubFile:
    large = entry.get("lfs") or {}
    size, sha256, blob = entry["size"], large.get("sha256"), entry.get("blobId")
    if type(size) is not int or size < 0 or not isinstance(entry["rfilename"], str):
        raise TypeError(f"a file {entry['rfilename']!r} of {size!r} bytes")
    if sha256 is not None and not SHA256.fullmatch(sha256):
        raise ValueError(f"sha256 {sha256!r}")
    return HubFile(size, sha256, None if large or not isinstance(blob, str) else blob)


def fetch_file(held: Snapshot, name: str, output: Path, stated: str | None, most: int | None = None) -> str:
    """Fetch a file of a snapshot, and return its sha256 as ``sha256:<digits>``.

    Parameters
    ----------
    held
        From :func:`snapshot`.
    name
        Of the file, which is in the snapshot.
    output
        File to write; what has arrived over a break is kept beside it.
    stated
        Checksum that the configuration states, None for none.
    most
        Bytes that it may have.

    Raises
    ------
    SarangiError
        If it cannot be fetched, is larger, or is not what the configuration or the hub itself says.
    """
    listed, shown = held.files[name], held.address(name)
    of_hub = f"sha256:{listed.sha256}" if listed.sha256 else None
    if stated and of_hub and stated.startswith("sha256:") and stated != of_hub:
        raise SarangiError(
            f"{shown}: the configuration states {stated}, the hub has {of_hub}. Nothing was fetched; compare "
            "the two with the repository's page, and correct the configuration"
        )
    if most is not None and listed.size > most:
        raise SarangiError(f"{shown}: it has {listed.size} bytes, expected at most {most}; {ADVICE}")
    address = f"{hub_endpoint()}/{held.repository}/resolve/{held.commit}/{quote(name)}"
    with _explained(held.repository, held.commit):
        fetch(address, output, stated or of_hub, listed.size, wait=WAIT, token=_token())
    try:
        if listed.size <= LONGEST_POINTER:
            refuse_pointer(output.read_bytes())
        if listed.blob and _blob(output) != listed.blob:
            raise ValueError(f"its content is not the one that the hub calls {listed.blob}")
    except ValueError as error:
        output.unlink()
        raise SarangiError(f"{shown}: {error}. It was discarded; run the same command again") from error
    found = digest(output)
    log.info("%s: %d bytes, %s", shown, listed.size, found)
    return found


def _blob(file: Path) -> str:
    """Return what git calls the content of a file."""
    content = file.read_bytes()
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def _token() -> Bearer | None:
    """Return the user's token of the hub; None where there is none, or where all could read it on the way."""
    from huggingface_hub import get_token

    found = get_token()
    if not found:
        return None
    if not TOKEN.fullmatch(found):
        raise SarangiError(
            "the token of the Hugging Face hub (HF_TOKEN, or what `hf auth login` keeps) has blanks or "
            "letters that no token has; copy it again"
        )
    parts = urlsplit(hub_endpoint())
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        log.warning("HF_ENDPOINT is http, where anyone on the way can read: the token is not sent")
        return None
    return Bearer(found)


@contextlib.contextmanager
def _explained(repository: str, revision: str | None) -> Iterator[None]:
    """Say of a refusal of the hub what it means, and what a person can do."""
    try:
        yield
    except RefusedError as error:
        said = f"{repository} on the Hugging Face hub: the hub answers {error.status}"
        raise SarangiError(f"{said}; {_means(error, repository, revision)}") from None


def _means(error: RefusedError, repository: str, revision: str | None) -> str:
    known, page = _token() is not None, home_of(repository)
    if error.code == "GatedRepo" or error.status == 403:
        account = "with the account of the token that is here" if known else "and give that account's token"
        return f"its publisher asks for consent: give it at {page} {account} ({TOKENS})"
    if error.status == 401 and known:
        return f"it does not take the token that is here ({TOKENS}): renew it, or unset it"
    if error.status == 404 and revision and error.code != "RepoNotFound":
        return (
            f"it has no revision {revision}, or that lacks the file. See {page}; correct the revision in "
            "the configuration, or, if checksums.yaml recorded it, delete the lines of the repository there"
        )
    if error.status in (401, 404):
        return (
            f"there is no such repository that is open to all. See {page}; for one that is not open give "
            f"a token ({TOKENS})"
        )
    return f"look at {page}"
