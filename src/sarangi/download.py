"""Fetching what is not in hand: over https with resume and checksum, or from git at a commit."""

import hashlib
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import requests
import tenacity
from tqdm import tqdm

from sarangi.errors import SarangiError

CHUNK = 2**18
SECONDS_TO_CONNECT, SECONDS_OF_SILENCE = 5, 30
TRIES = 5


class PassingError(Exception):
    """A fault that may pass: a broken connection, a busy server, a short body."""


def reachable(addresses: Iterable[str], seconds: float = 3) -> set[str]:
    """Return the addresses whose host accepts a connection, asked all at once.

    Answers within ``seconds`` (and the resolver's own limit), also where there is no network.
    """

    def answers(address: str) -> bool:
        parts = urlsplit(address)
        if parts.scheme in ("", "file"):
            return Path(parts.path).exists()
        try:
            port = parts.port or {"http": 80}.get(parts.scheme, 443)
            socket.create_connection((parts.hostname, port), timeout=seconds).close()
        except OSError:
            return False
        return True

    addresses = sorted(set(addresses))
    with ThreadPoolExecutor(max(1, len(addresses))) as pool:
        return {a for a, answer in zip(addresses, pool.map(answers, addresses), strict=True) if answer}


def fetch(
    address: str,
    output: Path,
    checksum: str | None,
    size: int | None = None,
    part: Path | None = None,
    wait: float = 0.5,
) -> None:
    """Fetch a file; it gets its name only when its checksum is right.

    What has arrived stays in ``part`` after a break and is taken up by the next call.

    Parameters
    ----------
    address
        http or https.
    output
        File to write.
    checksum
        ``<algorithm>:<hexadecimal digits>``, such as ``sha256:…`` or ``md5:…``; None where the
        address itself names one version and no checksum is known.
    size
        Bytes that the publisher states, if known.
    part
        Where to keep what has arrived; by default ``<output>.part``.
    wait
        Seconds before the second try; doubled before each further one, to at most 30.

    Raises
    ------
    SarangiError
        If the server cannot be reached or keeps failing, or what it sends is not the file.
    """
    part = part or output.with_name(f"{output.name}.part")
    try:
        for attempt in tenacity.Retrying(
            stop=tenacity.stop_after_attempt(TRIES),
            wait=tenacity.wait_exponential(multiplier=wait, max=30),
            retry=tenacity.retry_if_exception_type(PassingError),
            reraise=True,
        ):
            with attempt:
                _continue(address, part, size)
    except PassingError as error:
        raise SarangiError(
            f"{address}: {error}; tried {TRIES} times. Run the same command again to go on"
        ) from error
    if checksum is None:
        part.replace(output)
        return
    algorithm, _, expected = checksum.partition(":")
    with part.open("rb") as file:
        found = hashlib.file_digest(file, algorithm).hexdigest()
    if found != expected:
        length = part.stat().st_size
        part.unlink()
        raise SarangiError(
            f"{address}: {algorithm} of the {length} bytes received is {found}, expected {expected}; "
            "they were thrown away. Run the same command again; if it stays so, the publisher has "
            "changed the file"
        )
    part.replace(output)


def _continue(address: str, part: Path, size: int | None) -> None:
    """Fetch what is missing of ``part``; raise PassingError for what may pass."""
    have = part.stat().st_size if part.exists() else 0
    if size is not None and have >= size:
        return
    try:
        with requests.get(
            address,
            headers={"Range": f"bytes={have}-"} if have else {},
            stream=True,
            timeout=(SECONDS_TO_CONNECT, SECONDS_OF_SILENCE),
        ) as answer:
            if answer.status_code == requests.codes.requested_range_not_satisfiable:
                return  # all of it is here; the checksum decides
            if answer.status_code == requests.codes.too_many_requests or answer.status_code >= 500:
                raise PassingError(f"the server answers {answer.status_code} {answer.reason}")
            if not answer.ok:
                raise SarangiError(f"{address}: the server answers {answer.status_code} {answer.reason}")
            kind = answer.headers.get("Content-Type", "")
            if kind.startswith("text/html"):
                raise SarangiError(f"{address}: a web page (Content-Type {kind}) came instead of the file")
            resumed = answer.status_code == requests.codes.partial_content
            start = have if resumed else 0
            length = answer.headers.get("Content-Length")
            total = size or (start + int(length) if length else None)
            with (
                part.open("ab" if resumed else "wb") as file,
                tqdm(
                    total=total, initial=start, unit="B", unit_scale=True, desc=part.stem, leave=False
                ) as bar,
            ):
                for chunk in answer.iter_content(CHUNK):
                    file.write(chunk)
                    bar.update(len(chunk))
    except requests.RequestException as error:
        raise PassingError(f"{error.__class__.__name__}: {error}") from error
    if total is not None and part.stat().st_size < total:
        raise PassingError(f"the connection ended after {part.stat().st_size} of {total} bytes")


def download(source: dict, output: Path, part: Path) -> None:
    """Fetch a corpus from its source in the configuration.

    Parameters
    ----------
    source
        ``address``, ``size`` and ``checksum``, or ``git`` and ``commit``.
    output
        Archive to write.
    part
        Where to keep what has arrived over a break.
    """
    if "git" in source:
        fetch_commit(source["git"], source["commit"], output)
    else:
        fetch(source["address"], output, source["checksum"], source["size"], part)


def fetch_commit(repository: str, commit: str, output: Path) -> None:
    """Fetch a git repository at a commit as a zip archive of its files.

    The commit's name is the checksum of its content, which git verifies; the archive has the
    commit's time, so its bytes are the same each time.

    Parameters
    ----------
    repository
        Address that git understands.
    commit
        Forty hexadecimal digits.
    output
        Zip archive to write.

    Raises
    ------
    SarangiError
        If git is missing, the repository cannot be reached, or it has no such commit.
    """
    if shutil.which("git") is None:
        raise SarangiError(f"git is needed to fetch {repository}: install Debian package git")
    with tempfile.TemporaryDirectory(dir=output.parent) as folder:
        _git(folder, "init", "--quiet", "--bare")
        _git(folder, "config", "http.lowSpeedLimit", "1000")
        _git(folder, "config", "http.lowSpeedTime", str(SECONDS_OF_SILENCE))
        _git(folder, "fetch", "--quiet", "--depth=1", "--no-tags", repository, commit)
        # core.autocrlf and attributes could rewrite files; an archive of ours holds what was committed
        _git(folder, "archive", "--format=zip", f"--output={output.resolve()}", commit)


def _git(folder: str, *arguments: str) -> None:
    done = subprocess.run(
        ["git", "-C", folder, *arguments],  # noqa: S607  (the user's git, found above)
        env={
            "PATH": os.environ.get("PATH", os.defpath),
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_CONFIG_NOSYSTEM": "1",
            "HOME": folder,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise SarangiError(f"git {arguments[0]} failed: {done.stderr.strip()}")
