"""Downloads from a server that misbehaves: the right file or none, and never a wrong one."""

import base64
import hashlib
import json
import logging
import os
import subprocess
import threading
import time
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from support.publisher import Publisher, locked, publisher, quick, study  # noqa: F401  (fixtures)
from support.raw_server import always, answered, header, raw_server
from support.recordings import tarred, zipped

from sarangi.base.errors import SarangiError
from sarangi.sources import checksums, https, kinds, reachability, zenodo
from sarangi.sources.git import fetch_commit
from sarangi.sources.https import fetch, receive
from sarangi.sources.kaggle import kaggle_token
from sarangi.sources.reachability import reachable
from sarangi.study.availability import unavailable
from sarangi.study.study import Study

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
    with pytest.raises(SarangiError, match="discarded"):
        fetch(f"{address}/good", tmp_path / "f", SUM)
    fetch(f"{address}/good", tmp_path / "f", SUM)
    assert (tmp_path / "f").read_bytes() == BODY


def test_where_nothing_answers_a_source_is_unavailable_within_ten_seconds(server, tmp_path, monkeypatch):
    address, _ = server
    connect = reachability.socket.create_connection

    def silent(place, timeout):
        if place[0].endswith(".invalid"):
            time.sleep(timeout)
            raise TimeoutError
        return connect(place, timeout)

    monkeypatch.setattr(reachability.socket, "create_connection", silent)
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
    config |= {"experiments": [], "findings": {}, "language_pairs": [], "feature_sets": {}, "models": {}}
    assert set(Study(config, probe=True).sources) == {"ravdess"}
    source["address"] = "http://127.0.0.1:1/f"
    study = Study(config, probe=True)
    assert study.sources == {}
    assert (
        "download http://127.0.0.1:1/f, put it at resources/corpora/ravdess"
        in unavailable(study, "corpora")["ravdess"]
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


def test_a_compressed_tar_of_archives_arrives_as_one_zip_over_a_break(publisher, study):
    inner = tarred([("train_splits/a.mp4", os.urandom(600_000))])
    publisher.files["/raw.tar.gz"] = tarred([("raw/train.tar.gz", inner), ("raw/train.csv", b"table")])
    publisher.cut["/raw.tar.gz"] = 300_000
    found = study({"address": f"{publisher.address}/raw.tar.gz"})
    assert [name for name, _ in found] == ["raw/train_splits/a.mp4", "raw/train.csv"]
    assert ["Range" in headers for _, headers in publisher.asked] == [False, True]


@pytest.mark.parametrize("tags", [True, False])
def test_without_a_checksum_an_older_version_is_never_continued_with_a_newer(publisher, tags, tmp_path):
    old, new = os.urandom(600_000), os.urandom(600_000)
    publisher.tags = tags
    publisher.files["/f"] = old
    publisher.cut["/f"] = 300_000
    fetch(f"{publisher.address}/f", tmp_path / "f", None, wait=0.01)
    assert (tmp_path / "f").read_bytes() == old
    assert ["Range" in headers for _, headers in publisher.asked] == [False, tags]
    # a run that was killed in the middle leaves what had come, and the name of its version
    part = tmp_path / "part"
    part.write_bytes(old[:300_000])
    tag = f'"{hashlib.sha256(old).hexdigest()[:8]}"' if tags else ""
    (tmp_path / "part.version").write_text(tag)
    publisher.files["/f"] = new
    receive(f"{publisher.address}/f", part, None)
    assert part.read_bytes() == new


def record_of_two(publisher, tmp_path):
    """Publish a record of a table and of an archive that holds another one."""
    inner = zipped(tmp_path / "inner", [("Urdu/Anger/Anger_0001.mat", b"urdu")]).read_bytes()
    files = {"notes.txt": b"read me", "feats.tar.gz": tarred([("Feats/urdu.zip", inner), ("Feats/x", b"x")])}
    listed = []
    for name, data in files.items():
        publisher.files[f"/records/7/files/{name}/content"] = data
        listed.append(
            {
                "key": name,
                "size": len(data),
                "checksum": f"md5:{hashlib.md5(data).hexdigest()}",  # noqa: S324  (Zenodo's choice)
                "links": {"self": f"{publisher.address}/records/7/files/{name}/content"},
            }
        )
    publisher.files["/records/7"] = json.dumps({"files": listed}).encode()
    return listed


def test_the_files_of_a_record_become_one_zip_without_their_nesting(publisher, study, tmp_path, monkeypatch):
    monkeypatch.setattr(zenodo, "ZENODO", f"{publisher.address}/records")
    listed = record_of_two(publisher, tmp_path)
    wanted = [("notes.txt", b"read me"), ("Feats/Urdu/Anger/Anger_0001.mat", b"urdu"), ("Feats/x", b"x")]
    assert study({"zenodo": "7"}) == wanted
    assert sorted(locked()) == sorted(entry["links"]["self"] for entry in listed)
    assert study({"zenodo": "7"}) == wanted
    before = checksums.CHECKSUMS.read_bytes()
    # a file that is not what the record says
    publisher.files["/records/7/files/notes.txt/content"] = b"changed"
    with pytest.raises(SarangiError, match=r"notes\.txt.* found 7 bytes with md5:.*, expected md5:"):
        study({"zenodo": "7"})
    # and a record that was changed with its file
    listed[0] |= {"checksum": f"md5:{hashlib.md5(b'changed').hexdigest()}"}  # noqa: S324
    publisher.files["/records/7"] = json.dumps({"files": listed}).encode()
    with pytest.raises(SarangiError, match=r"notes\.txt.*recorded on first use"):
        study({"zenodo": "7"})
    assert checksums.CHECKSUMS.read_bytes() == before
    assert not (tmp_path / "made/c.zip").exists()


@pytest.mark.parametrize(
    "change",
    [
        lambda record: record.pop("files"),
        lambda record: record.update(files=[]),
        lambda record: record["files"][0].update(key="../notes.txt"),
        lambda record: record["files"][0].update(key="a/notes.txt"),
        lambda record: record["files"][0].update(key=".notes.txt"),
        lambda record: record["files"][0].update(checksum="crc:1"),
        lambda record: record["files"][0].pop("links"),
    ],
)
def test_a_record_without_plain_files_is_refused(change, publisher, study, tmp_path, monkeypatch):
    monkeypatch.setattr(zenodo, "ZENODO", f"{publisher.address}/records")
    record = {"files": record_of_two(publisher, tmp_path)}
    change(record)
    publisher.files["/records/7"] = json.dumps(record).encode()
    with pytest.raises(SarangiError, match=r"/records/7: (expected a record|the name)"):
        study({"zenodo": "7"})
    assert list((tmp_path / "made").iterdir()) == []


@pytest.fixture
def kaggle(monkeypatch, tmp_path):
    """No token on this machine, and a key to be looked for where it must not be."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("KAGGLE_USERNAME", raising=False)
    monkeypatch.delenv("KAGGLE_KEY", raising=False)
    return "k3y-of-nobody"


def test_kaggle_is_asked_with_the_token_which_goes_nowhere_else(
    publisher, study, tmp_path, monkeypatch, kaggle, caplog
):
    caplog.set_level(logging.INFO)
    store = Publisher()
    store.files["/data?signature=s3cret"] = zipped(tmp_path / "c", [("a.wav", b"a")]).read_bytes()
    publisher.moved["/owner/name"] = f"{store.address}/data?signature=s3cret"
    monkeypatch.setattr(kinds, "KAGGLE", publisher.address)
    monkeypatch.setenv("KAGGLE_USERNAME", "nobody")
    monkeypatch.setenv("KAGGLE_KEY", kaggle)
    assert study({"kaggle": "owner/name"}) == [("a.wav", b"a")]
    assert [path for path, _ in store.asked] == ["/data?signature=s3cret"]
    sent = publisher.asked[0][1]["Authorization"]
    assert base64.b64decode(sent.removeprefix("Basic ")) == f"nobody:{kaggle}".encode()
    assert "Authorization" not in store.asked[0][1]
    assert list(locked()) == [f"{publisher.address}/owner/name"]
    said = [caplog.text, checksums.CHECKSUMS.read_text()]
    publisher.files["/owner/gone"] = b"<html>"
    store.close()
    monkeypatch.setattr(https, "TRIES", 1)
    for name in ("name", "gone", "nothing"):
        with pytest.raises(SarangiError) as error:
            study({"kaggle": f"owner/{name}"})
        said.append(str(error.value))
    assert "Check the token" in said[-1]
    assert kaggle not in "".join(said)
    assert "s3cret" not in "".join(said)
    assert base64.b64encode(f"nobody:{kaggle}".encode()).decode() not in "".join(said)


@pytest.mark.parametrize(
    ("status", "words"),
    [("401 Unauthorized", "Check the token"), ("403 Forbidden", "Check the token"),
     ("404 Not Found", "Check the token"), ("429 Too Many Requests", "asks to wait 3600 s")],
)  # fmt: skip
def test_kaggle_refuses_in_words_that_hold_no_key(status, words, study, monkeypatch, kaggle):
    monkeypatch.setenv("KAGGLE_USERNAME", "नाम")  # no Latin-1
    monkeypatch.setenv("KAGGLE_KEY", f"{kaggle}\n")
    with raw_server(always(answered(b"no", "Retry-After: 3600", status=status))) as server:
        monkeypatch.setattr(kinds, "KAGGLE", server.address)
        with pytest.raises(SarangiError, match=words) as error:
            study({"kaggle": "owner/name"})
    assert len(server.asked) == 1
    sent = server.sent("Authorization")[0].removeprefix("Basic ")
    assert base64.b64decode(sent).decode() == f"नाम:{kaggle}"
    assert kaggle not in str(error.value)
    assert sent not in str(error.value)


@pytest.mark.parametrize("where", ["another port", "another name", "back and forth"])
def test_a_token_is_told_to_the_first_host_alone(where, study, monkeypatch, kaggle, tmp_path):
    monkeypatch.setenv("KAGGLE_USERNAME", "nobody")
    monkeypatch.setenv("KAGGLE_KEY", kaggle)
    data = zipped(tmp_path / "c", [("a.wav", b"a")]).read_bytes()

    def answer(server, head, send):
        if head.startswith("GET /owner/name "):
            other = (
                f"http://127.0.0.1:{store.port}"
                if where != "another name"
                else f"http://localhost:{server.port}"
            )
            send(f"HTTP/1.1 307 T\r\nLocation: {other}/data\r\nContent-Length: 0\r\n\r\n".encode())
        else:
            send(answered(data))

    def stored(server, head, send):
        back = where == "back and forth" and not head.startswith("GET /last")
        send(b"HTTP/1.1 302 F\r\nLocation: /last\r\n\r\n" if back else answered(data))

    with raw_server(stored) as store, raw_server(answer) as server:
        monkeypatch.setattr(kinds, "KAGGLE", server.address)
        assert study({"kaggle": "owner/name"}) == [("a.wav", b"a")]
    told = [header(head, "Authorization") is not None for head in server.asked + store.asked]
    assert told == [True, *[False] * (len(told) - 1)]
    assert len(told) > 1


def test_what_no_program_can_fetch_says_what_a_person_can_do(study):
    for source, words in (
        ({"request": "ask the authors"}, "ask the authors"),
        ({"synthetic": {}}, "make it"),
    ):
        with pytest.raises(SarangiError, match=f"no program can fetch it; {words}"):
            study(source)


def test_kaggle_is_available_with_a_token_and_says_what_to_do_without(
    publisher, tmp_path, monkeypatch, kaggle, caplog
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(kinds, "KAGGLE", publisher.address)
    config = {
        "corpora": {"punjabi_rasa": {"source": {"kaggle": "owner/name"}}},
        "encoders": {}, "asr": {}, "download": True, "experiments": [], "findings": {},
        "language_pairs": [], "feature_sets": {}, "models": {},
    }  # fmt: skip
    study = Study(config, probe=True)
    assert study.sources == {}
    said = unavailable(study, "corpora")["punjabi_rasa"]
    for text in (
        "an account and a token",
        "KAGGLE_KEY",
        "owner/name",
        "put it at resources/corpora/punjabi_rasa",
    ):
        assert text in said
    (tmp_path / ".kaggle").mkdir()
    (tmp_path / ".kaggle/kaggle.json").write_text(kaggle)
    assert kaggle_token() is None
    assert "kaggle.json: expected username and key" in caplog.text
    assert kaggle not in caplog.text
    (tmp_path / ".kaggle/kaggle.json").write_text(json.dumps({"username": "nobody", "key": " "}))
    assert kaggle_token() is None
    token = json.dumps({"username": "nobody", "key": kaggle})
    (tmp_path / ".kaggle/kaggle.json").write_text(token, encoding="utf-8-sig")
    assert kaggle_token() == ("nobody", kaggle)
    assert set(Study(config, probe=True).sources) == {"punjabi_rasa"}
    assert not Study(config | {"download": False}, probe=True).sources
