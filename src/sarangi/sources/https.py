"""Fetching a file over https, with resume and checksum."""

import contextlib
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import requests
import tenacity
from tqdm import tqdm

from sarangi.base.errors import SarangiError

CHUNK = 2**18
SECONDS_TO_CONNECT, SECONDS_OF_SILENCE = 5, 30
TRIES = 5


class PassingError(Exception):
    """A fault that may pass: a broken connection, a busy server, a short body."""


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
    drop(part)


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
    for attempt in tries(address, wait):
        with attempt:
            _continue(address, part, size, token, resume=checksum is not None)
    length = part.stat().st_size
    actual = digest(part, checksum.partition(":")[0]) if checksum else None
    if actual != checksum or size not in (None, length):
        drop(part)
        wanted = " and ".join(filter(None, [checksum, f"{size} bytes" if size else None]))
        raise SarangiError(
            f"{address}: found {length} bytes{f' with {actual}' if actual else ''}, expected {wanted}; they "
            "were thrown away. Run the same command again; if it stays so, the publisher has changed the file"
        )


def digest(path: Path, algorithm: str = "sha256") -> str:
    """Return the checksum of a file, as ``<algorithm>:<hexadecimal digits>``."""
    with path.open("rb") as file:
        return f"{algorithm}:{hashlib.file_digest(file, algorithm).hexdigest()}"


def tries(address: str, wait: float) -> Iterator[tenacity.AttemptManager]:
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
def answer_of(
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


def drop(part: Path) -> None:
    """Delete what has arrived of a file, and what is remembered of its version."""
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
    with answer_of(address, headers, token) as answer:
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
