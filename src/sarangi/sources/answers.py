"""Asking a server: in bounded time, through the user's proxy, and no further than http and https lead."""

import contextlib
import email.utils
import re
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter

from sarangi.base.errors import SarangiError
from sarangi.sources.proxies import certificates, proxy_of, without_secrets

CHUNK = 2**18
LEAST = 1000  # bytes a second; a server that sends less is as good as silent
MOST_REDIRECTS = 10
LONGEST_REST = 60.0  # seconds that a server may ask us to wait between two tries
REDIRECTS = (301, 302, 303, 307, 308)
HOPELESS = (
    requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema, requests.exceptions.MissingSchema,
    urllib3.exceptions.LocationValueError, UnicodeError,
)  # fmt: skip


class PassingError(Exception):
    """A fault that may pass: a broken connection, a busy server, a short body.

    ``rest`` is how many seconds the server asks to be left alone.
    """

    def __init__(self, said: str, rest: float = 0.0):
        super().__init__(said)
        self.rest = rest


class Bearer(requests.auth.AuthBase):
    """A token that a server takes by itself, without a user's name; nothing prints it."""

    def __init__(self, token: str):
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Put the token into a request."""
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


Token = tuple[str, str] | Bearer
"""User and key, or a token by itself."""


class Watch:
    """Shuts the connections that it watches where they give no sign of life for so many seconds.

    A time-out of a socket is one of each read; a server that sends a byte now and then never meets it.
    """

    def __init__(self, seconds: float):
        self.seconds, self.barked = seconds, False
        self._sockets: list[socket.socket] = []
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.sign_of_life()

    def sign_of_life(self) -> None:
        """Begin to count the seconds again."""
        self._until = time.monotonic() + self.seconds

    def over(self, connection: socket.socket) -> socket.socket:
        """Watch a connection, and return it."""
        self._sockets.append(connection.dup())  # TLS takes the socket itself over
        return connection

    def _run(self) -> None:
        while not self._ended.wait(max(0.0, self._until - time.monotonic())):
            if time.monotonic() >= self._until:
                self.barked = True
                for connection in self._sockets:
                    with contextlib.suppress(OSError):  # it is shut already
                        connection.shutdown(socket.SHUT_RDWR)
                return

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        for connection in self._sockets:
            connection.close()


class _Watched(HTTPAdapter):
    """Makes connections that a watch is over."""

    def __init__(self, watch: Watch):
        self._watch = watch
        super().__init__()

    def get_connection_with_tls_context(self, *arguments: Any, **named: Any) -> Any:
        """Return the pool of connections to a host."""
        pool: Any = super().get_connection_with_tls_context(*arguments, **named)
        if not getattr(pool.ConnectionCls, "watched", False):
            pool.ConnectionCls = _watched(pool.ConnectionCls, self._watch)
        return pool


def _watched(kind: Any, watch: Watch) -> Any:
    def connected(self: Any) -> socket.socket:
        return watch.over(kind._new_conn(self))

    return type(kind.__name__, (kind,), {"_new_conn": connected, "watched": True})


class _Session(requests.Session):
    """Follows no redirect by itself: it would read the body of one to its end, and there may be none."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Return that there is none."""


class Answer:
    """What a server answers: ``status``, ``headers``, and the body by :meth:`pieces`."""

    def __init__(self, response: requests.Response, watch: Watch):
        self._response, self._watch = response, watch
        self.status, self.reason, self.headers = response.status_code, response.reason, response.headers

    def pieces(self) -> Iterator[bytes]:
        """Yield the body as it comes, not decoded.

        Raises
        ------
        PassingError
            If it comes too slowly.
        """
        arrived = 0
        self._watch.sign_of_life()
        while data := self._response.raw.read1(CHUNK, decode_content=False):
            arrived += len(data)
            if arrived >= LEAST * self._watch.seconds:
                self._watch.sign_of_life()
                arrived = 0
            yield data
        if self._watch.barked:  # without a length, a connection that is shut looks like the end
            raise _too_slow(self._watch)

    @property
    def rest(self) -> float:
        """Seconds that the server asks us to wait (Retry-After, as a number or as a date)."""
        said = self.headers.get("Retry-After", "").strip()
        if re.fullmatch(r"[0-9]{1,12}", said):
            return float(said)
        try:
            return max(0.0, email.utils.parsedate_to_datetime(said).timestamp() - time.time())
        except (ValueError, TypeError, OverflowError, IndexError):
            return 0.0


@contextlib.contextmanager
def ask(
    address: str, headers: dict[str, str], token: Token | None, seconds: tuple[float, float]
) -> Iterator[Answer]:
    """Ask for an address and follow where it leads, and yield the answer, whatever its status.

    Parameters
    ----------
    address
        http or https.
    headers
        To send.
    token
        For the address's own host; no other host that it leads to is told it.
    seconds
        To connect, and of silence; the head of an answer takes at most twice the latter.

    Raises
    ------
    PassingError
        For what may pass, also while the body is read.
    SarangiError
        If the address is none of http or https or leads to one that is not, from https to http, or round in
        circles; if a proxy refuses, or a certificate is not trusted.
    """
    trusted = certificates()
    with Watch(2 * seconds[1]) as watch, _Session() as session:
        for scheme in ("http://", "https://"):
            session.mount(scheme, _Watched(watch))
        if trusted is not None:
            session.verify = trusted[1]
        here = led(address, "", address)
        try:
            for _ in range(MOST_REDIRECTS + 1):
                watch.sign_of_life()
                own = _origin(here) == _origin(address)
                # bytes: requests can write text in Latin-1 only
                auth: Any = _for_requests(token) if token and own else None
                with session.get(here, headers=headers, auth=auth, stream=True, timeout=seconds) as response:
                    target = requests.Session.get_redirect_target(session, response)
                    if response.status_code not in REDIRECTS or target is None:
                        yield Answer(response, watch)
                        return
                    here = led(here, target, address)
        except (requests.RequestException, urllib3.exceptions.HTTPError, *HOPELESS) as error:
            if watch.barked:
                raise _too_slow(watch) from None
            raise _told(error, address, here) from None
        raise SarangiError(
            f"{without_secrets(address)}: it redirects more than {MOST_REDIRECTS} times. Check the address"
        )


def _for_requests(token: Token) -> Any:
    return token if isinstance(token, Bearer) else tuple(map(str.encode, token))


def led(here: str, target: str, address: str) -> str:
    """Return where a redirect leads from ``here``, for a download that began at ``address``.

    Raises
    ------
    SarangiError
        If that is not an address, no http or https, or http after https.
    """
    shown = without_secrets(address)
    try:
        there = urljoin(here, target)
        parts = urlsplit(there)
        if parts.scheme in ("http", "https") and (not parts.hostname or parts.port == 0):
            raise ValueError("no host")
    except ValueError as error:
        raise SarangiError(
            f"{shown}: not an address that can be requested ({error}). Correct it in the "
            "configuration, or, if that is "
            "right, see its publisher's page"
        ) from None
    if parts.scheme not in ("http", "https"):
        raise SarangiError(
            f"{shown}: it redirects to an address that begins with "
            f"{there.partition(':')[0][:20]!r}; only http "
            "and https are followed. Check the address, and its publisher's page"
        )
    if parts.scheme == "http" and urlsplit(here).scheme == "https":
        raise SarangiError(
            f"{shown}: it redirects from https to http ({without_secrets(there)}), where anyone on "
            "the way can "
            "change the content; it was not followed. Look for the publisher's new address"
        )
    return there


def _origin(address: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(address)
    standard = {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, parts.hostname, parts.port or standard


def _too_slow(watch: Watch) -> PassingError:
    return PassingError(f"the server sent less than {LEAST} bytes a second for {watch.seconds:g} s")


def _told(error: Exception, address: str, here: str) -> Exception:
    """Return what a fault of a connection means to a person: an error that may pass, or one that does not."""
    said = f"{type(error).__name__}: {without_secrets(str(error))}"
    shown = without_secrets(address)
    proxy = proxy_of(here)
    status = re.search(r"Tunnel connection failed: (\d{3})", str(error))
    if proxy and status and status[1] < "500":
        return refused_by(proxy, shown, int(status[1]))
    if proxy and isinstance(error, HOPELESS):  # the address itself was looked at before
        return SarangiError(
            f"{shown}: the proxy of {proxy} cannot be used ({said}); expected http://host:port. "
            f"Correct {proxy.variable}"
        )
    if "CERTIFICATE" in said or "X509" in said:
        trusted = certificates()
        source = f"of {trusted[0]}" if trusted else "that come with Python"
        return SarangiError(
            f"{shown}: its certificate is not one that the authorities {source} vouch for ({said}). "
            "If a proxy "
            "of your network signs in its place, name the file of that authority in REQUESTS_CA_BUNDLE"
        )
    if isinstance(error, HOPELESS):
        return SarangiError(
            f"{shown}: not an address that can be requested ({said}). Correct it in the configuration"
        )
    through = f" (through the proxy of {proxy})" if proxy else ""
    return PassingError(f"{said}{through}")


def refused_by(proxy: Any, address: str, status: int) -> SarangiError:
    """Return that a proxy will not fetch an address, with the variable that names the proxy."""
    wants = "requires a name and a password" if status == requests.codes.proxy_authentication else "refuses"
    return SarangiError(
        f"{address}: the proxy of {proxy} {wants} (it answers {status}). Write {proxy.variable} as "
        "http://name:password@host:port, or name another proxy there"
    )
