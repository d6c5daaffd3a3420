"""Requests that the page must refuse, sent to a page that runs."""

import http.server
import io
import itertools
import socket
import threading
import time
from contextlib import contextmanager
from urllib.parse import urlsplit

import httpx
import numpy as np
import soundfile

API = "/gradio_api"
EVIL = "http://evil.example"


def attack(address, folder):
    """Send what must be refused to a page, whose temporary files lie in a folder."""
    here = urlsplit(address).netloc
    with httpx.Client(base_url=address, trust_env=False, timeout=60) as client:
        page = client.get("/")
        assert page.status_code == 200
        assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
        for name, value in (
            ("x-frame-options", "DENY"), ("x-content-type-options", "nosniff"),
            ("referrer-policy", "same-origin"), ("cross-origin-resource-policy", "same-origin"),
        ):  # fmt: skip
            assert page.headers[name] == value
        assert "x-frame-options" in client.get("/no/such/place").headers
        others_and_unused(client, here)
        files_of_elsewhere(client)
        sizes(client, folder)
        broken_off(address, folder)
        # whoever hangs up ends nothing
        assert client.get("/").status_code == 200


def others_and_unused(client, here):
    for host in (
        "evil.example",
        f"evil.example:{here.rpartition(':')[2]}",
        "127.0.0.1.evil.example",
        "[::2]",
        "",
    ):
        assert client.get("/", headers={"host": host}).status_code == 421, host
    assert client.get("/", headers={"host": "localhost:9"}).status_code == 200
    for headers in (
        {"origin": EVIL}, {"origin": "null"}, {"origin": "http://localhost:1"}, {"origin": f"http://{here}.evil"},
        {"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"},
    ):  # fmt: skip
        for method, path in (("POST", "queue/join"), ("POST", "upload"), ("GET", "queue/data?session_hash=a"),
                             ("GET", "heartbeat/a"), ("GET", "upload_progress?upload_id=a")):  # fmt: skip
            assert client.request(method, f"{API}/{path}", headers=headers).status_code == 403, (
                headers,
                path,
            )
    # from a link one may come
    assert client.get("/", headers={"sec-fetch-site": "cross-site"}).status_code == 200
    sound = {"file": ("r.webm", b"x" * 2**20)}
    for _ in range(5):
        assert client.post(f"{API}/process_recording", files=sound).status_code == 404
    for method, path in (
        ("GET", f"{API}/proxy=http://127.0.0.1:1/"), ("GET", f"{API}/stream/a/b/1/playlist.m3u8"),
        ("POST", f"{API}/component_server"), ("POST", f"{API}/run/predict"), ("POST", f"{API}/call/listen"),
        ("GET", "/monitoring"), ("POST", "/login"), ("GET", f"{API}/runs"), ("POST", f"{API}/vibe-edit"),
        ("PUT", f"{API}/upload"), ("DELETE", "/"), ("OPTIONS", f"{API}/queue/join"),
        ("GET", f"{API}/custom_component/a/client/b/c"), ("GET", "/assets/%2e%2e/%2e%2e/x"), ("TRACE", "/"),
    ):  # fmt: skip
        assert client.request(method, path).status_code == 404, path


def asked(client, entry, session="s"):
    question = {"data": [entry, None, "", None], "fn_index": 0, "session_hash": session}
    return client.post(f"{API}/queue/join", json=question).status_code


def files_of_elsewhere(client):
    with counted_server() as (url, requests):
        for path in (
            url, "http://169.254.169.254/latest", "http://[::1]:1/", "file:///etc/passwd", "/etc/passwd",
            "", None, 5, "relative.wav", "https://evil.example/x.wav", "/var/../etc/passwd",
        ):  # fmt: skip
            entry = {"path": path, "url": url, "meta": {"_type": "gradio.FileData"}}
            assert asked(client, entry) == 403, path
            assert asked(client, {"a": entry}) == 403
            assert asked(client, [entry]) == 400
            if path:
                assert client.get(f"{API}/file={path}").status_code in (403, 404), path
        assert requests == []
    assert client.post(f"{API}/queue/join", content=b"[" * 50_000).status_code == 400
    assert client.post(f"{API}/queue/join", content=b"x" * 70_000).status_code == 413


def sizes(client, folder):
    large, part = 26 * 2**20, b"x" * 2**20
    assert client.post(f"{API}/upload", files={"files": ("a.wav", b"x" * large)}).status_code == 413
    head = b'--b\r\ncontent-disposition: form-data; name="files"; filename="a"\r\n\r\n'
    form = {"content-type": "multipart/form-data; boundary=b"}
    # no length is stated, and it never ends
    endless = itertools.chain([head], itertools.repeat(part, 60))
    assert refused_midway(client, endless, form) == 413
    many = [("files", (f"{n}.wav", b"x")) for n in range(20)]
    assert client.post(f"{API}/upload", files=many).status_code == 413
    for headers in ({"content-type": "text/plain"}, {"content-type": "multipart/form-data"}):
        assert client.post(f"{API}/upload", content=b"x", headers=headers).status_code == 400
    for length in ("-1", "x", "1" * 19, str(2**40)):
        assert stated(client, length) in (b"400", b"413"), length
    # one that is right
    file = io.BytesIO()
    soundfile.write(file, 0.1 * np.random.default_rng(0).standard_normal(16_000), 16_000, format="WAV")
    found = client.post(f"{API}/upload", files={"files": ("a.wav", file.getvalue())})
    assert found.status_code == 200
    assert client.get(f"{API}/file={found.json()[0]}").content == file.getvalue()
    # too many that nobody asks about
    codes = []
    for n in range(25):
        codes.append(client.post(f"{API}/upload", files={"files": ("a.wav", b"%d" % n)}).status_code)
    assert codes[0] == 200 and codes[-1] == 503 and set(codes) == {200, 503}
    for file in folder.rglob("a.wav"):
        file.unlink()
    assert client.post(f"{API}/upload", files={"files": ("a.wav", b"again")}).status_code == 200


def stated(client, length):
    """The status of an upload that states a length and sends nothing."""
    place = client.base_url
    with socket.create_connection((place.host, place.port), timeout=60) as sent:
        sent.sendall(
            f"POST {API}/upload HTTP/1.1\r\nHost: {place.host}\r\nContent-Length: {length}\r\n"
            "Content-Type: multipart/form-data; boundary=b\r\n\r\n".encode()
        )
        return sent.recv(100).split()[1]


def refused_midway(client, chunks, headers):
    try:
        return client.post(f"{API}/upload", content=chunks, headers=headers).status_code
    except (httpx.WriteError, httpx.RemoteProtocolError, httpx.ReadError):
        return 413  # it hung up while we were sending


def broken_off(address, folder):
    place = urlsplit(address)
    before = {path for path in folder.rglob("tmp*") if path.is_file()}
    with socket.create_connection((place.hostname, place.port)) as sent:
        sent.sendall(
            f"POST {API}/upload HTTP/1.1\r\nHost: {place.netloc}\r\nContent-Length: 900000\r\n"
            "Content-Type: multipart/form-data; boundary=b\r\n\r\n--b\r\n"
            'content-disposition: form-data; name="files"; filename="a"\r\n\r\n'.encode()
            + b"x" * 100_000
        )
    until = time.monotonic() + 30
    while {path for path in folder.rglob("tmp*") if path.is_file()} - before:
        assert time.monotonic() < until, "a part of an upload stays"


@contextmanager
def counted_server():
    """A web server that notes who asks."""
    requests = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            requests.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *parts):
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/x.wav", requests
    finally:
        server.shutdown()
        server.server_close()
