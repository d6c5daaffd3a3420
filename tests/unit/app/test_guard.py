"""What stands before the page: which of Gradio's addresses are open, and for whom."""

import asyncio
import json
import re

import pytest

from sarangi.app import guard, page
from sarangi.app.guard import Guard, RefusedError
from sarangi.base.errors import SarangiError

OPEN = {
    "/", "/assets/{path:path}", "/favicon.ico", "/robots.txt", "/static/{path:path}", "/theme.css",
    "/gradio_api/file={path_or_url:path}", "/gradio_api/heartbeat/{session_hash}", "/gradio_api/queue/data",
    "/gradio_api/queue/join", "/gradio_api/startup-events", "/gradio_api/upload",
    "/gradio_api/upload_progress",
}  # fmt: skip


@pytest.fixture
def asked(tmp_path):
    """A function that sends a request through a guard, and returns the status and what passed."""
    (tmp_path / "clip.wav").write_bytes(b"RIFF")

    def ask(method="GET", path="/", headers=(), body=b"", **settings):
        passed, sent = [], []

        async def app(scope, receive, send):
            message = await receive()
            passed.append((scope, message))
            await send({"type": "http.response.start", "status": 200, "headers": [(b"server", b"x")]})

        async def receive():
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message):
            sent.append(message)

        kept = {
            "uploads": tmp_path,
            "largest": 1000,
            "loopback": True,
            "space": False,
            "forget": 9,
        } | settings
        named = {"host": "localhost:7860"} | dict(headers)
        raw = [
            (n.encode(), v.encode()) for n, vs in named.items() for v in ([vs] if isinstance(vs, str) else vs)
        ]
        scope = {"type": "http", "method": method, "path": path, "headers": raw}
        asyncio.run(Guard(app, **kept)(scope, receive, send))
        return sent[0]["status"], passed, dict(sent[0]["headers"])

    return ask


def test_of_all_addresses_of_gradio_those_that_the_page_uses_are_open(asked, tmp_path):
    import gradio as gr
    from gradio.routes import App

    with gr.Blocks() as blocks:
        gr.Audio()
    found = set()
    routes = []
    for route in App.create_app(blocks).routes:
        router = getattr(route, "original_router", None)
        routes += [route] if router is None else router.routes
    assert len(routes) > 60
    for route in routes:
        path = re.sub(r"\{path_or_url:path\}", f"{tmp_path}/clip.wav", route.path)
        path = re.sub(r"\{[^}]*\}", "x", path)
        for method in sorted(route.methods):
            status, passed, _ = asked(method, path, {"content-type": "multipart/form-data; boundary=b"},
                                      b'{"data": []}' if "join" in path else b"--b--\r\n")  # fmt: skip
            assert status in (200, 404), path
            if passed:
                found.add(route.path)
    assert found == OPEN


@pytest.mark.parametrize(
    ("settings", "headers", "status"),
    [
        ({}, {"host": "127.0.0.2:1"}, 200),
        ({}, {"host": "[::1]:7860"}, 200),
        ({}, {"host": "LOCALHOST."}, 200),
        ({}, {"host": "localhost.evil.example"}, 421),
        ({}, {"host": "2130706433"}, 421),
        ({}, {"host": "127.0.0.1@evil.example"}, 421),
        ({}, {"host": ["localhost", "evil.example"]}, 400),
        ({}, {"origin": "http://localhost:7860"}, 200),
        ({}, {"origin": "https://localhost:7860"}, 200),
        ({}, {"origin": "http://127.0.0.1:7860"}, 403),
        ({}, {"origin": "http://localhost:7861"}, 403),
        ({}, {"origin": ""}, 403),
        ({}, {"sec-fetch-site": "same-origin"}, 200),
        ({"loopback": False}, {"host": "speech.example", "origin": "https://speech.example"}, 200),
        ({"loopback": False}, {"host": "10.0.0.1", "origin": "https://evil.example"}, 403),
        (
            {"loopback": False},
            {"host": "x", "x-forwarded-host": "a.hf.space", "origin": "https://a.hf.space"},
            200,
        ),
        ({}, {"x-forwarded-host": "evil.example", "origin": "https://evil.example"}, 403),
    ],
)
def test_another_website_is_answered_nothing(asked, settings, headers, status):
    assert asked("GET", "/theme.css", headers, **settings)[0] == status


def test_a_space_may_stand_in_a_frame_of_the_hub_and_nothing_else_may(asked):
    headers = asked()[2]
    assert headers[b"x-frame-options"] == b"DENY" and b"server" not in headers
    assert headers[b"x-content-type-options"] == b"nosniff"
    assert b"frame-ancestors 'none'" in headers[b"content-security-policy"]
    assert asked(path="/nowhere")[2][b"x-content-type-options"] == b"nosniff"
    headers = asked(space=True, loopback=False)[2]
    assert b"x-frame-options" not in headers
    assert b"frame-ancestors 'self' https://huggingface.co" in headers[b"content-security-policy"]


def test_uploads_are_bounded_together(asked, tmp_path, monkeypatch):
    upload = {
        "method": "POST",
        "path": guard.UPLOAD,
        "headers": {"content-type": "multipart/form-data; boundary=b"},
    }
    monkeypatch.setattr(guard, "UPLOADS", 2)
    assert asked(**upload, body=b"--b--\r\n")[0] == 200
    (tmp_path / "second.wav").write_bytes(b"RIFF")
    assert asked(**upload, body=b"--b--\r\n")[0] == 503
    monkeypatch.setattr(guard, "UPLOADS", 99)
    assert asked(**upload, body=b"--b--\r\n")[0] == 200
    (tmp_path / "second.wav").write_bytes(bytes(2**20))
    monkeypatch.setattr(guard, "UPLOADS_MB", 1)
    assert asked(**upload, body=b"--b--\r\n")[0] == 503


def test_a_question_holds_text_and_an_upload_and_its_address_is_not_passed_on(asked, tmp_path):
    entry = {"path": str(tmp_path / "clip.wav"), "url": "http://evil.example/x", "orig_name": "a.wav",
             "meta": {"_type": "gradio.FileData"}, "is_stream": True}  # fmt: skip
    body = json.dumps({"data": [entry, None, "words", 1, True], "fn_index": 0}).encode()
    status, ((scope, message),), _ = asked("POST", guard.ASK, body=body)
    assert status == 200
    passed = json.loads(message["body"])["data"]
    assert passed[0] == {"path": entry["path"], "orig_name": "a.wav", "meta": entry["meta"]}
    assert passed[1:] == [None, "words", 1, True]
    assert dict(scope["headers"])[b"content-length"] == str(len(message["body"])).encode()
    (tmp_path / "link").symlink_to("/etc/passwd")
    for path in (str(tmp_path / "link"), str(tmp_path / "../x"), "clip.wav", "\0", f"{tmp_path}x/clip.wav"):
        body = json.dumps({"data": [{"path": path}]}).encode()
        assert asked("POST", guard.ASK, body=body)[0] == 403, path
        assert asked("GET", f"{guard.FILE}{path}")[0] in (403, 404), path


def test_a_web_socket_is_closed_and_a_server_starts_as_ever(tmp_path):
    sent, passed = [], []

    async def app(scope, receive, send):
        passed.append(scope["type"])

    async def send(message):
        sent.append(message["type"])

    guarded = Guard(app, tmp_path, 1, True, False, 1)
    asyncio.run(guarded({"type": "websocket"}, None, send))
    asyncio.run(guarded({"type": "lifespan"}, None, send))
    assert (sent, passed) == (["websocket.close"], ["lifespan"])


def test_what_broke_off_is_swept_beside_what_still_arrives(tmp_path):
    (tmp_path / "tmpabc").write_bytes(b"part")
    (tmp_path / "hash").mkdir()
    (tmp_path / "hash/clip.wav").write_bytes(b"whole")
    guarded = Guard(None, tmp_path, 1, True, False, 1)
    guarded.arriving[1] = 0.0
    guarded.sweep_parts()
    assert (tmp_path / "tmpabc").exists()
    guarded.arriving.clear()
    guarded.sweep_parts()
    assert [path.name for path in guard.files_in(tmp_path)] == ["clip.wav"]
    guarded.sweep()
    assert (tmp_path / "hash/clip.wav").exists()


def test_where_nothing_can_listen_is_said_with_what_to_do():
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SarangiError, match=rf"port {port} of 127\.0\.0\.1 is in use .*\(--port \d+\)"):
            page.refuse_place("127.0.0.1", port)
        page.refuse_place("127.0.0.1", None)
    for host, port, said in (
        ("127.0.0.1", 0, "expected a number from 1"), ("127.0.0.1", 65_536, "expected a number from 1"),
        ("192.0.2.1", None, "this machine has no such address"), ("a..b", None, "no such address"),
    ):  # fmt: skip
        with pytest.raises(SarangiError, match=said):
            page.refuse_place(host, port)
    with pytest.raises(RefusedError, match="is not a number"):
        guard.refuse_length({"content-length": "-1"}, 5)
