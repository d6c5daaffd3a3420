"""A server that publishes files, for tests of downloads."""

import hashlib
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import yaml

from sarangi.sources import checksums, https
from sarangi.sources.download import download


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(https, "SECONDS_OF_SILENCE", 1)


class Publisher:
    """A server on this machine: ``files`` by path, ``moved`` paths with where to, and who asked for what."""

    def __init__(self):
        self.files, self.moved, self.asked, self.cut, self.tags = {}, {}, [], {}, True
        publisher = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                publisher.asked.append((self.path, dict(self.headers)))
                if self.path in publisher.moved:
                    self.send_response(302)
                    self.send_header("Location", publisher.moved[self.path])
                    self.end_headers()
                    return
                if self.path not in publisher.files:
                    self.send_error(404)
                    return
                data = publisher.files[self.path]
                tag = f'"{hashlib.sha256(data).hexdigest()[:8]}"' if publisher.tags else ""
                start = 0
                if "Range" in self.headers and self.headers.get("If-Range", tag) == tag:
                    start = int(self.headers["Range"].removeprefix("bytes=").rstrip("-"))
                if start >= len(data) > 0:
                    self.send_error(416)
                    return
                self.send_response(206 if start else 200)
                self.send_header("Content-Length", str(len(data) - start))
                # as some servers do with every .gz
                self.send_header("Content-Encoding", "x-gzip" if self.path.endswith(".gz") else "identity")
                if tag:
                    self.send_header("ETag", tag)
                self.end_headers()
                self.wfile.write(data[start : publisher.cut.pop(self.path, None)])

            def log_message(self, *arguments):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.address = f"http://127.0.0.1:{self._server.server_port}"

    def close(self):
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def publisher():
    running = Publisher()
    yield running
    running.close()


@pytest.fixture
def study(tmp_path, monkeypatch):
    """A study's folder, as a job sees it; ``fetched(source)`` gives the members of what is published."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "made").mkdir()

    def fetched(source):
        download(source, tmp_path / "made/c.zip", tmp_path / "made/c.zip.part")
        with zipfile.ZipFile(tmp_path / "made/c.zip") as archive:
            found = [(info.filename, archive.read(info)) for info in archive.infolist()]
        assert [path.name for path in (tmp_path / "made").iterdir()] == ["c.zip"]
        (tmp_path / "made/c.zip").unlink()
        return found

    return fetched


def locked():
    return yaml.safe_load(checksums.CHECKSUMS.read_text())
