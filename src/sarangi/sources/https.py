"""Fetching a file over https, with resume and checksum."""

import contextlib
import hashlib
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import requests
import tenacity

from sarangi.base.errors import SarangiError
from sarangi.base.progress import progress
from sarangi.sources.answers import LONGEST_REST, Answer, PassingError, Token, ask, refused_by
from sarangi.sources.proxies import proxy_of, without_secrets

SECONDS_TO_CONNECT, SECONDS_OF_SILENCE = 5, 30
TRIES = 5
LARGEST_DESCRIPTION = 2**26  # bytes
LARGEST_UNSTATED = 2**36
"""Bytes of a download whose size neither the configuration nor the server states."""
PAGES = ("text/html", "application/xhtml")
VERSIONS = {"ETag": r'"[!#-~]{0,200}"', "Last-Modified": r"[A-Za-z0-9 ,:+-]{1,60}"}
"""Headers that name a version, with the form that may be sent back; a weak ETag names none."""


class RefusedError(SarangiError):
    """A server answers that it does not give a file.

    Attributes
    ----------
    status
        Of the answer, such as 404.
    code
        What the server calls the reason (X-Error-Code, which the model hub sends); empty where it says none.
    """

    def __init__(self, message: str, answer: Answer):
        super().__init__(message)
        self.status: int = answer.status
        self.code: str = answer.headers.get("X-Error-Code", "")


class Bounds(NamedTuple):
    """How many bytes a file has, if that is known, and how many it may have at most if it is not."""

    size: int | None
    most: int | None


def fetch(
    address: str,
    output: Path,
    checksum: str | None,
    size: int | None = None,
    part: Path | None = None,
    wait: float = 0.5,
    most: int | None = None,
    token: Token | None = None,
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
    most
        Bytes that it may have where ``size`` is not given, whatever the server states; None: what a disk has
        room for if the server states it, else :data:`LARGEST_UNSTATED`.
    token
        For the address's own host; no other host that it leads to is told it.

    Raises
    ------
    SarangiError
        If the server cannot be reached or keeps failing, or what it sends is not the file.
    """
    part = part or output.with_name(f"{output.name}.part")
    receive(address, part, checksum, size, token, wait, most)
    part.replace(output)
    drop(part)


def receive(
    address: str,
    part: Path,
    checksum: str | None,
    size: int | None = None,
    token: Token | None = None,
    wait: float = 0.5,
    most: int | None = None,
) -> None:
    """Fetch what is missing of ``part`` and check it, as :func:`fetch` says, and leave it there.

    Parameters
    ----------
    address, part, checksum, size, wait, most
        As in :func:`fetch`.
    token
        For the address's own host; no other host that it leads to is told it.

    Raises
    ------
    SarangiError
        As :func:`fetch`.
    """
    for path in (part, _version_of(part)):
        if path.exists() and not path.is_file():
            raise SarangiError(
                f"{path}: expected a partial download, found something that is not a file. Move it away"
            )
    for attempt in tries(address, wait):
        with attempt:
            _continue(address, part, Bounds(size, most), token, resume=checksum is not None)
    length = part.stat().st_size
    actual = digest(part, checksum.partition(":")[0]) if checksum else None
    if actual != checksum or size not in (None, length):
        drop(part)
        stated = f"{size} bytes" if size is not None else None
        wanted = " and ".join(filter(None, [checksum, stated]))
        raise _mismatch(address, f"{length} bytes{f' with {actual}' if actual else ''}", wanted)


def digest(path: Path, algorithm: str = "sha256") -> str:
    """Return the checksum of a file, as ``<algorithm>:<hexadecimal digits>``."""
    with path.open("rb") as file:
        return f"{algorithm}:{hashlib.file_digest(file, algorithm).hexdigest()}"


def tries(address: str, wait: float) -> Iterator[tenacity.AttemptManager]:
    """Yield attempts until one passes without a PassingError, and say so if none does."""
    grows = tenacity.wait_exponential(multiplier=wait, max=30)

    def pause(state: tenacity.RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        return max(grows(state), error.rest if isinstance(error, PassingError) else 0.0)

    try:
        yield from tenacity.Retrying(
            stop=tenacity.stop_after_attempt(TRIES),
            wait=pause,
            retry=tenacity.retry_if_exception_type(PassingError),
            reraise=True,
        )
    except PassingError as error:
        raise SarangiError(
            f"{without_secrets(address)}: {error}; tried {TRIES} times. Run the same command again to resume"
        ) from error


@contextlib.contextmanager
def answer_of(address: str, headers: dict[str, str], token: Token | None = None) -> Iterator[Answer]:
    """Ask for an address as :func:`sarangi.sources.answers.ask` does, and yield an answer of 200, 206 or 416.

    Raises
    ------
    PassingError
        For what may pass.
    SarangiError
        If the server refuses, or asks to be left alone for longer than a download waits.
    """
    seconds = (SECONDS_TO_CONNECT, SECONDS_OF_SILENCE)
    # a server that packs what it sends would send another file than the one whose checksum is known
    with ask(address, {"Accept-Encoding": "identity"} | headers, token, seconds) as answer:
        if answer.status in (200, 206, 416):
            yield answer
            return
        shown, proxy = without_secrets(address), proxy_of(address)
        through = f" (through the proxy of {proxy})" if proxy else ""
        said = f"the server answers {answer.status} {answer.reason}{through}"
        if answer.status == requests.codes.too_many_requests or answer.status >= 500:
            if answer.rest > LONGEST_REST:
                raise SarangiError(
                    f"{shown}: {said}, and asks to wait {answer.rest:.0f} s; a download pauses "
                    f"for at most {LONGEST_REST:.0f} s. Run the same command again after that"
                )
            raise PassingError(said, answer.rest)
        if proxy and answer.status == requests.codes.proxy_authentication:
            raise refused_by(proxy, shown, answer.status)
        raise RefusedError(f"{shown}: {said}. {_advice(answer.status, token is not None)}", answer)


def _advice(status: int, token: bool) -> str:
    if token:
        return "Check the token, and that its account has access"
    if status in (requests.codes.unauthorized, requests.codes.forbidden):
        return "It is not open to everyone: ask its publisher for access, and put it in place yourself"
    return "Check the address, and its publisher's page"


def content_of(address: str, headers: dict[str, str], token: Token | None = None) -> bytes:
    """Return what an address holds, of at most :data:`LARGEST_DESCRIPTION` bytes.

    Raises
    ------
    SarangiError
        As :func:`fetch`, or if it is larger.
    """
    content = b""
    for attempt in tries(address, 0.5):
        with attempt, answer_of(address, headers, token) as answer:
            if answer.status != requests.codes.ok:
                raise PassingError(f"the server answers {answer.status}, though the whole file was requested")
            content = b""
            for data in answer.pieces():
                content += data
                if len(content) > LARGEST_DESCRIPTION:
                    raise SarangiError(
                        f"{without_secrets(address)}: it has more than {LARGEST_DESCRIPTION} bytes, as "
                        "no description of a record has. Check the address"
                    )
    return content


def _version_of(part: Path) -> Path:
    """Return where it is kept what the server called the version that has arrived in part."""
    return part.with_name(f"{part.name}.version")


def drop(part: Path) -> None:
    """Delete what has arrived of a file, and what is remembered of its version."""
    part.unlink(missing_ok=True)
    _version_of(part).unlink(missing_ok=True)


def _continue(address: str, part: Path, bounds: Bounds, token: Token | None, resume: bool) -> None:
    """Fetch what is missing of ``part``; raise PassingError for what may pass.

    Where no checksum will tell (``resume`` is false), an earlier part is taken up only if the server
    says that it is of the same version.
    """
    have, size = part.stat().st_size if part.exists() else 0, bounds.size
    if resume and size is not None and have >= size:
        part.touch()  # of a file without a byte nothing has arrived
        return
    headers = {}
    version = _version(part)
    if have and (resume or version):
        headers = {"Range": f"bytes={have}-"} | ({} if resume else {"If-Range": version})
    with answer_of(address, headers, token) as answer:
        kind = answer.headers.get("Content-Type", "")
        if kind.lower().startswith(PAGES):
            raise SarangiError(
                f"{without_secrets(address)}: a web page (Content-Type {kind}) came instead of the file. "
                "Open the address in a browser: it may require a log-in, or have moved"
            )
        start = _start(answer, part, have if headers else None, resume)
        if start is None:
            return
        total = _total(answer, start)
        if size is not None and total is not None and total != size:
            if total > size:
                drop(part)
                raise _mismatch(address, f"{total} bytes", f"{size} bytes")
            raise PassingError(f"the server says that the file has {total} bytes, expected {size}")
        if size is None and total is not None and bounds.most is not None and total > bounds.most:
            drop(part)
            raise _mismatch(address, f"{total} bytes", f"at most {bounds.most} bytes")
        _refuse_without_room(address, part, start, size if total is None else total)
        if not start:
            part.unlink(missing_ok=True)
            _version_of(part).write_text(_tag(answer), encoding="ascii")
        _take(answer, address, part, start, Bounds(size if total is None else total, bounds.most))


def _start(answer: Answer, part: Path, asked: int | None, resume: bool) -> int | None:
    """Return at which byte an answer begins, None where it says that all is here already.

    ``asked`` is the byte from which the rest was asked for; None where the whole was.
    """
    status, said = answer.status, answer.headers.get("Content-Range", "").strip()
    ranged = re.fullmatch(r"bytes (?:(\d{1,18})-\d{1,18}|\*)/(\d{1,18}|\*)", said)
    if status == requests.codes.ok:
        return 0
    if asked is None:
        raise PassingError(f"the server answers {status}, though the whole file was requested")
    if status == requests.codes.requested_range_not_satisfiable:
        whole = ranged[2] if ranged else "*"
        if whole == str(asked) or (resume and whole == "*"):
            return None  # all of it is here; the checksum decides
        drop(part)
        raise PassingError(
            f"{asked} bytes are here, and the server has no more of it ({said}); starting over"
        )
    tag, known = _tag(answer), _version(part)
    # an ETag comes with a part as with the whole; a date need not
    changed = tag != known if known.startswith('"') and not resume else bool(tag and known and tag != known)
    # where no range is said, a checksum will tell whether this is the rest, or the version does
    parts = answer.headers.get("Content-Type", "").lower().startswith("multipart/")
    unknown = parts or (ranged is None and (bool(said) or not (resume or (tag and tag == known))))
    if changed or unknown or (ranged and ranged[1] != str(asked)):
        drop(part)
        what = "another version" if changed else f"another part ({said or 'it does not say which'})"
        raise PassingError(f"the server sends {what} than byte {asked} on of what is here; starting over")
    return asked


def _total(answer: Answer, start: int) -> int | None:
    """Return how many bytes the whole file has by what the server says, None where it says nothing."""
    said = answer.headers.get("Content-Length")
    if said is None or "chunked" in answer.headers.get("Transfer-Encoding", "").lower():
        return None
    lengths = {length.strip() for length in said.split(",")}
    if len(lengths) > 1 or not re.fullmatch(r"[0-9]{1,18}", min(lengths)):
        raise PassingError(f"the server says that {said[:40]!r} bytes follow (Content-Length), no number")
    return start + int(min(lengths))


def _refuse_without_room(address: str, part: Path, start: int, total: int | None) -> None:
    if total is None:
        return
    replaced = part.stat().st_size if part.exists() and not start else 0
    room = shutil.disk_usage(part.parent).free + replaced
    if total - start > room:
        raise SarangiError(
            f"{without_secrets(address)}: {total - start} bytes are still to be downloaded, and "
            f"{room} are free on "
            f"the disk of {part.parent}. Free some space there, and run the same command again"
        )


def _take(answer: Answer, address: str, part: Path, start: int, bounds: Bounds) -> None:
    """Write what comes behind what is here, and stop at the size that is stated."""
    total = bounds.size
    place, most = start, (bounds.most or LARGEST_UNSTATED) if total is None else total
    with (
        part.open("ab") as file,
        progress(None, total, part.stem, "B", initial=start) as bar,
    ):
        for data in answer.pieces():
            place += len(data)
            if place > most:
                break
            file.write(data)
            bar.update(len(data))
    if place > most:
        drop(part)
        raise _mismatch(address, f"more than {most} bytes", f"{'at most ' * (total is None)}{most} bytes")
    if total is not None and place < total:
        raise PassingError(f"the connection ended after {place} of {total} bytes")


def _mismatch(address: str, found: str, wanted: str) -> SarangiError:
    return SarangiError(
        f"{without_secrets(address)}: found {found}, expected {wanted}; the download was discarded. "
        "Run the same "
        "command again; if that persists, the publisher has changed the file"
    )


def _tag(answer: Answer) -> str:
    """Return what the server calls this version of the file; empty where it can be told by nothing."""
    for name, form in VERSIONS.items():
        if re.fullmatch(form, said := answer.headers.get(name, "").strip()):
            return said
    return ""


def _version(part: Path) -> str:
    """Return what the server called the version that has arrived in part; empty where that is not known."""
    try:
        said = _version_of(part).read_text(encoding="ascii", errors="replace")
    except FileNotFoundError:
        return ""
    return said if any(re.fullmatch(form, said) for form in VERSIONS.values()) else ""
