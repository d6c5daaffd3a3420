"""A campaign of tries against downloads: what servers, proxies, records, archives and repositories may do.

    python tests/faults/campaign_downloads.py [--only WORDS] [--independent]

Each try is a function of a folder of its own.  It is survived where the right file comes, or a message in one
line and no file, in bounded time; and failed with anything else.  A table at the end counts them.
"""

import contextlib
import hashlib
import io
import json
import os
import socket
import ssl
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
import independent_downloads
from support.campaign import Campaign
from support.raw_server import always, answered, endless, header, raw_server, trickling
from support.recordings import tarred, zipped

from sarangi.base.errors import SarangiError
from sarangi.sources import checksums, https, kinds, zenodo
from sarangi.sources.archives import fetch_archive
from sarangi.sources.git import fetch_commit
from sarangi.sources.https import fetch
from sarangi.sources.kaggle import kaggle_token
from sarangi.sources.reachability import reachable
from sarangi.sources.source import Source

BODY = bytes(range(256)) * 400
SUM = f"sha256:{hashlib.sha256(BODY).hexdigest()}"
HEAD = b"HTTP/1.1 200 OK\r\nConnection: close\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
SECRET = "s3cret"  # noqa: S105


@contextlib.contextmanager
def impatient() -> Iterator[None]:
    """Wait for silent servers for half a second, and ask twice."""
    silence, https.SECONDS_OF_SILENCE, count, https.TRIES = https.SECONDS_OF_SILENCE, 0.5, https.TRIES, 2
    try:
        yield
    finally:
        https.SECONDS_OF_SILENCE, https.TRIES = silence, count


CAMPAIGN = Campaign(impatient)
attempt = CAMPAIGN.attempt


def file_or_message(fetching: Callable[[], object], place: Path, body: bytes | None = BODY) -> str | None:
    """Return what is wrong: another file, a file beside a message, an odd message, another error."""
    try:
        fetching()
    except SarangiError as error:
        if place.exists():
            return f"a file lies there beside the message {error}"
        if not str(error).isprintable() or SECRET in str(error):
            return f"an odd message: {error!s}"
        return None
    if body is None:
        return "no message"
    return None if place.read_bytes() == body else f"another file, of {place.stat().st_size} bytes"


def comes(answer, folder: Path, checksum: str | None = SUM, path: str = "/f") -> str | None:
    """Return what is wrong where the file must come."""
    with raw_server(answer) as server:
        fetch(f"{server.address}{path}", folder / "f", checksum, wait=0.001)
    return None if (folder / "f").read_bytes() == BODY else "another file"


def either(answer, folder: Path, checksum: str | None = SUM, body: bytes | None = BODY) -> str | None:
    """Return what is wrong where the file may come, or a message; where a message must, ``body`` is None."""
    with raw_server(answer) as server:
        place = folder / "f"
        return file_or_message(lambda: fetch(f"{server.address}/f", place, checksum, wait=0.001), place, body)


def told(answer, folder: Path, checksum: str | None = None) -> str | None:
    """Return what is wrong where a message must come."""
    return either(answer, folder, checksum, None)


def moved(to: str, status: str = "302 Found") -> bytes:
    return f"HTTP/1.1 {status}\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()


def by_path(**paths: bytes):
    """Return an answer by the first word of the path."""

    def answer(server, head, send):
        name = head.split(" ")[1].lstrip("/").partition("/")[0].partition("?")[0]
        send(paths.get(name or "root", answered(BODY)))

    return answer


@contextlib.contextmanager
def variables(**values: str | None) -> Iterator[None]:
    """Set variables of the environment, and put them back."""
    before = {name: os.environ.get(name) for name in values}
    try:
        for name, value in values.items():
            os.environ.pop(name, None) if value is None else os.environ.__setitem__(name, value)
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None) if value is None else os.environ.__setitem__(name, value)


# bodies


@attempt
def chunks_of_one_byte(folder):
    return comes(always(CHUNKED + b"".join(b"1\r\n%c\r\n" % byte for byte in BODY) + b"0\r\n\r\n"), folder)


@attempt
def a_chunk_of_2_to_the_64(folder):
    return told(always(CHUNKED + b"FFFFFFFFFFFFFFFF\r\n" + BODY), folder)


@attempt
def a_chunk_of_minus_one(folder):
    return told(always(CHUNKED + b"-1\r\n" + BODY), folder)


@attempt
def a_chunk_of_letters(folder):
    return told(always(CHUNKED + b"xyz\r\n" + BODY), folder)


@attempt
def a_chunk_without_its_end(folder):
    return told(always(CHUNKED + b"5\r\nabc"), folder)


@attempt
def chunks_and_a_length(folder):
    whole = b"%X\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY)
    return either(always(HEAD + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n" + whole), folder)


@attempt
def chunks_that_are_none(folder):
    return told(always(CHUNKED + BODY), folder)


@attempt
def an_encoding_of_the_transfer_that_is_unknown(folder):
    return either(always(HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n" + BODY), folder)


@attempt
def two_lengths_that_agree(folder):
    return comes(always(answered(BODY, f"Content-Length: {len(BODY)}")), folder)


@attempt
def two_lengths_that_do_not(folder):
    return told(always(answered(BODY, "Content-Length: 3")), folder)


@attempt
def more_than_the_length_follows(folder):
    return comes(always(answered(BODY) + b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc"), folder)


@attempt
def an_empty_body_of_a_file_with_a_checksum(folder):
    return told(always(answered(b"")), folder, SUM)


@attempt
def the_connection_is_reset_in_the_middle(folder):
    def answer(server, head, send):
        first = len(server.asked) == 1
        start = int((header(head, "Range") or "bytes=0-")[6:-1])
        rest = BODY[start:]
        status = f"206 P\r\nContent-Range: bytes {start}-{len(BODY) - 1}/{len(BODY)}" if start else "200 OK"
        data = answered(rest, status=status)
        if not first:
            return send(data)
        send(data[: len(data) // 2])
        connection = send.__self__
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()
        return None

    return comes(answer, folder)


@attempt
def the_connection_is_reset_at_once(folder):
    def answer(server, head, send):
        send.__self__.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        send.__self__.close()

    return told(answer, folder)


@attempt
def every_body_is_packed_twice(folder):
    return either(always(answered(BODY, "Content-Encoding: gzip, br")), folder)


@attempt
def a_name_in_the_headers_leads_elsewhere(folder):
    wrong = comes(always(answered(BODY, "Content-Disposition: attachment; filename=../../evil")), folder)
    return wrong or ("a file elsewhere" if len(list(folder.iterdir())) > 1 else None)


# status lines and headers


@attempt
def a_status_without_a_reason(folder):
    return comes(always(answered(BODY, status="200")), folder)


@attempt
def a_status_of_four_digits(folder):
    return told(always(answered(BODY, status="2000 OK")), folder)


@attempt
def a_status_of_ninety_nine(folder):
    return told(always(answered(BODY, status="99 Low")), folder)


@attempt
def a_status_in_words(folder):
    return told(always(answered(BODY, status="OK 200")), folder)


@attempt
def http_of_a_version_to_come(folder):
    return either(always(answered(BODY, begins="HTTP/9.9")), folder)


@attempt
def http_2_at_once(folder):
    return told(always(b"\0\0\x12\4\0\0\0\0\0" + bytes(18)), folder)


@attempt
def a_stream_of_music(folder):
    return told(always(answered(BODY, begins="ICY")), folder)


@attempt
def a_switch_of_protocols(folder):
    return told(always(answered(b"", "Upgrade: h2c", status="101 Switching Protocols")), folder)


@attempt
def early_hints_before_the_file(folder):
    return either(always(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + answered(BODY)), folder)


@attempt
def continue_a_hundred_times_before_the_file(folder):
    return comes(always(b"HTTP/1.1 100 Continue\r\n\r\n" * 100 + answered(BODY)), folder)


@attempt
def lines_that_end_in_line_feeds_alone(folder):
    head = answered(BODY)[: -len(BODY)].replace(b"\r\n", b"\n")
    return comes(always(head + BODY), folder)


@attempt
def headers_with_nul_and_escapes(folder):
    return either(always(answered(BODY, "X-\0: \x1b[2J\0")), folder)


@attempt
def a_header_without_a_colon(folder):
    return either(always(answered(BODY, "no header")), folder)


@attempt
def a_header_over_several_lines(folder):
    return either(always(answered(BODY, "X-A: b\r\n c\r\n\td")), folder)


@attempt
def a_reason_with_escapes_and_no_end(folder):
    return told(always(answered(b"", status="404 \x1b[31m" + "x" * 60_000)), folder)


@attempt
def ninety_cookies_of_sixty_kilobytes(folder):
    return either(always(answered(BODY, *[f"Set-Cookie: a{n}={'x' * 60_000}" for n in range(90)])), folder)


@attempt
def a_refusal_with_a_body_without_end(folder):
    return told(endless(b"HTTP/1.1 404 Not Found\r\n\r\n", bytes(2**16)), folder)


@attempt
def a_busy_server_with_a_body_that_drips(folder):
    return told(trickling(b"HTTP/1.1 503 Busy\r\n\r\n", b"x"), folder)


@attempt
def a_416_with_a_body_without_end(folder):
    (folder / "f.part").write_bytes(BODY[:9])
    return told(endless(b"HTTP/1.1 416 No\r\nContent-Range: bytes */3\r\n\r\n", bytes(2**16)), folder, SUM)


@attempt
def a_challenge_of_every_kind(folder):
    kinds_ = ("Basic", "Digest nonce=x", "NTLM", "Negotiate", "Bearer", "")
    ways = [f"WWW-Authenticate: {kind}" for kind in kinds_]
    return told(always(answered(b"", *ways, status="401 Unauthorized")), folder)


# redirects


@attempt
def a_redirect_to_nowhere(folder):
    return told(always(b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n"), folder)


@attempt
def a_redirect_to_an_empty_place(folder):
    return told(always(moved("")), folder)


@attempt
def nine_redirects(folder):
    def answer(server, head, send):
        send(answered(BODY) if len(server.asked) == 10 else moved(f"/{len(server.asked)}"))

    return comes(answer, folder)


@attempt
def a_thousand_redirects_each_to_a_new_place(folder):
    return told(lambda server, head, send: send(moved(f"/{len(server.asked)}")), folder)


@attempt
def redirects_of_every_status(folder):
    for status in ("301 M", "302 F", "303 S", "307 T", "308 P"):
        if wrong := comes(by_path(f=moved("/g", status)), folder):
            return f"{status}: {wrong}"
    return None


@attempt
def redirects_that_are_relative(folder):
    for to in ("g", "?g", "/g/../h", "./g#part", "../../../g"):

        def answer(server, head, send, to=to):
            send(answered(BODY) if len(server.asked) > 1 else moved(to))

        if wrong := comes(answer, folder):
            return f"{to}: {wrong}"
    return None


@attempt
def a_redirect_with_a_password(folder):
    def answer(server, head, send):
        if len(server.asked) == 1:
            send(moved(f"http://user:{SECRET}@127.0.0.1:{server.port}/g"))
        else:
            send(answered(b"", status="404 Not Found"))

    return told(answer, folder)


@attempt
def a_redirect_with_a_signature_that_then_fails(folder):
    def answer(server, head, send):
        send(moved(f"/g?signature={SECRET}") if len(server.asked) % 2 else b"")

    return told(answer, folder)


@attempt
def a_redirect_in_another_alphabet(folder):
    return either(by_path(f=moved("/जी")), folder)


@attempt
def a_redirect_with_blanks_and_line_breaks(folder):
    def answer(server, head, send):
        send(answered(BODY) if len(server.asked) > 1 else moved("/g h%0d%0aX-Evil:%201"))

    with raw_server(answer) as server:
        fetch(f"{server.address}/f", folder / "f", SUM, wait=0.001)
    return "a header was smuggled in" if server.sent("X-Evil")[-1] else None


@attempt
def a_redirect_of_sixty_kilobytes(folder):
    return either(by_path(f=moved("/" + "g" * 60_000)), folder)


@attempt
def a_redirect_that_wants_a_cookie_back(folder):
    def answer(server, head, send):
        if header(head, "Cookie"):
            return send(answered(BODY))
        return send(moved("/f").replace(b"\r\n\r\n", b"\r\nSet-Cookie: a=b; Path=/\r\n\r\n"))

    return comes(answer, folder)


@attempt
def a_redirect_to_where_nobody_listens(folder):
    return told(always(moved("http://127.0.0.1:1/")), folder)


# versions and resuming


@attempt
def a_new_version_at_each_request_that_always_breaks(folder):
    def answer(server, head, send):
        send(answered(BODY, f'ETag: "{len(server.asked)}"')[:-100])

    return told(answer, folder)


@attempt
def a_date_as_the_only_version_that_changes(folder):
    other = BODY[::-1]

    def answer(server, head, send):
        first = len(server.asked) == 1
        day = f"Last-Modified: Mon, 0{1 if first else 2} Jan 2024 00:00:00 GMT"
        send(answered(BODY, day)[:-1000] if first else answered(other, day))

    with raw_server(answer) as server:
        place = folder / "f"
        return file_or_message(lambda: fetch(f"{server.address}/f", place, None, wait=0.001), place, other)


@attempt
def a_part_that_is_longer_than_the_file(folder):
    (folder / "f.part").write_bytes(BODY + b"more")
    no_more = answered(b"", f"Content-Range: bytes */{len(BODY)}", status="416 No")
    with raw_server(always(no_more)) as server, contextlib.suppress(SarangiError):
        fetch(f"{server.address}/f", folder / "f", SUM, wait=0.001)
    return comes(always(answered(BODY)), folder)


@attempt
def the_rest_is_longer_than_its_range(folder):
    (folder / "f.part").write_bytes(BODY[:1000])
    says = f"Content-Range: bytes 1000-{len(BODY) - 1}/{len(BODY)}"

    def answer(server, head, send):
        if header(head, "Range"):
            send(answered(BODY[1000:] + b"more", says, status="206 Partial"))
        else:
            send(answered(BODY))

    with raw_server(answer) as server:
        with contextlib.suppress(SarangiError):
            fetch(f"{server.address}/f", folder / "f", SUM, len(BODY), wait=0.001)
        if not (folder / "f").exists():
            fetch(f"{server.address}/f", folder / "f", SUM, len(BODY), wait=0.001)
    return None if (folder / "f").read_bytes() == BODY else "another file"


# TLS


def trusted(folder: Path, *options: str) -> ssl.SSLContext:
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "authority.pem")]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=x", *options, *files]
    subprocess.run(command, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "authority.pem", folder / "key.pem")
    return context


@attempt
def a_certificate_of_another_host(folder):
    context = trusted(folder, "-days", "2", "-addext", "subjectAltName=DNS:elsewhere.org")
    authority = str(folder / "authority.pem")
    with variables(REQUESTS_CA_BUNDLE=authority), raw_server(always(answered(BODY)), context) as server:
        place = folder / "f"
        return file_or_message(lambda: fetch(f"{server.address}/f", place, SUM, wait=0.001), place, None)


@attempt
def no_tls_where_it_is_expected(folder):
    with raw_server(always(answered(BODY))) as server:
        place, address = folder / "f", server.address.replace("http:", "https:")
        return file_or_message(lambda: fetch(f"{address}/f", place, SUM, wait=0.001), place, None)


@attempt
def a_handshake_that_is_never_answered(folder):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        place, address = folder / "f", f"https://127.0.0.1:{silent.getsockname()[1]}"
        return file_or_message(lambda: fetch(f"{address}/f", place, SUM, wait=0.001), place, None)


@attempt
def certificates_that_are_none(folder):
    (folder / "authority.pem").write_text("no certificate")
    place = folder / "f"
    with variables(REQUESTS_CA_BUNDLE=str(folder / "authority.pem")):
        return file_or_message(lambda: fetch("https://127.0.0.1:1/f", place, SUM, wait=0.001), place, None)


# proxies


def through(answer, folder: Path, scheme: str = "https") -> str | None:
    """Return what is wrong with a download and with what is said to be reachable, through a proxy."""
    address, place = f"{scheme}://corpus.invalid/f", folder / "f"
    with raw_server(answer) as proxy, variables(**{f"{scheme}_proxy": proxy.address}):
        reachable([address], seconds=0.5)
        return file_or_message(lambda: fetch(address, place, SUM, wait=0.001), place, None)


@attempt
def a_proxy_that_connects_to_nothing(folder):
    return through(always(b"HTTP/1.1 200 OK\r\n\r\n"), folder)


@attempt
def a_proxy_that_drips(folder):
    return through(trickling(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n"), folder)


@attempt
def a_proxy_whose_first_line_has_no_end(folder):
    return through(endless(b"HTTP/1.1 200 ", b"x" * 1000), folder)


@attempt
def a_proxy_that_wants_a_password_at_length(folder):
    return through(endless(b"HTTP/1.1 407 No\r\n\r\n", b"x" * 1000), folder)


@attempt
def a_proxy_that_leads_elsewhere(folder):
    return through(always(moved("http://127.0.0.1:1/log-in")), folder)


@attempt
def a_proxy_with_a_page_to_log_in(folder):
    return through(always(answered(b"<html>", "Content-Type: text/html")), folder, scheme="http")


@attempt
def a_proxy_with_blanks_around(folder):
    with raw_server(always(answered(BODY))) as proxy, variables(http_proxy=f" {proxy.address} \n"):
        place = folder / "f"
        reachable(["http://corpus.invalid/f"], 0.5)
        return file_or_message(lambda: fetch("http://corpus.invalid/f", place, SUM, wait=0.001), place)


@attempt
def no_proxy_in_every_form(folder):
    with raw_server(always(answered(BODY))) as server:
        for text in ("*", "127.0.0.0/8", "127.0.0.1", "127.0.0.1,a.org", " a.org , 127.0.0.1 "):
            with variables(http_proxy="http://127.0.0.1:1", no_proxy=text):
                if reachable([server.address]) != {server.address}:
                    return f"{text}: not reachable"
                fetch(f"{server.address}/f", folder / "f", SUM, wait=0.001)
    return None


@attempt
def an_empty_proxy_in_small_letters_is_none(folder):
    with variables(http_proxy="", HTTP_PROXY="http://127.0.0.1:1"):
        return comes(always(answered(BODY)), folder)


# addresses, and what is of the user


@attempt
def addresses_that_are_odd(folder):
    hosts = (
        "ü.invalid",
        "[::1]:1",
        "127.0.0.1:0",
        "a b.invalid",
        "a..invalid",
        ".",
        "%00",
        "127.1:1",
        "xn--.invalid",
    )
    for host in hosts:
        address = f"http://{host}/f"
        reachable([address], 0.5)
        place = folder / "f"
        if wrong := file_or_message(lambda: fetch(address, place, SUM, wait=0.001), place, None):  # noqa: B023
            return f"{host}: {wrong}"
    return None


@attempt
def paths_that_are_odd(folder):
    for path in (
        "",
        "/" + "x" * 50_000,
        "/a b?c d",
        "/%2e%2e/f",
        "/जी",
        "//f",
        "/f#part",
        "/\\f",
        "/f?a=b@c",
    ):
        if wrong := either(always(answered(BODY)), folder) or comes(
            always(answered(BODY)), folder, path=path
        ):
            return f"{path[:20]}: {wrong}"
    return None


@attempt
def a_netrc_that_is_none(folder):
    for text in (b"\xff\xfe", b"machine", b"machine 127.0.0.1 login a password", b'"', b"default " * 1000):
        (folder / "netrc").write_bytes(text)
        with variables(NETRC=str(folder / "netrc")):
            if wrong := either(always(answered(BODY)), folder):
                return f"{text[:20]!r}: {wrong}"
    return None


@attempt
def a_home_that_is_nowhere(folder):
    with variables(HOME="/nowhere", KAGGLE_USERNAME=None, KAGGLE_KEY=None):
        return "a token" if kaggle_token() else comes(always(answered(BODY)), folder)


@attempt
def git_is_not_installed(folder):
    out = folder / "c.zip"
    with variables(PATH=str(folder)):
        return file_or_message(lambda: fetch_commit("https://a.invalid/b", "0" * 40, out), out, None)


@attempt
def git_is_broken(folder):
    (folder / "git").write_text("#!/bin/sh\nkill -9 $$\n")
    (folder / "git").chmod(0o755)
    out = folder / "c.zip"
    with variables(PATH=str(folder)):
        return file_or_message(lambda: fetch_commit("https://a.invalid/b", "0" * 40, out), out, None)


@attempt
def git_cannot_be_started(folder):
    (folder / "git").write_text("#!/nowhere\n")
    (folder / "git").chmod(0o755)
    out = folder / "c.zip"
    with variables(PATH=str(folder)):
        return file_or_message(lambda: fetch_commit("https://a.invalid/b", "0" * 40, out), out, None)


@attempt
def a_home_without_netrc_and_git(folder):
    place, commit = repository(folder, "printf a > a")
    with variables(HOME="/nowhere"):
        fetch_commit(str(place), commit, folder / "c.zip")
    return None


@attempt
def checksums_that_cannot_be_written(folder):
    (folder / "checksums.yaml").mkdir()
    data = zipped(folder / "z", [("a.wav", b"a")]).read_bytes()
    before = Path.cwd()
    os.chdir(folder)
    try:
        with raw_server(always(answered(data))) as server:
            out = folder / "c.zip"
            return file_or_message(lambda: fetch_archive(f"{server.address}/c", out, folder / "p"), out, None)
    finally:
        os.chdir(before)


@attempt
def a_part_that_is_a_folder(folder):
    (folder / "f.part").mkdir()
    return either(always(answered(BODY)), folder)


@attempt
def a_version_of_a_part_that_is_a_folder(folder):
    (folder / "f.part.version").mkdir()
    return either(always(answered(BODY)), folder)


@attempt
def a_proxy_for_git_that_drips_and_is_none(folder):
    out = folder / "c.zip"
    with (
        raw_server(always(b"")) as proxy,
        variables(https_proxy=f"http://user:{SECRET}@127.0.0.1:{proxy.port}"),
    ):
        return file_or_message(lambda: fetch_commit("https://a.invalid/b", "0" * 40, out), out, None)


# archives


def archive(data: bytes, folder: Path, *headers: str) -> str | None:
    """Return what is wrong where no archive comes: a file, a record, something but a message."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        with raw_server(always(answered(data, *headers))) as server:
            try:
                fetch_archive(f"{server.address}/c.zip", folder / "c.zip", folder / "c.part")
                with Source(folder / "c.zip") as source:
                    return f"taken, with {source.paths()}"
            except SarangiError:
                recorded = checksums.CHECKSUMS.exists() and not (folder / "c.zip").exists()
                return "recorded though refused" if recorded else None
    finally:
        os.chdir(before)


@attempt
def a_page_called_a_zip(folder):
    return archive(b"<html>" * 1000, folder, "Content-Type: application/zip")


@attempt
def an_archive_of_no_byte(folder):
    return archive(b"", folder)


@attempt
def a_zip_that_was_cut(folder):
    return archive(zipped(folder / "z", [("a.wav", os.urandom(5000))]).read_bytes()[:-30], folder)


@attempt
def a_zip_packed_once_more_on_the_way(folder):
    import gzip

    whole = zipped(folder / "z", [("a.wav", b"a")]).read_bytes()
    return archive(gzip.compress(whole), folder, "Content-Encoding: gzip")


@attempt
def a_tar_of_links_alone(folder):
    import tarfile

    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        link = tarfile.TarInfo("a.wav")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
    return archive(out.getvalue(), folder)


@attempt
def a_tar_that_opens_to_a_hundred_gigabytes(folder):
    import tarfile

    header_ = tarfile.TarInfo("a.wav")
    header_.size = 10**11
    return archive(header_.tobuf(), folder)


@attempt
def a_tar_that_leads_out(folder):
    return archive(tarred([("../../evil", b"a")]), folder)


# records of Zenodo


def record(
    listed: object,
    folder: Path,
    files: dict[str, bytes] | None = None,
    must: bool = False,
    encoding: str = "utf-8",
) -> str | None:
    """Return what is wrong with the fetch of a record; ``must`` where it has to come."""

    def answer(server, head, send):
        path = head.split(" ")[1]
        if path == "/records/7":
            text = json.dumps(listed).replace("HERE", server.address)
            return send(answered(text.encode(encoding)))
        data = (files or {}).get(path.lstrip("/"))
        return send(answered(b"", status="404 Not Found") if data is None else answered(data))

    before, known = Path.cwd(), zenodo.ZENODO
    os.chdir(folder)
    try:
        with raw_server(answer) as server:
            zenodo.ZENODO = f"{server.address}/records"
            try:
                zenodo.fetch_record("7", folder / "c.zip", folder / "c.part")
            except SarangiError as error:
                return str(error) if must else None
            with zipfile.ZipFile(folder / "c.zip") as packed:
                return None if must or not listed else f"taken: {packed.namelist()}"
    finally:
        os.chdir(before)
        zenodo.ZENODO = known


def listed_file(name: str, data: bytes = b"a", **changes: object) -> dict[str, object]:
    md5 = hashlib.md5(data).hexdigest()  # noqa: S324  (Zenodo's choice)
    links = {"self": f"HERE/{name}"}
    return {"key": name, "size": len(data), "checksum": f"md5:{md5}", "links": links} | changes


@attempt
def a_record_whose_file_is_gone(folder):
    return record({"files": [listed_file("a.wav")]}, folder)


@attempt
def a_record_in_utf_16(folder):
    return record({"files": [listed_file("a.wav")]}, folder, {"a.wav": b"a"}, must=True, encoding="utf-16")


@attempt
def a_record_with_a_byte_order_mark(folder):
    listed = {"files": [listed_file("a.wav")]}
    return record(listed, folder, {"a.wav": b"a"}, must=True, encoding="utf-8-sig")


@attempt
def a_record_of_five_hundred_fields_nobody_reads(folder):
    more = {f"field {n}": {"a": [None, 1.5, "x" * 1000]} for n in range(500)}
    return record({"files": [listed_file("a.wav")]} | more, folder, {"a.wav": b"a"}, must=True)


@attempt
def a_record_that_says_another_size_than_its_checksum_has(folder):
    return record({"files": [listed_file("a.wav", size=2)]}, folder, {"a.wav": b"a"})


@attempt
def a_record_with_a_checksum_in_capitals(folder):
    return record({"files": [listed_file("a.wav", checksum="MD5:" + "A" * 32)]}, folder, {"a.wav": b"a"})


@attempt
def a_record_whose_second_file_breaks_and_then_comes(folder):
    listed = {"files": [listed_file("a.wav", b"a"), listed_file("b.wav", b"b")]}
    if wrong := record(listed, folder, {"a.wav": b"a"}):
        return wrong
    return record(listed, folder, {"a.wav": b"a", "b.wav": b"b"}, must=True)


# tokens


@attempt
def a_file_of_a_token_that_is_none(folder):
    (folder / ".kaggle").mkdir()
    odd = (b"", b"[" * 10**5, b"\xff", b'"text"', b'{"username": null, "key": 1}', b"\xef\xbb\xbf{}", b"{}")
    for data in odd:
        (folder / ".kaggle/kaggle.json").write_bytes(data)
        with variables(HOME=str(folder), KAGGLE_USERNAME=None, KAGGLE_KEY=None):
            if kaggle_token() is not None:
                return f"{data[:20]!r} is taken for a token"
    return None


@attempt
def a_token_with_line_breaks(folder):
    known = kinds.KAGGLE
    with raw_server(always(answered(b"", status="403 Forbidden"))) as server:
        kinds.KAGGLE = server.address
        try:
            with variables(KAGGLE_USERNAME="a", KAGGLE_KEY=f"{SECRET}\r\nX-Evil: 1"):
                kaggle = kinds.Kaggle("a/b")
                wrong = file_or_message(lambda: kaggle.fetch(folder / "c", folder / "p"), folder / "c", None)
        finally:
            kinds.KAGGLE = known
    return wrong or ("a header was smuggled in" if server.sent("X-Evil")[-1] else None)


# git


def repository(folder: Path, script: str) -> tuple[Path, str]:
    """Return a repository that a script of the shell fills, and its last commit."""
    place = folder / "repository"
    place.mkdir()
    common = "git init -q; git config user.name a; git config user.email a@example.org; "
    command = f"set -e; {common}{script}; git add -A; git commit -q --allow-empty -m a; git rev-parse HEAD"
    done = subprocess.run(["sh", "-c", command], cwd=place, capture_output=True, text=True, check=True)
    return place, done.stdout.split()[-1]


def cloned(folder: Path, script: str) -> dict[str, bytes]:
    place, commit = repository(folder, script)
    fetch_commit(str(place), commit, folder / "c.zip")
    with zipfile.ZipFile(folder / "c.zip") as packed:
        return {info.filename: packed.read(info) for info in packed.infolist() if not info.is_dir()}


@attempt
def a_repository_of_names_with_line_breaks_and_options(folder):
    names = "printf a > 'a\nb'; printf b > ./-x; printf c > 'जी.wav'; mkdir -- --y; printf d > ./--y/d"
    found = cloned(folder, names)
    return None if len(found) == 4 else f"{sorted(found)}"


@attempt
def a_repository_of_a_name_that_is_no_utf_8(folder):
    return None if len(cloned(folder, "printf a > \"$(printf '\\351.wav')\"")) == 1 else "the file is gone"


@attempt
def a_repository_of_names_that_differ_by_case(folder):
    return None if len(cloned(folder, "printf a > a.wav; printf b > A.wav")) == 2 else "a file is gone"


@attempt
def a_repository_without_a_file(folder):
    try:
        return None if cloned(folder, "true") == {} else "something came"
    except SarangiError:
        return None


@attempt
def a_repository_whose_module_is_an_option(folder):
    text = '[submodule "a"]\\n path = a\\n url = --upload-pack=touch hacked\\n'
    found = cloned(folder, f"printf '{text}' > .gitmodules")
    return None if list(found) == [".gitmodules"] and not (folder / "hacked").exists() else f"{sorted(found)}"


@attempt
def a_page_where_a_repository_is_expected(folder):
    with raw_server(always(answered(b"<html>", "Content-Type: text/html"))) as server:
        place = folder / "c.zip"
        return file_or_message(lambda: fetch_commit(f"{server.address}/r.git", "0" * 40, place), place, None)


@attempt
def a_repository_that_leads_to_a_file(folder):
    place, commit = repository(folder, "printf a > a")
    with raw_server(always(moved(f"file://{place}/info/refs"))) as server:
        out = folder / "c.zip"
        return file_or_message(lambda: fetch_commit(f"{server.address}/r.git", commit, out), out, None)


@attempt
def a_repository_that_wants_a_password(folder):
    wants = answered(b"", "WWW-Authenticate: Basic realm=x", status="401 Unauthorized")
    with raw_server(always(wants)) as server:
        place = folder / "c.zip"
        return file_or_message(lambda: fetch_commit(f"{server.address}/r.git", "0" * 40, place), place, None)


@attempt
def a_commit_that_is_nowhere(folder):
    place, _ = repository(folder, "printf a > a")
    out = folder / "c.zip"
    return file_or_message(lambda: fetch_commit(str(place), "1" * 40, out), out, None)


@attempt
def a_repository_with_a_damaged_object(folder):
    place, commit = repository(folder, "printf a > a")
    for path in (place / ".git/objects").rglob("*"):
        if path.is_file():
            path.chmod(0o644)
            path.write_bytes(path.read_bytes()[:-3] + b"xxx")
    out = folder / "c.zip"
    return file_or_message(lambda: fetch_commit(str(place), commit, out), out, None)


CAMPAIGN.enter_independent(independent_downloads.TRIES, independent_downloads.AT_FIRST)

if __name__ == "__main__":
    sys.exit(CAMPAIGN.main(__doc__))
