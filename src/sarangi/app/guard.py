"""What stands before the page: which requests of whom reach Gradio, how large, and what its answers say.

Gradio answers at some seventy addresses, and the page uses a dozen.  A request for another one is refused
before Gradio sees it, as is one that another website sends, one that is too large, and one that names a file
which was not uploaded.
"""

import asyncio
import contextlib
import ipaddress
import json
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

API = "/gradio_api"
UPLOAD, ASK, FILE = f"{API}/upload", f"{API}/queue/join", f"{API}/file="
ROUTES = {
    "GET": re.compile(
        r"/|/theme\.css|/favicon\.ico|/robots\.txt|/(?:assets|static)/[\w./-]+"
        rf"|{API}/(?:startup-events|queue/data|upload_progress|heartbeat/[\w-]+|file=.+)"
    ),
    "HEAD": re.compile("/"),
    "POST": re.compile(f"{UPLOAD}|{ASK}"),
}
"""What the page uses of Gradio, by method."""

QUESTION_BYTES = 2**16  # of a request that is no upload: the words are the longest of it
SPARE_BYTES = 2**14  # around a file: its name, its kind, the boundaries
UPLOADS, UPLOADS_MB = 20, 200  # that lie here or arrive at once
UPLOAD_S = 120  # after which one that has not arrived is given up
SWEPT_S = 30  # how often what nobody asked about is looked for

HEADERS = {
    "x-content-type-options": "nosniff",
    # not no-referrer, with which a browser hides from us who asks
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "microphone=(self), camera=(), geolocation=(), display-capture=(), usb=()",
}
CONTENT = (
    # Gradio's page starts from a script in it, and makes functions of what we give it as text
    "default-src 'none'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; media-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self' data: blob:; worker-src 'self' blob:; manifest-src 'self'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors "
)
SPACES = "'self' https://huggingface.co https://*.hf.space"


class RefusedError(Exception):
    """Why a request goes no further: a status of HTTP, and words for whoever reads it."""

    def __init__(self, status: int, why: str):
        super().__init__(why)
        self.status = status


@dataclass
class Guard:
    """An application of ASGI that hands to another one what the page uses of it.

    Parameters
    ----------
    app
        Gradio's.
    uploads
        Folder in which uploads lie.
    largest
        Bytes of an upload.
    loopback
        Whether the page listens at this machine alone: then its own names are the only ones.
    space
        Whether it is a Space, which the hub shows in a frame.
    forget
        Seconds after which an upload that nobody asked about goes.
    """

    app: App
    uploads: Path
    largest: int
    loopback: bool
    space: bool
    forget: float
    arriving: dict[int, float] = field(default_factory=dict)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer a request, or have it answered."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": "the page uses no WebSocket"})
            return
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        try:
            headers = single(scope["headers"])
            self._refuse_others(scope, headers)
            path = self._refuse_unused(scope)
            send = self._with_headers(send)
            if path == UPLOAD:
                await self._upload(scope, headers, receive, send)
            elif scope["method"] == "POST":
                body = await read(receive, headers, QUESTION_BYTES)
                body = self._checked(body) if path == ASK else body
                await self.app(with_length(scope, len(body)), replayed(body, receive), send)
            else:
                await self.app(scope, receive, send)
        except RefusedError as refusal:
            await answer(self._with_headers(send), refusal)

    def _refuse_others(self, scope: Message, headers: Mapping[str, str]) -> None:
        """Refuse what another website has a browser send, and a name that leads here and is not ours."""
        host = headers.get("host", "")
        name = urlsplit(f"//{host}").hostname or ""
        if self.loopback and not is_loopback(name):
            raise RefusedError(421, "This page is at localhost, and not at the name that you came by.")
        origin = headers.get("origin")
        # in front of a Space stands a server that puts the name of the outside here
        hosts = {host} if self.loopback else {host, headers.get("x-forwarded-host", host)}
        if origin is not None and urlsplit(origin).netloc not in hosts:
            raise RefusedError(
                403, "The request comes from another website, and this page answers only its own."
            )
        # a link that leads here is no harm
        visit = scope["method"] in ("GET", "HEAD") and scope["path"] == "/"
        if headers.get("sec-fetch-site") in ("cross-site", "same-site") and not visit:
            raise RefusedError(
                403, "The request comes from another website, and this page answers only its own."
            )

    def _refuse_unused(self, scope: Message) -> str:
        path = scope["path"]
        routes = ROUTES.get(scope["method"])
        if routes is None or not routes.fullmatch(path) or "/../" in path:
            raise RefusedError(404, "The page does not use this address.")
        if path.startswith(FILE):
            self._refuse_elsewhere(unquote(path.removeprefix(FILE)))
        return path

    def _refuse_elsewhere(self, name: Any) -> None:
        """Refuse a file that was not uploaded: one by address, one of this machine."""
        inside = isinstance(name, str) and "\0" not in name and Path(name).is_absolute()
        if not inside or not Path(name).resolve().is_relative_to(self.uploads.resolve()):
            raise RefusedError(403, "Only a file that was uploaded here is processed.")

    def _checked(self, body: bytes) -> bytes:
        """Return a question with nothing in it but text and one upload."""
        try:
            question = json.loads(body)
            data = question["data"]
            if not isinstance(data, list):
                raise TypeError
        except (ValueError, KeyError, TypeError, RecursionError):
            raise RefusedError(400, "This is not a request of the page.") from None
        question["data"] = [self._upload_of(entry) for entry in data]
        return json.dumps(question).encode()

    def _upload_of(self, entry: Any) -> Any:
        if entry is None or isinstance(entry, str | int | float):
            return entry
        if not isinstance(entry, dict):
            raise RefusedError(400, "This is not a request of the page.")
        self._refuse_elsewhere(entry.get("path"))
        name = entry.get("orig_name")
        known = {"path": entry["path"], "meta": {"_type": "gradio.FileData"}}
        return known | ({"orig_name": name} if isinstance(name, str) else {})

    async def _upload(self, scope: Message, headers: Mapping[str, str], receive: Receive, send: Send) -> None:
        """Let one file in, within the bounds, and keep nothing of what breaks off."""
        most = self.largest + SPARE_BYTES
        refuse_length(headers, most)
        here = [file.stat().st_size for file in files_in(self.uploads)]
        count, size = len(here) + len(self.arriving), sum(here) + most * (len(self.arriving) + 1)
        if count >= UPLOADS or size > UPLOADS_MB * 2**20:
            raise RefusedError(503, "Too many uploads are waiting; try again in a few minutes.")
        body, started = Counted(receive, headers, most), []

        async def sent(message: Message) -> None:
            # what Gradio says of a body that ends too soon is no answer
            if body.refusal is None:
                started.append(message.get("status"))
                await send(message)

        self.arriving[id(scope)] = time.time()
        try:
            await asyncio.wait_for(self.app(scope, body, sent), UPLOAD_S)
        except TimeoutError:
            body.refusal = RefusedError(408, "The upload took too long; try again.")
        except Exception:
            # whatever a body that breaks off makes of Gradio; nobody is there who could be told
            if body.refusal is None and not body.gone:
                raise
        finally:
            del self.arriving[id(scope)]
            if 200 not in started:
                self.sweep_parts()
        if body.refusal is not None and not started:
            raise body.refusal

    def sweep_parts(self) -> None:
        """Delete what is left of uploads that broke off: files beside no other that is arriving."""
        oldest = min(self.arriving.values(), default=time.time())
        for file in self.uploads.glob("*"):
            with contextlib.suppress(FileNotFoundError):  # heard in between
                if file.is_file() and file.stat().st_ctime < oldest:
                    file.unlink()

    def sweep(self) -> None:
        """Delete what nobody asked about for a while."""
        for file in files_in(self.uploads):
            with contextlib.suppress(FileNotFoundError):
                if file.stat().st_ctime < time.time() - max(self.forget, UPLOAD_S):
                    file.unlink()
                    # the folder of the one upload; another that has the same bytes may be in it
                    with contextlib.suppress(OSError):
                        file.parent.rmdir()

    async def sweeping(self) -> None:
        """Sweep now and then, for as long as the page is there."""
        while True:
            await asyncio.sleep(SWEPT_S)
            self.sweep_parts()
            self.sweep()

    def _with_headers(self, send: Send) -> Send:
        ancestors = SPACES if self.space else "'none'"
        more = HEADERS | {"content-security-policy": CONTENT + ancestors}
        if not self.space:
            more["x-frame-options"] = "DENY"

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = [
                    (name, value)
                    for name, value in message.get("headers", ())
                    if name.decode("latin-1").lower() not in {*more, "server", "access-control-allow-origin"}
                ]
                added = [(name.encode(), value.encode()) for name, value in more.items()]
                message = {**message, "headers": [*kept, *added]}
            await send(message)

        return sent


def guarded(**settings: Any) -> Callable[[Any], contextlib.AbstractAsyncContextManager[None]]:
    """Return what puts a :class:`Guard` of these settings before an application, when it starts."""

    @contextlib.asynccontextmanager
    async def lifespan(app: Any) -> AsyncIterator[None]:
        # built by now, and no request has come: the server listens after this
        app.middleware_stack = guard = Guard(app.middleware_stack, **settings)
        sweeping = asyncio.create_task(guard.sweeping())
        try:
            yield
        finally:
            sweeping.cancel()

    return lifespan


def is_loopback(name: str) -> bool:
    """Whether a name or an address of a machine is this machine's own, whatever a name server says."""
    if name.rstrip(".").lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def single(headers: Any) -> dict[str, str]:
    """Return the headers of a request by name, of which those that decide stand there once.

    Raises
    ------
    RefusedError
        If one of them appears twice.
    """
    found: dict[str, str] = {}
    for raw, value in headers:
        name = raw.decode("latin-1").lower()
        if name in found and name in ("host", "origin", "content-length", "content-type"):
            raise RefusedError(400, f"The request has two headers {name}.")
        found[name] = value.decode("latin-1")
    return found


def refuse_length(headers: Mapping[str, str], most: int) -> None:
    """Refuse a body that says that it is larger than ``most`` bytes, or says no number.

    Raises
    ------
    RefusedError
        If it does.
    """
    stated = headers.get("content-length", "0")
    if not re.fullmatch("[0-9]{1,20}", stated):
        raise RefusedError(400, "The length of the request is not a number.")
    if int(stated) > most:
        raise RefusedError(413, f"The request is too large; up to {most / 2**20:.1f} MB are read.")


async def read(receive: Receive, headers: Mapping[str, str], most: int) -> bytes:
    """Return a body of at most so many bytes.

    Raises
    ------
    RefusedError
        If it is larger, or breaks off.
    """
    refuse_length(headers, most)
    body = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise RefusedError(400, "The request broke off.")
        body += message.get("body", b"")
        if len(body) > most:
            raise RefusedError(413, f"The request is too large; up to {most / 2**20:.1f} MB are read.")
        if not message.get("more_body", False):
            return body


class Counted:
    """A body as it comes, as long as it is one file within a number of bytes; else it ends.

    Parameters
    ----------
    receive
        What gives it.
    headers
        Of the request.
    most
        Bytes.

    Attributes
    ----------
    refusal
        Why it was ended, or None.
    gone
        Whether whoever sent it went away.

    Raises
    ------
    RefusedError
        If it is no form with files.
    """

    def __init__(self, receive: Receive, headers: Mapping[str, str], most: int):
        kind, options = parse_options_header(headers.get("content-type", ""))
        if kind != b"multipart/form-data" or not options.get(b"boundary"):
            raise RefusedError(400, "This is not an upload of the page.")
        self._receive, self._most, self._size, self._parts = receive, most, 0, 0
        self._parser = MultipartParser(options[b"boundary"], {"on_part_begin": self._begun})
        self.refusal: RefusedError | None = None
        self.gone = False

    def _begun(self) -> None:
        self._parts += 1

    async def __call__(self) -> Message:
        """Return the next message of the body."""
        message = await self._receive()
        if message["type"] != "http.request":
            self.gone = True
            return message
        data = message.get("body", b"")
        self._size += len(data)
        try:
            self._parser.write(data)
        except FormParserError:
            self.refusal = RefusedError(400, "This is not an upload of the page.")
        if self._size > self._most or self._parts > 1:
            self.refusal = RefusedError(413, f"One file of up to {self._most // 2**20} MB is read at a time.")
        return message if self.refusal is None else {"type": "http.disconnect"}


def replayed(body: bytes, receive: Receive) -> Receive:
    """Return what gives a body that was read before, and then what comes after it."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def received() -> Message:
        return waiting.pop() if waiting else await receive()

    return received


def with_length(scope: Message, size: int) -> Message:
    """Return a request whose headers state so many bytes."""
    headers = [(n, v) for n, v in scope["headers"] if n not in (b"content-length", b"transfer-encoding")]
    return {**scope, "headers": [*headers, (b"content-length", str(size).encode())]}


def files_in(folder: Path) -> list[Path]:
    """Return the files of a folder and of those in it."""
    return [path for path in folder.rglob("*") if path.is_file()]


async def answer(send: Send, refusal: RefusedError) -> None:
    """Send the words of a refusal."""
    text = str(refusal).encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(text)).encode())]
    # what more of it would come is not waited for
    headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": text})
