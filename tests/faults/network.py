"""Faults of a network: a server that misbehaves as told, and what comes of a download from it."""

import contextlib
import hashlib
import io
import random
import shutil
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from sarangi.base.errors import SarangiError
from sarangi.sources import https

WAYS = ("truncated", "flipped", "a web page with status 200", "503", "stalled", "redirected")


@contextlib.contextmanager
def server(way: str, body: bytes, chance: random.Random, faults: int) -> Iterator[str]:
    """Yield the address of a file whose first ``faults`` answers are bad in one of :data:`WAYS`."""
    left = [faults]

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            start = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").rstrip("-"))
            bad = left[0] > 0
            left[0] -= bad
            if bad and way == "503":
                self.send_error(503)
                return
            if bad and way == "redirected":
                self.send_response(302)
                # round in circles, to where nobody listens, or to a page that wants a name and a password
                self.send_header("Location", chance.choice((self.path, "http://127.0.0.1:1/", "/login")))
                self.end_headers()
                return
            if self.path == "/login" or (bad and way == "a web page with status 200"):
                return self.answer(b"<html>Please log in.</html>", "text/html")
            rest = body[start:]
            if bad and way == "flipped":
                place = chance.randrange(max(1, len(rest)))
                rest = rest[:place] + bytes([rest[place] ^ 1 << chance.randrange(8)]) + rest[place + 1 :]
            cut = len(rest)
            if bad and way in ("truncated", "stalled") and rest:
                cut = chance.randrange(len(rest))
            self.answer(rest[:cut], "application/zip", len(rest), 206 if start else 200)
            if bad and way == "stalled":
                time.sleep(2 * https.SECONDS_OF_SILENCE)

        def answer(self, data: bytes, kind: str, length: int | None = None, status: int = 200) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data) if length is None else length))
            self.end_headers()
            self.wfile.write(data)
            self.wfile.flush()

        def log_message(self, *arguments: object) -> None:
            pass

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    running.daemon_threads = True
    threading.Thread(target=running.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{running.server_port}/corpus.zip"
    finally:
        running.shutdown()


def inject(way: str, folder: Path, chance: random.Random) -> str:
    """Fetch a file while the server misbehaves, and again when it does not; say what became of it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    body = chance.randbytes(chance.randrange(1, 1_000_000))
    checksum = f"sha256:{hashlib.sha256(body).hexdigest()}"
    # as often that the command itself goes on, or so often that it gives up
    faults, silence = chance.choice((1, 2, 100)), https.SECONDS_OF_SILENCE
    https.SECONDS_OF_SILENCE = 0.2
    place, told = folder / "corpus.zip", False
    try:
        quiet = contextlib.redirect_stderr(io.StringIO())  # bars of progress
        with quiet, server(way, body, chance, faults) as address:
            try:
                https.fetch(address, place, checksum, wait=0.001)
            except SarangiError:
                told = True
        if not told and place.read_bytes() != body:
            return "silently wrong: it was taken for the file"
        if told and place.exists():
            return "silently wrong: something lies there though it failed"
        with quiet, server(way, body, chance, 0) as address:
            for _ in range(2):  # what was rotten is thrown away first, and says so
                try:
                    if not place.exists():
                        https.fetch(address, place, checksum, wait=0.001)
                except SarangiError:
                    continue
        if not place.exists():
            return "lost: the same command does not fetch it"
        return "survived" if place.read_bytes() == body else "silently wrong: other bytes"
    finally:
        https.SECONDS_OF_SILENCE = silence
