"""A stand-in of the Hugging Face hub on this machine, for tests of downloads."""

import hashlib
import json

import pytest

from sarangi.sources import https, hub
from support.raw_server import answered, header, raw_server

COMMITS = ("1" * 40, "2" * 40)


class Hub:
    """One repository ``a/b`` at a commit: small files by name, large ones as LFS; faults by path, used up.

    As the real one, it sends large files from another host.
    """

    def __init__(self):
        self.files, self.large, self.commit = {}, {}, COMMITS[0]
        self.faults, self.asked, self.changed = {}, [], {}
        self.needs_token = None

    def listing(self):
        entries = []
        for name, data in {**self.files, **self.large}.items():
            entry = {"rfilename": name, "size": len(data)}
            if name in self.large:
                entry["lfs"] = {
                    "sha256": hashlib.sha256(data).hexdigest(),
                    "size": len(data),
                    "pointerSize": 134,
                }
                entry["blobId"] = "0" * 40
            else:
                entry["blobId"] = git_name(data)
            entries.append(entry)
        return json.dumps({"id": "a/b", "sha": self.commit, "gated": False, "siblings": entries}).encode()

    def answer(self, server, head, send):
        path = head.split(" ")[1]
        self.asked.append((path, header(head, "Authorization")))
        queue = self.faults.get(path.partition("?")[0].rpartition("/")[2], [])
        if queue:
            send(queue.pop(0))
            return
        if self.needs_token and path.startswith("/a/") and header(head, "Authorization") != self.needs_token:
            send(refusal("403 Forbidden", "GatedRepo"))
        elif path.startswith(("/api/models/a/b?", f"/api/models/a/b/revision/{self.commit}?")):
            send(answered(self.listing(), "Content-Type: application/json"))
        elif path.startswith("/api/"):
            send(refusal("404 Not Found", "RevisionNotFound" if "/a/b/" in path else "RepoNotFound"))
        elif path.startswith(f"/a/b/resolve/{self.commit}/"):
            name = path.rpartition("/")[2]
            if name in self.large:
                send(
                    answered(b"", f"Location: http://localhost:{server.port}/lfs/{name}", status="302 Found")
                )
            elif name in self.files:
                send(answered(self.changed.get(name, self.files[name])))
            else:
                send(refusal("404 Not Found", "EntryNotFound"))
        else:
            name = path.rpartition("/")[2]
            data = self.changed.get(name, self.large[name])
            begin = int((header(head, "Range") or "bytes=0-")[6:-1])
            ranged = f"Content-Range: bytes {begin}-{len(data) - 1}/{len(data)}"
            send(answered(data[begin:], ranged, status="206 Partial Content") if begin else answered(data))


def git_name(data):
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def refusal(status, code):
    return answered(b"no", f"X-Error-Code: {code}", status=status)


@pytest.fixture
def hub_here(tmp_path, monkeypatch):
    """The hub, as ``HF_ENDPOINT``, without a token, and a study's folder as the working folder."""
    made = Hub()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(hub, "WAIT", 0.001)
    monkeypatch.setattr(https, "SECONDS_OF_SILENCE", 1)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
    for name in ("HF_TOKEN", "HF_TOKEN_PATH", "HUGGING_FACE_HUB_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    with raw_server(made.answer) as server:
        monkeypatch.setenv("HF_ENDPOINT", server.address)
        yield made
