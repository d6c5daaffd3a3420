"""Which addresses answer now."""

import socket
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit


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
