"""Fetching what is not in hand: over https with resume and checksum, or from git at a commit."""

import contextlib
import hashlib
import json
import logging
import os
import re
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import requests
import tenacity
from tqdm import tqdm

from sarangi.base.errors import SarangiError
from sarangi.sources import checksums
from sarangi.sources.addresses import KAGGLE, KAGGLE_ADVICE, ZENODO
from sarangi.sources.repack import needs_repacking, repack, safe_name
from sarangi.sources.source import hidden

log = logging.getLogger("sarangi")

CHUNK = 2**18
SECONDS_TO_CONNECT, SECONDS_OF_SILENCE = 5, 30
TRIES = 5
ARCHIVE = "archive.tar"  # how repack knows a download to be one, whatever its address is called


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
    receive(address, part, checksum, size, wait=wait)
    part.replace(output)
    _drop(part)


def receive(
    address: str,
    part: Path,
    checksum: str | None,
    size: int | None = None,
    token: tuple[str, str] | None = None,
    wait: float = 0.5,
) -> None:
    """Fetch what is missing of ``part`` and check it, as :func:`fetch` says, and leave it there.

    Parameters
    ----------
    address, part, checksum, size, wait
        As in :func:`fetch`.
    token
        User and key for the address's own host; no other host that it leads to is told them.

    Raises
    ------
    SarangiError
        As :func:`fetch`.
    """
    for attempt in _tries(address, wait):
        with attempt:
            _continue(address, part, size, token, resume=checksum is not None)
    length = part.stat().st_size
    found = digest(part, checksum.partition(":")[0]) if checksum else None
    if found != checksum or size not in (None, length):
        _drop(part)
        wanted = " and ".join(filter(None, [checksum, f"{size} bytes" if size else None]))
        raise SarangiError(
            f"{address}: found {length} bytes{f' with {found}' if found else ''}, expected {wanted}; they "
            "were thrown away. Run the same command again; if it stays so, the publisher has changed the file"
        )


def digest(path: Path, algorithm: str = "sha256") -> str:
    """Return the checksum of a file, as ``<algorithm>:<hexadecimal digits>``."""
    with path.open("rb") as file:
        return f"{algorithm}:{hashlib.file_digest(file, algorithm).hexdigest()}"


def _tries(address: str, wait: float) -> Iterator[tenacity.AttemptManager]:
    """Yield attempts until one passes without a PassingError, and say so if none does."""
    try:
        yield from tenacity.Retrying(
            stop=tenacity.stop_after_attempt(TRIES),
            wait=tenacity.wait_exponential(multiplier=wait, max=30),
            retry=tenacity.retry_if_exception_type(PassingError),
            reraise=True,
        )
    except PassingError as error:
        raise SarangiError(
            f"{address}: {error}; tried {TRIES} times. Run the same command again to go on"
        ) from error


@contextlib.contextmanager
def _answer(
    address: str, headers: dict[str, str], token: tuple[str, str] | None = None
) -> Iterator[requests.Response]:
    """Ask for an address; raise PassingError for what may pass, also while the answer is read."""
    try:
        with requests.get(
            address,
            headers=headers,
            auth=token,
            stream=True,
            timeout=(SECONDS_TO_CONNECT, SECONDS_OF_SILENCE),
        ) as answer:
            refused = answer.status_code not in (200, 206, 416)
            if answer.status_code == requests.codes.too_many_requests or answer.status_code >= 500:
                raise PassingError(f"the server answers {answer.status_code} {answer.reason}")
            if refused:
                hint = ". Check the token, and that the account may have it" if token else ""
                raise SarangiError(
                    f"{address}: the server answers {answer.status_code} {answer.reason}{hint}"
                )
            yield answer
    except requests.RequestException as error:
        # what follows the question mark of an address that we were led to may open it for others
        text = re.sub(r"\?[^\s'\")]+", "?…", str(error))
        raise PassingError(f"{error.__class__.__name__}: {text}") from None


def _version_of(part: Path) -> Path:
    """Return where it is kept what the server called the version that has arrived in part."""
    return part.with_name(f"{part.name}.version")


def _drop(part: Path) -> None:
    part.unlink(missing_ok=True)
    _version_of(part).unlink(missing_ok=True)


def _continue(
    address: str, part: Path, size: int | None, token: tuple[str, str] | None, resume: bool
) -> None:
    """Fetch what is missing of ``part``; raise PassingError for what may pass.

    Where no checksum will tell (``resume`` is false), an earlier part is taken up only if the server
    says that it is of the same version.
    """
    have = part.stat().st_size if part.exists() else 0
    if resume and size is not None and have >= size:
        return
    headers = {}
    version = _version_of(part).read_text(encoding="ascii") if _version_of(part).exists() else ""
    if have and (resume or version):
        headers = {"Range": f"bytes={have}-"} | ({} if resume else {"If-Range": version})
    with _answer(address, headers, token) as answer:
        if answer.status_code == requests.codes.requested_range_not_satisfiable:
            return  # all of it is here; the checksum decides
        kind = answer.headers.get("Content-Type", "")
        if kind.startswith("text/html"):
            raise SarangiError(f"{address}: a web page (Content-Type {kind}) came instead of the file")
        # some servers call a .tar.gz a tar that is encoded; the file is the bytes as they come
        answer.raw.headers.pop("Content-Encoding", None)
        resumed = answer.status_code == requests.codes.partial_content
        start = have if resumed else 0
        length = answer.headers.get("Content-Length")
        total = size or (start + int(length) if length else None)
        if not resumed:
            part.unlink(missing_ok=True)
            tag = answer.headers.get("ETag", "")
            tag = answer.headers.get("Last-Modified", "") if tag.startswith("W/") or not tag else tag
            _version_of(part).write_text(tag, encoding="ascii", errors="ignore")
        with (
            part.open("ab") as file,
            tqdm(total=total, initial=start, unit="B", unit_scale=True, desc=part.stem, leave=False) as bar,
        ):
            for chunk in answer.iter_content(CHUNK):
                file.write(chunk)
                bar.update(len(chunk))
    if total is not None and part.stat().st_size < total:
        raise PassingError(f"the connection ended after {part.stat().st_size} of {total} bytes")


def download(source: dict, output: Path, part: Path) -> None:
    """Fetch a corpus from its source in the configuration, as a zip or a tar that can be read at random.

    What has no checksum in the configuration is held to the one that
    :mod:`sarangi.sources.checksums` recorded
    on first use.  A compressed tar and archives in archives become one zip.

    Parameters
    ----------
    source
        ``address`` (with ``size`` and ``checksum``, if known), ``git`` and ``commit``, ``zenodo`` (a
        record) or ``kaggle`` (owner and name of a data set).
    output
        Archive to write.
    part
        Where to keep what has arrived over a break.

    Raises
    ------
    SarangiError
        If it cannot be fetched, is not what its checksum says, or is no archive.
    """
    if "git" in source:
        fetch_commit(source["git"], source["commit"], output)
    elif "zenodo" in source:
        fetch_record(source["zenodo"], output, part)
    elif "kaggle" in source:
        token = kaggle_token()
        if token is None:
            raise SarangiError(f"{source['kaggle']}: no token of Kaggle is here; {KAGGLE_ADVICE}")
        _fetch_archive({"address": f"{KAGGLE}/{source['kaggle']}"}, output, part, token)
    else:
        _fetch_archive(source, output, part)


def _fetch_archive(source: dict, output: Path, part: Path, token: tuple[str, str] | None = None) -> None:
    """Fetch an archive; repack it if it cannot be read at random as it is."""
    address, checksum = source["address"], source.get("checksum")
    receive(address, part, checksum, source.get("size"), token)
    found = checksum or _first_use(address, part)
    size = part.stat().st_size
    try:
        packed = needs_repacking(part)
        if packed:
            repack({ARCHIVE: part}, output)
    except SarangiError as error:
        _drop(part)
        raise SarangiError(f"{address}: what came was thrown away: {error}") from error
    if checksum is None:
        checksums.record(address, found, size)
    log.info("%s: %d bytes, %s", address, size, found)
    if not packed:
        part.replace(output)
    _drop(part)


def _first_use(address: str, part: Path) -> str:
    """Return the checksum of what came from an address that has none stated, held to the recorded one."""
    found = digest(part)
    try:
        checksums.enforce(address, found, part.stat().st_size)
    except SarangiError:
        _drop(part)
        raise
    return found


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
    found = {}
    for name, (address, checksum, size) in files.items():
        receive(address, folder / name, checksum, size)
        found[address] = (_first_use(address, folder / name), size)
        log.info("%s: %d bytes, %s, %s", address, size, checksum, found[address][0])
    repack({name: folder / name for name in files}, output)
    for address, (checksum, size) in found.items():
        checksums.record(address, checksum, size)
    shutil.rmtree(folder)


def _files_of(address: str) -> dict[str, tuple[str, str, int]]:
    """Return address, checksum and size of each file of a Zenodo record, by name."""
    for attempt in _tries(address, 0.5):
        with attempt, _answer(address, {"Accept": "application/json"}) as answer:
            text = answer.content
    try:
        found = {
            safe_name(entry["key"], address): (entry["links"]["self"], entry["checksum"], int(entry["size"]))
            for entry in json.loads(text)["files"]
        }
        if not found:
            raise ValueError("no file")
        for name, (_, checksum, _) in found.items():
            if "/" in name or hidden(name) or not re.fullmatch("(md5|sha256):[0-9a-f]+", checksum):
                raise ValueError(f"file {name!r} with checksum {checksum!r}")
    except (ValueError, KeyError, TypeError) as error:
        raise SarangiError(
            f"{address}: expected a record with open files, each with a plain name, size, checksum and link; "
            f"found something else ({error}). Look at the record's page, and put the corpus there yourself"
        ) from error
    return found


def kaggle_token() -> tuple[str, str] | None:
    """Return the user's name and key at Kaggle, or None if there are none on this machine."""
    named = os.environ.get("KAGGLE_USERNAME"), os.environ.get("KAGGLE_KEY")
    if all(named):
        return named
    file = Path.home() / ".kaggle/kaggle.json"
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        return str(found["username"]), str(found["key"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        # the error's text may hold the key
        log.warning("%s: expected username and key as JSON; cannot be read (%s)", file, type(error).__name__)
        return None


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
