"""Downloads from a server that misbehaves: the right file or none, and never a wrong one."""

import hashlib
import subprocess
import threading
import time
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from sarangi import download
from sarangi.configuration import Study
from sarangi.download import fetch, fetch_commit, reachable
from sarangi.errors import SarangiError

BODY = bytes(range(256)) * 4000  # 1 MB
SUM = f"sha256:{hashlib.sha256(BODY).hexdigest()}"


@pytest.fixture
def server():
    """A server on this machine; ``asked`` lists the ranges asked for, the path says how it misbehaves."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.headers.get("Range"))
            tries = len(asked)
            way = self.path.strip("/")
            start = 0
            if self.headers.get("Range") and way != "no-ranges":
                start = int(self.headers["Range"].removeprefix("bytes=").rstrip("-"))
            if way == "redirected":
                self.send_response(302)
                self.send_header("Location", "/good")
                self.end_headers()
                return
            if way == "busy-then-good" and tries == 1:
                self.send_error(503)
                return
            if way == "gone":
                self.send_error(404)
                return
            body = BODY[start:]
            if way == "flipped":
                body = body[:5000] + bytes([body[5000] ^ 1]) + body[5001:]
            self.send_response(206 if start else 200)
            self.send_header("Content-Type", "text/html" if way == "page" else "application/zip")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if way in ("truncated-then-good", "no-ranges") and tries == 1:
                self.wfile.write(body[:300_000])
                return
            if way == "always-truncated":
                self.wfile.write(body[:1000])
                return
            if way == "stalled-then-good" and tries == 1:
                self.wfile.write(body[:300_000])
                self.wfile.flush()
                time.sleep(3)
                return
            self.wfile.write(body)

        def log_message(self, *arguments):
            pass

    asked = []
    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{running.server_port}", asked
    running.shutdown()


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(download, "SECONDS_OF_SILENCE", 1)


@pytest.mark.parametrize(
    ("way", "ranges"),
    [
        ("good", [None]),
        ("redirected", [None, None]),
        ("busy-then-good", [None, None]),
        ("truncated-then-good", [None, "bytes=300000-"]),
        ("stalled-then-good", [None, "bytes=300000-"]),
        ("no-ranges", [None, "bytes=300000-"]),
    ],
)
def test_passing_faults_end_in_the_file_and_what_arrived_is_not_asked_again(server, way, ranges, tmp_path):
    address, asked = server
    fetch(f"{address}/{way}", tmp_path / "f", SUM, len(BODY), wait=0.01)
    assert (tmp_path / "f").read_bytes() == BODY
    # a stall is cut at a chunk's edge, so that a little more than was written may be asked again
    assert [None if r is None else "bytes=" for r in asked] == [
        None if r is None else "bytes=" for r in ranges
    ]
    assert not (tmp_path / "f.part").exists()


@pytest.mark.parametrize(
    ("way", "message"),
    [
        ("flipped", "expected"),
        ("page", "a web page"),
        ("gone", "404"),
        ("always-truncated", "tried 5 times"),
    ],
)
def test_a_wrong_file_is_never_published(server, way, message, tmp_path):
    address, _ = server
    with pytest.raises(SarangiError, match=message):
        fetch(f"{address}/{way}", tmp_path / "f", SUM, wait=0.01)
    assert not (tmp_path / "f").exists()


def test_a_later_call_goes_on_where_an_earlier_one_broke_off(server, tmp_path):
    address, asked = server
    (tmp_path / "f.part").write_bytes(BODY[:700_000])
    fetch(f"{address}/good", tmp_path / "f", SUM)
    assert asked == ["bytes=700000-"]
    assert (tmp_path / "f").read_bytes() == BODY


def test_a_rotten_part_is_thrown_away_and_the_next_call_is_right(server, tmp_path):
    address, _ = server
    (tmp_path / "f.part").write_bytes(b"x" * 700_000)
    with pytest.raises(SarangiError, match="thrown away"):
        fetch(f"{address}/good", tmp_path / "f", SUM)
    fetch(f"{address}/good", tmp_path / "f", SUM)
    assert (tmp_path / "f").read_bytes() == BODY


def test_where_nothing_answers_a_source_is_unavailable_within_ten_seconds(server, tmp_path, monkeypatch):
    address, _ = server
    connect = download.socket.create_connection

    def silent(place, timeout):
        if place[0].endswith(".invalid"):
            time.sleep(timeout)
            raise TimeoutError
        return connect(place, timeout)

    monkeypatch.setattr(download.socket, "create_connection", silent)
    start = time.monotonic()
    silence = [f"https://host-{number}.invalid" for number in range(4)]
    # port 1 refuses; the others never answer
    assert reachable([address, "http://127.0.0.1:1", *silence]) == {address}
    with pytest.raises(SarangiError, match="tried 5 times"):
        fetch("http://127.0.0.1:1/f", tmp_path / "f", SUM, wait=0.01)
    assert time.monotonic() - start < 10


def test_whether_a_corpus_can_be_fetched_is_asked_anew_each_time(server, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    address, _ = server
    source = {"address": f"{address}/good", "size": 1, "checksum": SUM}
    config = {"corpora": {"ravdess": {"source": source}}, "encoders": {}, "asr": {}, "download": True}
    assert set(Study(config, probe=True).sources) == {"ravdess"}
    source["address"] = "http://127.0.0.1:1/f"
    study = Study(config, probe=True)
    assert study.sources == {}
    assert (
        "download http://127.0.0.1:1/f, put it at resources/corpora/ravdess"
        in study.unavailable("corpora")["ravdess"]
    )
    assert Study(config | {"download": False}, probe=True).sources == {}


def git(folder, *arguments):
    identity = ["-c", "user.name=a test", "-c", "user.email=test@example.org"]
    done = subprocess.run(
        ["git", *identity, *arguments], cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_a_repository_comes_at_its_commit_with_the_same_bytes_each_time(tmp_path):
    repository = tmp_path / "repository"
    repository.mkdir()
    git(repository, "init", "--quiet")
    (repository / "a.wav").write_bytes(b"first\r\n")
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "-m", "first")
    first = git(repository, "rev-parse", "HEAD")
    (repository / "a.wav").write_bytes(b"second")
    git(repository, "commit", "--quiet", "-am", "second")
    git(repository, "config", "uploadpack.allowAnySHA1InWant", "true")
    for name in ("one.zip", "two.zip"):
        fetch_commit(str(repository), first, tmp_path / name)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.zip") as archive:
        assert archive.read("a.wav") == b"first\r\n"
    with pytest.raises(SarangiError, match="git fetch failed"):
        fetch_commit(str(repository), "0" * 40, tmp_path / "none.zip")
    assert not (tmp_path / "none.zip").exists()
