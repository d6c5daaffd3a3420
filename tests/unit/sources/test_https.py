"""Answers that HTTP does not foresee: the right file, or a message, in bounded time; never a wrong one."""

import hashlib
import ssl
import subprocess
import time
from email.utils import formatdate

import pytest
from support.raw_server import always, answered, endless, header, in_turn, raw_server, trickling

from sarangi.base.errors import SarangiError
from sarangi.sources import https
from sarangi.sources.https import content_of, fetch

BODY = bytes(range(256)) * 40
SUM = f"sha256:{hashlib.sha256(BODY).hexdigest()}"
SIZE = len(BODY)
PLAIN = b"HTTP/1.1 200 OK\r\nConnection: close\r\n"
CHUNKED = PLAIN + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(https, "SECONDS_OF_SILENCE", 5)
    monkeypatch.setattr(https, "TRIES", 2)


def refusal(answer, tmp_path, checksum=SUM, size=None):
    """Return what a download says that ends in a message, and how often the server was asked."""
    with raw_server(answer) as server, pytest.raises(SarangiError) as error:
        fetch(f"{server.address}/f.zip", tmp_path / "f", checksum, size, wait=0.001)
    assert not (tmp_path / "f").exists()
    assert server.address in str(error.value)
    return str(error.value), len(server.asked)


def said_of_length(text):
    return always(PLAIN + f"Content-Length: {text}\r\n\r\n".encode() + BODY)


LENGTHS = ("abc", "-5", "1e3", "0x10", "", "5, 6", "9" * 400, "+5", "٣".encode().decode("latin-1"))


@pytest.mark.parametrize("length", LENGTHS)
def test_a_length_that_is_no_number_ends_in_a_message(length, tmp_path):
    text, _ = refusal(said_of_length(length), tmp_path)
    assert "Content-Length" in text


def test_a_length_for_which_no_disk_has_room_is_refused_before_a_byte_is_written(tmp_path):
    text, asked = refusal(said_of_length("9" * 17), tmp_path)
    assert "are free on the disk" in text
    assert asked == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("checksum", [SUM, None])
@pytest.mark.parametrize(
    "answer",
    [
        always(answered(BODY + b"x")),
        always(answered(BODY + b"x", length=False)),
        endless(PLAIN + b"\r\n", bytes(2**16)),
        endless(CHUNKED, b"10000\r\n" + bytes(2**16) + b"\r\n"),
    ],
    ids=["with its length", "without", "without an end", "in chunks without an end"],
)
def test_a_download_larger_than_its_stated_size_stops_at_the_size(answer, checksum, tmp_path):

    text, asked = refusal(answer, tmp_path, checksum, SIZE)
    assert f"expected {SIZE} bytes" in text
    assert "discarded" in text
    assert asked == 1
    assert list(tmp_path.iterdir()) == []


def test_where_nobody_states_a_size_there_is_a_largest(tmp_path, monkeypatch):
    monkeypatch.setattr(https, "LARGEST_UNSTATED", 2**20)
    text, _ = refusal(endless(CHUNKED, b"10000\r\n" + bytes(2**16) + b"\r\n"), tmp_path, None)
    assert "more than 1048576 bytes" in text


@pytest.mark.parametrize(
    "answer",
    [
        trickling(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n"),
        trickling(b"HTTP/1.1 200 OK\r\nX-A: ", b"b"),
        trickling(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        trickling(PLAIN + b"\r\n", b"x"),
        trickling(PLAIN + b"Content-Length: 1000000\r\n\r\n", b"x"),
        trickling(CHUNKED, b"1\r\nx\r\n"),
        trickling(CHUNKED + b"1;", b"x"),
        trickling(CHUNKED + b"0\r\n", b"X-Trailer: x\r\n"),
        endless(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n"),
        endless(b"HTTP/1.1 200 OK\r\nX-A: ", b"b" * 2**16),
        endless(CHUNKED + b"0\r\n", b"X-Trailer: x\r\n" * 1000),
        endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000),
        trickling(b"HTTP/1.1 302 Found\r\nLocation: /f\r\n\r\n", b"x"),
        always(b"no HTTP\r\n\r\n"),
        always(b""),
    ],
    ids=[
        "headers, slowly", "one header, slowly", "continue, slowly", "no length, slowly", "a length, slowly",
        "chunks, slowly", "the length of a chunk, slowly", "trailers, slowly", "headers without end",
        "a header without end", "trailers without end", "continue without end", "a redirect with a body",
        "no HTTP", "nothing",
    ],
)  # fmt: skip
def test_what_never_comes_to_an_end_is_ended(answer, tmp_path, monkeypatch):
    monkeypatch.setattr(https, "SECONDS_OF_SILENCE", 0.1)
    monkeypatch.setattr(https, "TRIES", 1)
    text, _ = refusal(answer, tmp_path, None)
    assert "tried 1 times" in text or "more than 10 times" in text


def redirected(to):
    return always(f"HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n".encode())


@pytest.mark.parametrize(
    "to",
    [
        "file:///etc/passwd",
        "FILE:///etc/passwd",
        "ftp://127.0.0.1/f",
        "data:,abc",
        "javascript:1",
        "gopher://x",
    ],
)
def test_a_redirect_to_another_scheme_is_not_followed(to, tmp_path):
    text, asked = refusal(redirected(to), tmp_path)
    assert "only http and https are followed" in text
    assert asked == 1


@pytest.mark.parametrize(
    "to", ["/f.zip", "http://[::1", "http:///f", "http://127.0.0.1:99999/", "http://" + "a" * 70 + ".b/"]
)
def test_a_redirect_in_circles_or_to_nowhere_ends_in_a_message(to, tmp_path):
    text, _ = refusal(redirected(to), tmp_path)
    assert "redirects more than" in text or "not an address that can be requested" in text or "tried" in text


def test_certificates_of_the_user_count_and_https_never_leads_to_http(tmp_path, monkeypatch):
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=127.0.0.1", "-days", "2",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
    with raw_server(always(answered(BODY))) as plain:

        def answer(server, head, send):
            found = head.startswith("GET /moved")
            send(
                f"HTTP/1.1 302 F\r\nLocation: {plain.address}/f\r\n\r\n".encode() if found else answered(BODY)
            )

        with raw_server(answer, context) as server:
            with pytest.raises(SarangiError, match=r"certificate is not one that .* REQUESTS_CA_BUNDLE"):
                fetch(f"{server.address}/f", tmp_path / "f", SUM, wait=0.001)
            for name in ("SSL_CERT_FILE", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE"):
                monkeypatch.setenv(name, str(certificate))
                fetch(f"{server.address}/f", tmp_path / name, SUM, wait=0.001)
                with pytest.raises(SarangiError, match="from https to http"):
                    fetch(f"{server.address}/moved", tmp_path / "f", SUM, wait=0.001)
                monkeypatch.setenv(name, str(tmp_path / "nowhere.pem"))
                with pytest.raises(SarangiError, match=f"^{name}: there are no certificates at"):
                    fetch(f"{server.address}/f", tmp_path / "f", SUM, wait=0.001)
                monkeypatch.delenv(name)
    assert plain.asked == []


def ranged(says, body=BODY[1000:], status="206 Partial Content", tag='ETag: "a"'):
    """Return an answer to a request of a range from 1000 on, and the whole to one of the whole."""

    def answer(server, head, send):
        if header(head, "Range") is None:
            send(answered(BODY, 'ETag: "a"'))
        else:
            send(answered(body, *([f"Content-Range: {says}"] if says else []), tag, status=status))

    return answer


@pytest.mark.parametrize("checksum", [SUM, None])
@pytest.mark.parametrize(
    ("answer", "asked"),
    [
        (ranged(f"bytes 1000-{SIZE - 1}/{SIZE}"), 1),
        (ranged(f"bytes 0-{SIZE - 1}/{SIZE}", BODY), 2),
        (ranged(f"bytes 1001-{SIZE - 1}/{SIZE}", BODY[1001:]), 2),
        (ranged("bytes x-y/z"), 2),
        (ranged("1000"), 2),
        (ranged(f"bytes 1000-{SIZE - 1}/{SIZE}", bytes(SIZE - 1000), tag='ETag: "another"'), 2),
        (ranged(f"bytes 1000-{SIZE - 1}/{SIZE}", bytes(SIZE - 1000), tag="X-A: no version"), 2),
        (ranged("", BODY[1000:], tag='ETag: "a"\r\nContent-Type: multipart/byteranges; boundary=x'), 2),
        (ranged("", BODY, "200 OK"), 1),
        (ranged("bytes */900", b"", "416 No"), 2),
        (ranged("bytes */x", b"", "416 No"), 2),
    ],
    ids=[
        "honest", "whole as 206", "a gap", "no numbers", "no unit", "another version", "no version",
        "several parts", "200", "416", "416 of nothing",
    ],
)  # fmt: skip
def test_a_range_that_lies_is_never_joined_to_what_is_here(answer, asked, checksum, tmp_path):
    (tmp_path / "f.part").write_bytes(BODY[:1000])
    (tmp_path / "f.part.version").write_text('"a"')
    with raw_server(answer) as server:
        try:
            fetch(f"{server.address}/f", tmp_path / "f", checksum, wait=0.001)
        except SarangiError as error:  # a checksum that tells at the end; then the next call is right
            assert "discarded" in str(error)
            fetch(f"{server.address}/f", tmp_path / "f", checksum, wait=0.001)
    assert (tmp_path / "f").read_bytes() == BODY
    assert len(server.asked) == asked


def test_a_range_nobody_asked_for_is_no_file(tmp_path):
    text, _ = refusal(
        always(answered(BODY, "Content-Range: bytes 0-1/2", status="206 Partial")), tmp_path, None
    )
    assert "answers 206, though the whole file was requested" in text
    (tmp_path / "f.part").touch()
    text, _ = refusal(always(answered(b"", status="416 Range Not Satisfiable")), tmp_path, None)
    assert "answers 416, though the whole file was requested" in text


def test_a_file_without_a_byte_is_fetched(tmp_path):
    empty = f"sha256:{hashlib.sha256(b'').hexdigest()}"
    with raw_server(always(answered(b""))) as server:
        for number, (checksum, size) in enumerate([(empty, 0), (empty, None), (None, 0), (None, None)]):
            fetch(f"{server.address}/f", tmp_path / str(number), checksum, size)
            assert (tmp_path / str(number)).read_bytes() == b""


def test_a_packed_answer_is_never_unpacked_and_none_is_asked_for(tmp_path):
    bomb = b"\x1f\x8b" + bytes(1000)
    with raw_server(always(answered(bomb, "Content-Encoding: gzip"))) as server:
        assert content_of(f"{server.address}/f", {}) == bomb
        fetch(f"{server.address}/f", tmp_path / "f", None)
    assert (tmp_path / "f").read_bytes() == bomb
    assert server.sent("Accept-Encoding") == ["identity", "identity"]


def test_a_page_is_told_by_its_kind_in_any_case(tmp_path):
    text, _ = refusal(always(answered(b"<html>", "Content-Type: Text/HTML; charset=x")), tmp_path, None)
    assert "a web page" in text


def test_a_description_has_a_largest_size(monkeypatch):
    monkeypatch.setattr(https, "LARGEST_DESCRIPTION", 1000)
    described = endless(PLAIN + b"\r\n", b"{" * 1000)
    with raw_server(described) as server, pytest.raises(SarangiError, match="more than 1000 bytes"):
        content_of(f"{server.address}/records/1", {})


REST = {
    "3": 3, "0": 0, "-5": 0, "soon": 0, "": 0, "1.5": 0, "60": 60,
    formatdate(time.time() - 1000, usegmt=True): 0, "Thu, 99 Foo 2026 99:99:99 GMT": 0,
}  # fmt: skip


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Busy"])
def test_a_busy_server_is_left_alone_as_long_as_it_asks_within_bounds(status, tmp_path, monkeypatch):
    slept = []
    monkeypatch.setattr("tenacity.nap.time.sleep", slept.append)
    for said, seconds in REST.items():
        busy = answered(b"", f"Retry-After: {said}", status=status)
        with raw_server(in_turn(busy, answered(BODY))) as server:
            fetch(f"{server.address}/f", tmp_path / "f", SUM, wait=0.001)
        assert slept.pop() == pytest.approx(seconds, abs=0.01)
    for said in ("61", "9" * 12, formatdate(time.time() + 10**6, usegmt=True)):
        text, asked = refusal_of_rest(status, said, tmp_path / "other")
        assert "asks to wait" in text
        assert asked == 1
    assert slept == []


def refusal_of_rest(status, said, folder):
    folder.mkdir(exist_ok=True)
    return refusal(always(answered(b"", f"Retry-After: {said}", status=status)), folder)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("401 Unauthorized", "not open to everyone"), ("403 Forbidden", "not open to everyone"),
        ("404 Not Found", "Check the address"), ("410 Gone", "Check the address"),
        ("204 No Content", "Check the address"), ("304 Not Modified", "Check the address"),
        ("300 Many", "Check the address"),
    ],
)  # fmt: skip
def test_a_refusal_says_what_to_do_and_is_not_tried_again(status, words, tmp_path):
    text, asked = refusal(always(answered(b"", status=status)), tmp_path)
    assert status.split()[0] in text
    assert words in text
    assert asked == 1


def test_a_version_that_cannot_be_sent_back_is_none(tmp_path):
    for tag in ('"' + "x" * 5000 + '"', "no quotes", '"\xe9"', 'W/"weak"'):
        (tmp_path / "f.part.version").unlink(missing_ok=True)
        with raw_server(always(answered(BODY, f"ETag: {tag}"))) as server:
            https.receive(f"{server.address}/f", tmp_path / "f.part", None)
            assert (tmp_path / "f.part.version").read_text() == ""
            (tmp_path / "f.part.version").write_bytes(b"\xff\nX-Evil: 1")
            https.receive(f"{server.address}/f", tmp_path / "f.part", None)
        assert server.sent("If-Range") == [None, None]
        assert (tmp_path / "f.part").read_bytes() == BODY


def test_a_folder_where_a_download_is_kept_is_told(tmp_path):
    for name in ("f.part", "f.part.version"):
        (tmp_path / name).mkdir()
        with pytest.raises(
            SarangiError, match=rf"{name}: expected a partial download, found something that is not a file"
        ):
            fetch("http://127.0.0.1:1/f", tmp_path / "f", SUM)
        (tmp_path / name).rmdir()


def test_lengths_that_contradict_each_other_are_the_servers_and_not_the_configurations(tmp_path):
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\nConnection: close\r\n\r\n"
    text, _ = refusal(always(head + BODY), tmp_path)
    assert "Content-Length" in text
    assert "configuration" not in text


@pytest.mark.parametrize("length", [True, False])
def test_a_file_that_may_have_so_many_bytes_has_no_more(length, tmp_path):
    with raw_server(always(answered(BODY, length=length))) as server:
        with pytest.raises(SarangiError, match=f"expected at most {SIZE - 1} bytes; the download"):
            fetch(f"{server.address}/f", tmp_path / "f", None, wait=0.001, most=SIZE - 1)
        assert list(tmp_path.iterdir()) == []
        fetch(f"{server.address}/f", tmp_path / "f", None, wait=0.001, most=SIZE)
    assert (tmp_path / "f").read_bytes() == BODY
