"""Which addresses answer now."""

import base64
import logging
import re
import socket
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import unquote, urlsplit

from sarangi.base.errors import SarangiError
from sarangi.sources.proxies import Proxy, proxy_of, without_secrets

log = logging.getLogger("sarangi")

PORTS = {"http": 80, "https": 443, "ssh": 22, "git": 9418}
SCP = re.compile(r"(?:[^/:@]+@)?([^/:@]+):(?!//)")
LONGEST_STATUS = 2**12  # bytes


def reachable(addresses: Iterable[str], seconds: float = 3) -> set[str]:
    """Return the addresses whose host accepts a connection, asked all at once.

    Where a proxy leads to an address, the proxy is asked for a connection to its host; one that refuses is
    told, with the variable that names it.  Answers within ``seconds`` (and the resolver's own limit), also
    where there is no network.
    """
    addresses = sorted(set(addresses))
    refused: set[str] = set()

    def answers(address: str) -> bool:
        try:
            proxy = proxy_of(address)
            if proxy is not None:
                return _answers_through(proxy, address, seconds, refused)
            host, port = _place(address)
            if host is None:
                return Path(urlsplit(address).path).exists()
            socket.create_connection((host, port), timeout=seconds).close()
        except (OSError, ValueError):  # ValueError: an address that is none
            return False
        return True

    with ThreadPoolExecutor(max(1, len(addresses))) as pool:
        found = {a for a, answer in zip(addresses, pool.map(answers, addresses), strict=True) if answer}
    for line in sorted(refused):
        log.warning("%s", SarangiError(line))
    return found


def _place(address: str) -> tuple[str | None, int]:
    """Return host and port of an address, and no host of a path on this machine."""
    scp = SCP.match(address)
    if scp:  # as git writes ssh: user@host:path
        return scp[1], PORTS["ssh"]
    parts = urlsplit(address)
    if parts.scheme in ("", "file"):
        return None, 0
    if not parts.hostname:
        raise ValueError("an address without a host")
    return parts.hostname, parts.port or PORTS.get(parts.scheme, 443)


def _answers_through(proxy: Proxy, address: str, seconds: float, refused: set[str]) -> bool:
    """Return whether a proxy connects to the host of an address; note where it says that it will not."""
    host, port = _place(address)
    try:
        way = urlsplit(proxy.address if "://" in proxy.address else f"http://{proxy.address}")
        way_port = way.port or PORTS.get(way.scheme, 1080)
        if not way.hostname:
            raise ValueError("no host")
    except ValueError:
        refused.add(f"{proxy}: no address of a proxy, expected http://host:port; correct {proxy.variable}")
        return False
    try:
        with socket.create_connection((way.hostname, way_port), timeout=seconds) as connection:
            if way.scheme != "http":
                return True  # it speaks TLS or SOCKS; that it listens must do
            host = f"[{host}]" if ":" in str(host) else host
            head = f"Host: {host}:{port}\r\n{_credentials(way.username, way.password)}\r\n"
            if address.lower().startswith("https:"):
                asked = f"CONNECT {host}:{port} HTTP/1.1\r\n{head}"
            else:
                asked = f"HEAD http://{host}:{port}/ HTTP/1.1\r\nConnection: close\r\n{head}"
            connection.sendall(asked.encode())
            status = _status(connection, time.monotonic() + seconds)
    except OSError as error:
        refused.add(
            f"{proxy}: the proxy does not answer ({without_secrets(str(error))}); so nothing is "
            f"fetched through it. Correct {proxy.variable}, or unset it"
        )
        return False
    if status == 0:
        refused.add(f"{proxy}: no proxy answers there, expected HTTP; correct {proxy.variable}")
    if status == 407:
        refused.add(
            f"{proxy}: the proxy requires a name and a password (it answers 407); so nothing is fetched "
            f"through it. Write {proxy.variable} as http://name:password@host:port"
        )
    elif status in (403, 405) and address.lower().startswith("https:"):
        refused.add(
            f"{proxy}: the proxy refuses to connect to {host} (it answers {status}). "
            "Ask who runs it, or fetch what is missing elsewhere"
        )
    through = 200 <= status < 300 if address.lower().startswith("https:") else 0 < status < 500
    return through and status != 407


def _credentials(name: str | None, password: str | None) -> str:
    if name is None:
        return ""
    both = f"{unquote(name)}:{unquote(password or '')}".encode()
    return f"Proxy-Authorization: Basic {base64.b64encode(both).decode()}\r\n"


def _status(connection: socket.socket, until: float) -> int:
    """Return the status of an answer; 0 where what comes until then is none."""
    said = b""
    while b"\r\n" not in said and len(said) < LONGEST_STATUS and (left := until - time.monotonic()) > 0:
        connection.settimeout(left)
        data = connection.recv(LONGEST_STATUS)
        if not data:
            break
        said += data
    found = re.match(rb"HTTP/\d\.\d (\d{3})\b", said)
    return int(found[1]) if found else 0
