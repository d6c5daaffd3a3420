# ruff: noqa: E501, E731, PTH108, S324  (a case a line)
"""Tries of downloads by somebody who wrote neither the mends nor the other tries.

``python tests/faults/campaign_downloads.py --independent`` does them.
"""

import gzip
import hashlib
import io
import json
import lzma
import os
import resource
import ssl
import struct
import subprocess
import tarfile
import threading
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from support.judged import SECRET, wrong_with
from support.raw_server import Raw, always, answered, endless, header, in_turn, raw_server, trickling

from sarangi.base.errors import SarangiError
from sarangi.runtime import job
from sarangi.sources import checksums, hub_encoders, zenodo
from sarangi.sources.archives import fetch_archive
from sarangi.sources.download import download
from sarangi.sources.kaggle import kaggle_token
from sarangi.sources.source import Source

TRIES: dict[str, Callable[[Path], str | None]] = {}
AT_FIRST: dict[str, str] = {}
"""What was wrong with a try when it was first made; mended since."""

HALF = "half an archive lay beside the message, for the job to take away"
WAV = b"RIFF" + bytes(range(256)) * 40
NO_PROXY = {
    name: None
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
}
OK, PARTLY = "200 OK", "206 Partial Content"


def tried(at_first: str | None = None) -> Callable:
    """Enter a function as a try, with what was wrong with it at first."""

    def register(function: Callable[[Path], str | None]) -> Callable[[Path], str | None]:
        name = function.__name__.replace("_", " ")
        TRIES[name] = function
        if at_first:
            AT_FIRST[name] = at_first
        return function

    return register


def a_zip(members: Mapping[str, bytes] | None = None, **named: Any) -> bytes:
    """Return a zip of members."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", **named) as archive:
        for name, data in (members or {"a.wav": WAV}).items():
            archive.writestr(name, data)
    return file.getvalue()


def a_tar(*members: tuple[tarfile.TarInfo, bytes], mode: str = "w:gz") -> bytes:
    """Return a tar of headers and contents."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode=mode) as archive:
        for info, data in members:
            archive.addfile(info, io.BytesIO(data))
    return file.getvalue()


def info(name: str, size: int = 0, kind: bytes = tarfile.REGTYPE, leads: str = "") -> tarfile.TarInfo:
    """Return the header of a member of a tar."""
    made = tarfile.TarInfo(name)
    made.size, made.type, made.linkname = size, kind, leads
    return made


def read_all(archive: Path) -> tuple[dict[str, bytes], dict[str, str]]:
    """Return what can be read of an archive, and the message of each that cannot."""
    good, bad = {}, {}
    with Source(archive) as source:
        for path in source.paths():
            try:
                good[path] = source.read(path)
            except SarangiError as error:
                assert "\n" not in str(error), error
                bad[path] = str(error)
    return good, bad


def fetched(
    folder: Path,
    source: Mapping[str, Any] | None,
    says: str | None,
    holds: Mapping[str, bytes] | None = None,
    bad: int = 0,
    variables: Mapping[str, str | None] = NO_PROXY,
    call: Callable[[Path], Any] | None = None,
) -> str | None:
    """Fetch a corpus as the rule does, and return what is wrong with how that ended."""
    out, part = folder / "made/c.zip", folder / "made/c.zip.part"
    (folder / "made").mkdir(exist_ok=True)

    def fetch_it() -> str | None:
        if call is not None:
            call(out)
        else:
            download(dict(source or {}), out, part)
        good, failed = read_all(out)
        if good != ({"a.wav": WAV} if holds is None else holds) or len(failed) != bad:
            return f"another corpus: {[(k, len(v)) for k, v in good.items()]}, {failed}"
        left = sorted(path.name for path in (folder / "made").iterdir())
        return None if left == ["c.zip"] else f"left behind: {left}"

    problem = wrong_with(folder, fetch_it, says, variables)
    if problem is None and says and not says.startswith("|"):
        left = {path.name for path in (folder / "made").iterdir()} - {
            "c.zip.part",
            "c.zip.part.version",
            "c.zip.parts",
        }
        if left:
            return f"left behind beside a message: {sorted(left)}"
    lock = folder / "checksums.yaml"
    if lock.is_file() and SECRET.encode() in lock.read_bytes():
        return "the secret is in checksums.yaml"
    if problem is None and says == "discarded" and (folder / "made/c.zip.part").exists():
        return "what was thrown away is still there"
    return problem


def served(
    folder: Path,
    answer: Any,
    says: str | None = None,
    path: str = "/c.zip",
    source: Mapping[str, Any] | None = None,
    **named: Any,
) -> str | None:
    """Fetch an address of a server that answers so."""
    with raw_server(always(answer) if isinstance(answer, bytes) else answer) as server:
        return fetched(folder, {"address": server.address + path, **(source or {})}, says, **named)


def sum_of(data: bytes) -> str:
    """Return the checksum of bytes, as the configuration states it."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


# ---- redirects


def led_to(target: str, status: str = "302 Found") -> bytes:
    """Return a redirect."""
    return answered(b"", f"Location: {target}", status=status)


@tried()
def two_addresses_that_lead_to_each_other(folder):
    def answer(server, head, send):
        send(led_to("/b" if " /a" in head else "/a"))

    return served(folder, answer, "redirects more than 10 times", "/a")


@tried()
def a_redirect_to_a_file_of_this_machine(folder):
    return served(folder, led_to("file:///etc/passwd"), "only http and https are followed")


@tried()
def a_redirect_to_data_in_the_address(folder):
    return served(folder, led_to("data:application/zip;base64,UEsFBg=="), "only http and https are followed")


@tried()
def a_redirect_with_a_password_that_leads_nowhere(folder):
    def answer(server, head, send):
        send(
            answered(b"", status="404 Not Found")
            if "/gone" in head.split("\r\n")[0]
            else led_to(f"http://me:{SECRET}@127.0.0.1:{server.port}/gone?sig={SECRET}")
        )

    return served(folder, answer, "answers 404")


@tried()
def a_redirect_to_a_name_with_a_password_that_is_not_there(folder):
    return served(
        folder,
        led_to(f"http://me:{SECRET}@no-such-host.invalid:1/x?token={SECRET}"),
        "tried|cannot|not an address",
    )


@tried()
def a_redirect_whose_body_never_ends(folder):
    def answer(server, head, send):
        if head.startswith("GET /c.zip"):
            send(b"HTTP/1.1 307 Temporary Redirect\r\nLocation: /d\r\n\r\n")
            while not server.ended.wait(0.01):
                send(b"x" * 1000)
        else:
            send(answered(a_zip()))

    return served(folder, answer)


@tried()
def a_redirect_to_port_99999(folder):
    return served(folder, led_to("http://127.0.0.1:99999/x"), "not an address that can be requested")


@tried()
def a_redirect_to_a_host_of_300_letters(folder):
    return served(folder, led_to(f"http://{'a' * 300}.org/x"), "not an address|NameResolution|label|tried")


@tried()
def choices_of_300_without_an_end(folder):
    return served(folder, led_to("/c.zip", "300 Multiple Choices"), "answers 300")


# ---- bodies and lengths


@tried()
def chunks_cut_in_the_middle_then_whole(folder):
    data = a_zip()
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    cut = head + b"%x\r\n" % len(data) + data[:500]
    whole = head + b"%x\r\n" % len(data) + data + b"\r\n0\r\n\r\n"
    return served(folder, in_turn(cut, whole), source={"checksum": sum_of(data)})


@tried()
def chunks_that_end_without_the_last_one(folder):
    data = a_zip()
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    return served(folder, head + b"%x\r\n" % len(data) + data + b"\r\n", "tried 2 times")


@tried()
def a_chunk_whose_extension_never_ends(folder):
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n5;"
    return served(folder, endless(head, b"x" * 1000), "tried 2 times")


@tried()
def a_tar_gz_that_calls_its_own_packing_an_encoding(folder):
    data = a_tar((info("a.wav", len(WAV)), WAV))
    return served(
        folder, answered(data, "Content-Encoding: gzip", "Content-Type: application/x-tar"), path="/c.tar.gz"
    )


@tried()
def a_length_of_an_exabyte(folder):
    return served(
        folder,
        b"HTTP/1.1 200 OK\r\nContent-Length: 900000000000000000\r\nConnection: close\r\n\r\nPK",
        "Free some space",
    )


@tried()
def a_length_below_zero(folder):
    return served(
        folder, b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\nConnection: close\r\n\r\n" + a_zip(), "no number"
    )


@tried()
def a_length_in_hexadecimal(folder):
    return served(
        folder, b"HTTP/1.1 200 OK\r\nContent-Length: 0x10\r\nConnection: close\r\n\r\n" + a_zip(), "no number"
    )


@tried("the message blamed the address in the configuration")
def two_lengths_that_differ(folder):
    data = a_zip()
    head = f"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: {len(data)}\r\nConnection: close\r\n\r\n"
    return served(folder, head.encode() + data, "tried 2 times")


@tried()
def a_log_in_page_without_its_kind(folder):
    return served(folder, answered(b"<!doctype html><title>Log in</title>"), "discarded")


@tried()
def a_log_in_page_in_capitals(folder):
    return served(folder, answered(b"<html>", "content-type: TEXT/HTML; charset=utf-8"), "a web page")


# ---- resuming


def resuming(etags: list[str], data: list[bytes], dates: bool = False) -> Callable:
    """Return an answer that breaks off in the middle each time, with a version of its own."""

    def answer(server: Raw, head: str, send: Callable[[bytes], None]) -> None:
        turn = len(server.asked) - 1
        body, tag = data[min(turn, len(data) - 1)], etags[min(turn, len(etags) - 1)]
        said = f"Last-Modified: {tag}" if dates else f'ETag: "{tag}"'
        start = int(header(head, "Range").removeprefix("bytes=").rstrip("-")) if header(head, "Range") else 0
        lines = [f"HTTP/1.1 {PARTLY if start else OK}", said, f"Content-Length: {len(body) - start}"]
        lines += [f"Content-Range: bytes {start}-{len(body) - 1}/{len(body)}"] if start else []
        rest = body[start:]
        send(
            "\r\n".join([*lines, "Connection: close", "", ""]).encode()
            + (rest if turn else rest[: len(rest) // 2])
        )

    return answer


@tried()
def an_etag_that_changes_though_if_range_was_sent(folder):
    one, two = a_zip({"a.wav": WAV[::-1]}), a_zip()
    with raw_server(resuming(["v1", "v2", "v2"], [one, two])) as server:
        from sarangi.sources import https

        https.TRIES = 4
        return fetched(folder, {"address": f"{server.address}/c.zip"}, None)


@tried()
def a_rest_that_begins_one_byte_early(folder):
    data = a_zip()

    def answer(server, head, send):
        if header(head, "Range"):
            start = int(header(head, "Range").removeprefix("bytes=").rstrip("-")) - 1
            send(
                answered(
                    data[start:], f"Content-Range: bytes {start}-{len(data) - 1}/{len(data)}", status=PARTLY
                )
            )
        else:
            send(answered(data)[: -len(data) // 2] if len(server.asked) == 1 else answered(data))

    from sarangi.sources import https

    https.TRIES = 4
    return served(folder, answer, source={"checksum": sum_of(data)})


@tried()
def a_rest_of_another_file_of_the_same_length(folder):
    data, other = a_zip(), a_zip({"a.wav": WAV[::-1]})
    return served(folder, resuming(["same"], [data, other]), "discarded", source={"checksum": sum_of(data)})


@tried()
def a_server_that_answers_every_range_with_the_whole(folder):
    data = a_zip()

    def answer(server, head, send):
        whole = answered(data, 'ETag: "x"')
        send(whole[: len(whole) - len(data) // 2] if len(server.asked) == 1 else whole)

    return served(folder, answer, source={"checksum": sum_of(data), "size": len(data)})


@tried()
def a_part_that_is_a_pipe(folder):
    (folder / "made").mkdir()
    os.mkfifo(folder / "made/c.zip.part")
    problem = served(folder, answered(a_zip()), "Move it away")
    os.unlink(folder / "made/c.zip.part")
    return problem


# ---- slow, and full of words


@tried()
def a_byte_now_and_then(folder):
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"
    return served(folder, trickling(head, b"x", 0.1), "bytes a second")


@tried()
def a_status_line_that_comes_letter_by_letter(folder):
    return served(folder, trickling(b"HTTP/1.1 200 ", b"O", 0.1), "bytes a second|tried 2 times")


@tried()
def headers_without_end(folder):
    return served(folder, endless(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n"), "tried 2 times")


@tried()
def go_on_without_end(folder):
    return served(folder, endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), "tried 2 times")


@tried()
def an_answer_of_another_protocol(folder):
    return served(folder, b"SSH-2.0-OpenSSH_9.6\r\n", "tried 2 times")


# ---- being asked to wait


@tried()
def a_rest_of_a_year(folder):
    return served(
        folder, answered(b"", "Retry-After: 31536000", status="429 Too Many Requests"), "after that"
    )


@tried()
def a_rest_below_zero_then_the_file(folder):
    return served(folder, in_turn(answered(b"", "Retry-After: -7", status="429 Slow"), answered(a_zip())))


@tried()
def a_rest_until_last_year_then_the_file(folder):
    said = "Retry-After: Wed, 01 Jan 2020 00:00:00 GMT"
    return served(folder, in_turn(answered(b"", said, status="503 Busy"), answered(a_zip())))


@tried()
def a_rest_until_the_year_9999(folder):
    said = "Retry-After: Fri, 31 Dec 9999 23:59:59 GMT"
    return served(folder, answered(b"", said, status="503 Busy"), "after that")


@tried()
def a_rest_in_other_digits_and_of_a_thousand_digits(folder):
    first = "HTTP/1.1 429 Slow\r\nRetry-After: ٣\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()
    second = answered(b"", f"Retry-After: {'9' * 1000}", status="429 Slow")
    with raw_server(in_turn(first, second, answered(a_zip()))) as server:
        from sarangi.sources import https

        https.TRIES = 4
        return fetched(folder, {"address": f"{server.address}/c.zip"}, "|after that")


# ---- TLS


def certificate(folder: Path, name: str, *options: str) -> ssl.SSLContext:
    """Return a server's context with a certificate of its own; its file is cert.pem."""
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-subj",
            f"/CN={name}",
            "-addext",
            f"subjectAltName={name}",
            *options,
            "-keyout",
            str(folder / "key.pem"),
            "-out",
            str(folder / "cert.pem"),
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


def over_tls(
    folder: Path, says: str | None, bundle: str | None, name: str = "IP:127.0.0.1", **more: str
) -> str | None:
    context = certificate(folder, name)
    variables = {
        **NO_PROXY,
        "CURL_CA_BUNDLE": None,
        "SSL_CERT_FILE": None,
        "REQUESTS_CA_BUNDLE": bundle,
        **more,
    }
    with raw_server(always(answered(a_zip())), context) as server:
        return fetched(folder, {"address": f"{server.address}/c.zip"}, says, variables=variables)


@tried()
def a_certificate_of_a_private_authority_that_is_named(folder):
    return over_tls(folder, None, str(folder / "cert.pem"))


@tried()
def a_certificate_of_a_private_authority_that_is_not_named(folder):
    return over_tls(folder, "REQUESTS_CA_BUNDLE", None)


@tried()
def authorities_in_an_empty_folder(folder):
    (folder / "ca").mkdir()
    return over_tls(folder, "REQUESTS_CA_BUNDLE|certificate", str(folder / "ca"))


@tried()
def authorities_of_utf_16(folder):
    (folder / "ca.pem").write_text("-----BEGIN CERTIFICATE-----\n", encoding="utf-16")
    return over_tls(folder, "REQUESTS_CA_BUNDLE|certificate", str(folder / "ca.pem"))


# ---- proxies


def through(
    folder: Path, proxy: str, answer: Any, says: str | None, address: str = "http://example.org/c.zip"
) -> str | None:
    """Fetch an address through a proxy; PORT is where one listens that answers so."""
    with raw_server(always(answer) if isinstance(answer, bytes) else answer) as server:
        at = proxy.replace("PORT", str(server.port))
        variables = {**NO_PROXY, "no_proxy": None, "NO_PROXY": None, "http_proxy": at, "https_proxy": at}
        return fetched(folder, {"address": address}, says, variables=variables)


@tried()
def a_proxy_with_a_password_that_works(folder):
    return through(folder, f"http://me:{SECRET}@127.0.0.1:PORT", answered(a_zip()), None)


@tried("the password was in the message")
def a_proxy_with_an_apostrophe_in_its_password(folder):
    return through(
        folder, f"http://me:it's{SECRET}@127.0.0.1:PORT", answered(b"", status="407 Who"), "http_proxy"
    )


@tried("the password was in the message")
def a_proxy_with_a_quote_in_its_password_that_is_off(folder):
    return through(folder, f'http://me:a"b{SECRET}@127.0.0.1:1', answered(b""), "http_proxy")


@tried("the password was in the message")
def a_proxy_with_a_blank_in_its_password(folder):
    return through(folder, f"http://me:a b{SECRET}@127.0.0.1:1", answered(b""), "http_proxy")


@tried()
def a_proxy_with_an_at_and_a_slash_in_its_password(folder):
    return through(
        folder, f"http://me:p@s/{SECRET}@127.0.0.1:PORT", answered(b"", status="407 Who"), "http_proxy"
    )


@tried()
def a_proxy_without_a_scheme_with_a_password(folder):
    return through(folder, f"me:{SECRET}@127.0.0.1:1", answered(b""), "http_proxy")


@tried()
def a_proxy_that_refuses_a_tunnel_and_prints_the_password(folder):
    said = answered(f"Basic {SECRET} denied".encode(), status=f"403 {SECRET}")
    problem = through(folder, "http://127.0.0.1:PORT", said, "https_proxy", "https://example.org/c.zip")
    # what a stranger's server says is no secret of the user's
    return None if problem and problem.startswith("the secret") else problem


@tried()
def a_proxy_of_socks_that_nothing_here_speaks(folder):
    return through(folder, f"socks5://me:{SECRET}@127.0.0.1:PORT", answered(b""), "http_proxy")


# ---- checksums.yaml


def with_lock(folder: Path, lock: bytes, says: str | None) -> str | None:
    (folder / "checksums.yaml").write_bytes(lock)
    problem = served(folder, answered(a_zip()), says)
    return problem or (
        None if not says or (folder / "checksums.yaml").read_bytes() == lock else "it was rewritten"
    )


@tried()
def checksums_in_the_middle_of_a_merge(folder):
    line = b'"http://x/a": {"checksum": "sha256:1", "size": 1}\n'
    return with_lock(
        folder, b"<<<<<<< HEAD\n" + line + b"=======\n" + line + b">>>>>>> other\n", "checksums.yaml"
    )


@tried()
def checksums_with_an_address_twice(folder):
    line = b'"http://x/a": {"checksum": "sha256:1", "size": 1}\n'
    return with_lock(folder, line + line.replace(b"256:1", b"256:2"), "checksums.yaml")


@tried()
def checksums_of_aliases_of_aliases(folder):
    lines = [b"a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [b"a%d: &a%d [%s]" % (n, n, b", ".join([b"*a%d" % (n - 1)] * 9)) for n in range(1, 12)]
    return with_lock(folder, b"\n".join(lines), "checksums.yaml")


@tried()
def checksums_with_a_size_of_yes(folder):
    return with_lock(folder, b'"http://x/a": {"checksum": "sha256:1", "size": yes}\n', "checksums.yaml")


@tried()
def checksums_with_a_mark_and_line_ends_of_windows(folder):
    return with_lock(folder, b'\xef\xbb\xbf"http://x/a": {"checksum": "sha256:1", "size": 1}\r\n', None)


@tried()
def checksums_in_utf_16(folder):
    return with_lock(
        folder, '"http://x/a": {"checksum": "s", "size": 1}\n'.encode("utf-16"), "checksums.yaml"
    )


@tried()
def checksums_that_are_a_pipe(folder):
    os.mkfifo(folder / "checksums.yaml")
    return served(folder, answered(a_zip()), "checksums.yaml")


@tried()
def checksums_that_are_a_folder(folder):
    (folder / "checksums.yaml").mkdir()
    return served(folder, answered(a_zip()), "checksums.yaml")


@tried()
def a_checksum_that_somebody_changed(folder):
    with raw_server(always(answered(a_zip()))) as server:
        address = f"{server.address}/c.zip"
        entry = {"checksum": f"sha256:{'0' * 64}", "size": len(a_zip())}
        (folder / "checksums.yaml").write_text(json.dumps({address: entry}))
        return fetched(folder, {"address": address}, "recorded on first use")


@tried()
def twenty_downloads_that_end_at_once(folder):
    def call() -> str | None:
        threads = [
            threading.Thread(target=checksums.record, args=(f"http://x/{n}", sum_of(b"%d" % n), n))
            for n in range(20)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        count = len((folder / "checksums.yaml").read_text().splitlines())
        return None if count == 20 else f"{count} of 20 are recorded"

    return wrong_with(folder, call, None, NO_PROXY)


@tried()
def a_disk_with_a_quota(folder):
    data = os.urandom(300_000)
    with raw_server(always(answered(a_zip({"a.wav": data})))) as server:
        source = {"address": f"{server.address}/c.zip"}
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
        try:
            problem = fetched(folder, source, None)
        except OSError as error:  # the job says what it means
            problem = None if job._disk_is_full(error) else repr(error)
        else:
            problem = problem or "it was written beyond the quota"
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        if problem or (folder / "made/c.zip").exists():
            return problem or "half an archive has its name"
        return fetched(folder, source, None, {"a.wav": data})


# ---- records of Zenodo


def record(
    folder: Path,
    says: str | None,
    entries: Any = None,
    text: bytes | None = None,
    status: str = OK,
    recorded: bool = False,
    **named: Any,
) -> str | None:
    """Fetch a record of a Zenodo on this machine; HERE in its JSON is that server's address."""
    data = a_zip()

    def answer(server: Raw, head: str, send: Callable[[bytes], None]) -> None:
        if "/records/7" in head.split("\r\n")[0]:
            said = json.dumps({"files": entries}).encode() if text is None else text
            send(
                answered(
                    said.replace(b"HERE", server.address.encode()),
                    "Content-Type: application/json",
                    status=status,
                )
            )
        else:
            send(answered(data if ".zip" in head.split("\r\n")[0] else WAV))

    with raw_server(answer) as server:
        before, zenodo.ZENODO = zenodo.ZENODO, f"{server.address}/api/records"
        if recorded:
            other = {"checksum": f"sha256:{'0' * 64}", "size": 1}
            (folder / "checksums.yaml").write_text(json.dumps({f"{zenodo.ZENODO}/7#c.zip": other}))
        try:
            return fetched(folder, {"zenodo": "7"}, says, **named)
        finally:
            zenodo.ZENODO = before


def entry(name: str = "c.zip", data: bytes | None = None, **changes: Any) -> dict[str, Any]:
    """Return a file of a record."""
    data = a_zip() if data is None else data
    whole = {
        "key": name,
        "size": len(data),
        "checksum": f"md5:{hashlib.md5(data).hexdigest()}",
        "links": {"self": f"HERE/{name}"},
    }
    return whole | changes


@tried()
def a_record_with_a_size_that_is_no_number(folder):
    return record(
        folder, "a plain name, size", text=json.dumps({"files": [entry(size=float("nan"))]}).encode()
    )


@tried()
def a_record_with_a_size_of_5000_digits(folder):
    said = json.dumps({"files": [entry()]}).encode().replace(b'"size": ', b'"size": ' + b"9" * 5000)
    return record(folder, "a plain name, size", text=said)


@tried()
def a_record_with_a_name_that_turns_around(folder):
    return record(folder, "a plain name", [entry("a\u202egnp.zip")])


@tried()
def a_record_with_two_names_that_differ_by_case(folder):
    files = [entry("A.wav", WAV), entry("a.wav", WAV)]
    return record(folder, None, files, holds={"A.wav": WAV, "a.wav": WAV})


@tried()
def a_record_with_a_sum_of_another_kind(folder):
    return record(folder, "checksum", [entry(checksum="adler32:00000001")])


@tried()
def a_record_with_files_of_the_newer_form(folder):
    said = {"files": {"enabled": True, "entries": {"c.zip": entry()}}}
    return record(folder, "list of files", text=json.dumps(said).encode())


@tried()
def a_record_that_leads_to_a_file_here(folder):
    return record(folder, "found something else", [entry(links={"self": "file:///etc/passwd"})])


@tried("the links' secrets were written to the log and to checksums.yaml")
def a_record_whose_links_are_signed(folder):
    return record(folder, None, [entry(links={"self": f"HERE/c.zip?token={SECRET}"})])


@tried("the link's secret was in the message")
def a_record_whose_signed_file_was_recorded_otherwise(folder):
    link = f"HERE/c.zip?token={SECRET}"
    return record(folder, "recorded on first use", [entry(links={"self": link})], recorded=True)


@tried()
def a_record_that_was_withdrawn(folder):
    return record(
        folder, "answers 410", text=b'{"status": 410, "tombstone": {"reason": "spam"}}', status="410 Gone"
    )


@tried(HALF)
def a_record_with_a_split_archive(folder):
    data = a_zip({"a.wav": WAV})
    half = len(data) // 2

    def entries() -> list[dict]:
        return [entry("c.z01", data[:half]), entry("c.zip", data[half:])]

    parts = {"/c.z01": data[:half], "/c.zip": data[half:]}

    def answer(server, head, send):
        path = head.split(" ")[1]
        send(
            answered(
                parts[path]
                if path in parts
                else json.dumps({"files": entries()}).replace("HERE", server.address).encode()
            )
        )

    with raw_server(answer) as server:
        before, zenodo.ZENODO = zenodo.ZENODO, f"{server.address}/api/records"
        try:
            return fetched(folder, {"zenodo": "7"}, "archive")
        finally:
            zenodo.ZENODO = before


# ---- git


def commit_of(folder: Path, script: str) -> tuple[str, str]:
    """Return a repository, and the commit that a script makes in it."""
    place = folder / "repository"
    place.mkdir()
    ours = {"PATH": os.environ["PATH"], "HOME": str(folder), "GIT_CONFIG_GLOBAL": "/dev/null"}
    for name in ("AUTHOR", "COMMITTER"):
        ours |= {f"GIT_{name}_NAME": "a", f"GIT_{name}_EMAIL": "a@b", f"GIT_{name}_DATE": "1700000000 +0000"}
    whole = f"set -e; git init -q .; {script}; git rev-parse HEAD"
    done = subprocess.run(
        ["sh", "-c", whole], cwd=place, env=ours, capture_output=True, check=True, text=True
    )
    return str(place), done.stdout.split()[-1]


def cloned(
    folder: Path,
    script: str,
    says: str | None,
    variables: Mapping[str, str | None] | None = None,
    commit: str | None = None,
    **named: Any,
) -> str | None:
    (folder / "a.wav").write_bytes(WAV)
    place, made = commit_of(folder, f"cp ../a.wav .; {script}")
    source = {"git": place, "commit": commit or made}
    return fetched(folder, source, says, variables={**NO_PROXY, **(variables or {})}, **named)


COMMITTED = "git add -A; git commit -qm a"


@tried("a submodule was left out without a word")
def a_repository_with_a_submodule(folder):
    link = "git update-index --add --cacheinfo 160000,1111111111111111111111111111111111111111,clips"
    script = f"git add -A; printf '[submodule \"clips\"]\\n path = clips\\n url = https://example.org/clips\\n' > .gitmodules; git add .gitmodules; {link}; git commit -qm a"
    import logging

    told: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda made: told.append(made.getMessage())
    logging.getLogger("sarangi").addHandler(handler)
    try:
        problem = cloned(folder, script, None)
    finally:
        logging.getLogger("sarangi").removeHandler(handler)
    return problem or (
        None if any("clips" in line for line in told) else "the submodule is left out without a word"
    )


@tried()
def a_repository_with_a_pointer_of_lfs(folder):
    pointer = "printf 'version https://git-lfs.github.com/spec/v1\\noid sha256:11\\nsize 5\\n' > b.wav"
    return cloned(folder, f"{pointer}; {COMMITTED}", None, bad=1)


@tried()
def a_repository_with_links_out_of_it(folder):
    script = f"ln -s /etc/passwd b.wav; ln -s ../../../etc/hostname c.wav; ln -s a.wav d.wav; {COMMITTED}"
    return cloned(folder, script, None, bad=3)


@tried()
def a_repository_with_hooks_and_settings_that_run(folder):
    run = f"touch {folder}/ran"
    script = (
        f"{COMMITTED}; for h in post-checkout pre-receive update post-update reference-transaction; do printf '#!/bin/sh\\n{run}\\n' > .git/hooks/$h; chmod +x .git/hooks/$h; done; "
        f"git config uploadpack.packObjectsHook '{run};'; git config core.fsmonitor '{run}'; git config core.sshCommand '{run}'; git config alias.fetch '!{run}'; git config core.gitProxy '{run}'"
    )
    problem = cloned(folder, script, None)
    return "code of the repository ran" if (folder / "ran").exists() else problem


@tried()
def a_repository_with_filters_and_attributes(folder):
    script = f"printf '*.wav filter=x export-ignore eol=crlf ident\\n' > .gitattributes; {COMMITTED}; git config filter.x.smudge 'touch {folder}/ran'"
    problem = cloned(folder, script, None)
    return "code of the repository ran" if (folder / "ran").exists() else problem


@tried()
def a_tag_in_place_of_a_commit(folder):
    return cloned(
        folder,
        f'{COMMITTED}; git tag -am t t; git() {{ if [ $1 = rev-parse ]; then command git rev-parse t; else command git "$@"; fi; }}',
        "is a tag",
    )


@tried()
def a_commit_that_is_an_option(folder):
    return cloned(folder, COMMITTED, "no commit", commit=f"--upload-pack=touch {folder}/ran")


@tried()
def a_commit_in_capitals(folder):
    return cloned(folder, COMMITTED, "|forty", commit="HEAD")


@tried("the message named no remedy")
def a_tree_with_a_name_that_leads_out(folder):
    script = (
        f"{COMMITTED}; b=$(git hash-object -w a.wav); "
        "{ printf '100644 a.wav\\0'; printf $b | sed 's/../\\\\x&/g' | xargs -0 printf '%b'; printf '100644 ..\\0'; printf $b | sed 's/../\\\\x&/g' | xargs -0 printf '%b'; } > ../tree; "
        "t=$(git hash-object -t tree --literally -w ../tree); c=$(git commit-tree -m x $t); git update-ref HEAD $c"
    )
    return cloned(folder, script, "|.", bad=1)


@tried()
def git_variables_that_lead_elsewhere(folder):
    ours = {
        "GIT_DIR": "/nowhere",
        "GIT_WORK_TREE": "/",
        "GIT_EXTERNAL_DIFF": f"touch {folder}/ran",
        "GIT_SSH": f"touch {folder}/ran",
        "GIT_PROXY_COMMAND": f"touch {folder}/ran",
        "GIT_EXEC_PATH": "/nowhere",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "core.fsmonitor",
        "GIT_CONFIG_VALUE_0": f"touch {folder}/ran",
    }
    problem = cloned(folder, COMMITTED, None, ours)
    return "a program was started" if (folder / "ran").exists() else problem


@tried()
def an_insteadof_with_a_password_and_a_quote(folder):
    (folder / ".gitconfig").write_text(
        f'[url "http://me:it\'s{SECRET}@127.0.0.1:1/"]\n insteadOf = https://example.org/\n'
    )
    return fetched(
        folder,
        {"git": "https://example.org/r.git", "commit": "1" * 40},
        "git fetch failed",
        variables={**NO_PROXY, "HOME": str(folder)},
    )


# ---- Kaggle


def token_in(folder: Path, text: bytes, expected: Any) -> str | None:
    (folder / ".kaggle").mkdir()
    (folder / ".kaggle/kaggle.json").write_bytes(text)
    return token_of(folder, expected)


def token_of(folder: Path, expected: Any) -> str | None:
    def call() -> str | None:
        found = kaggle_token()
        return None if found == expected else f"the token is {found}"

    variables = {**NO_PROXY, "HOME": str(folder), "KAGGLE_USERNAME": None, "KAGGLE_KEY": None}
    return wrong_with(folder, call, None, variables)


@tried("a token saved by an editor of Windows was not read")
def a_token_with_a_mark_in_front(folder):
    text = b"\xef\xbb\xbf" + json.dumps({"username": "me", "key": SECRET}).encode()
    return token_in(folder, text, ("me", SECRET))


@tried("every plan hung, which the harness did not see: its alarm was an OSError")
def a_token_that_is_a_pipe(folder):
    (folder / ".kaggle").mkdir()
    os.mkfifo(folder / ".kaggle/kaggle.json")
    return token_of(folder, None)


@tried()
def a_token_of_numbers(folder):
    return token_in(folder, json.dumps({"username": 1, "key": 2}).encode(), None)


@tried("a token of nothing counted as one")
def a_token_of_blanks(folder):
    return token_in(folder, json.dumps({"username": " ", "key": "\n"}).encode(), None)


@tried()
def a_token_of_ten_thousand_brackets(folder):
    return token_in(folder, b"[" * 10_000 + SECRET.encode(), None)


@tried()
def a_kaggle_that_leads_elsewhere_and_refuses(folder):
    seen: list[str | None] = []

    def elsewhere(server, head, send):
        seen.append(header(head, "Authorization"))
        send(answered(b"", status="403 Forbidden"))

    with (
        raw_server(elsewhere) as other,
        raw_server(always(led_to(f"{other.address}/x?sig={SECRET}"))) as server,
    ):
        call = lambda out: fetch_archive(
            f"{server.address}/c", out, out.with_suffix(".zip.part"), token=("me", SECRET)
        )
        problem = fetched(folder, None, "Check the token", call=call)
    return problem or (None if seen == [None] else "another server was told the token")


# ---- weights


def from_hub(folder: Path, send_settings: Callable, size: int) -> Callable[[], str | None]:
    """Return what fetches an encoder from a hub whose settings are of so many bytes, and are sent so."""
    files = ("config.json", "preprocessor_config.json", "model.safetensors")
    siblings = [{"rfilename": name, "size": size} for name in files]
    listing = answered(json.dumps({"sha": "c" * 40, "siblings": siblings}).encode())

    def answer(server: Raw, head: str, send: Callable) -> None:
        send(listing) if " /api/" in head else send_settings(server, head, send)

    def call() -> str | None:
        with raw_server(answer) as server:
            os.environ["HF_ENDPOINT"] = server.address
            try:
                hub_encoders.encoder_weights({"hub": "a/b"}, {name: folder / name for name in files})
            finally:
                del os.environ["HF_ENDPOINT"]
        return "nothing was said"

    return call


@tried("a file of settings of any size was fetched and read whole")
def settings_of_the_hub_without_end(folder):
    count = 0

    def endless_settings(server, head, send):
        nonlocal count
        send(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{")
        while not server.ended.is_set() and count < 400:  # 400 MB, which is enough to see
            send(b" " * 2**20)
            count += 1

    problem = wrong_with(folder, from_hub(folder, endless_settings, 2**26), "config.json", NO_PROXY)
    return problem or (f"{count} MB were fetched" if count > 200 else None)


@tried("settings that nothing later reads were taken, and fetched never again")
def settings_of_the_hub_in_utf_16(folder):
    page = '{"model_type": "bert"}'.encode("utf-16")
    call = from_hub(folder, always(answered(page)), len(page))
    problem = wrong_with(folder, call, "config.json: expected settings", NO_PROXY)
    return problem or ("it lies there" if (folder / "config.json").exists() else None)


# ---- archives


def shipped(
    folder: Path, data: bytes, says: str | None, holds: Mapping[str, bytes] | None = None, bad: int = 0
) -> str | None:
    return served(folder, answered(data), says, holds=holds, bad=bad)


@tried()
def a_zip_with_a_password(folder):
    data = bytearray(a_zip())
    for magic, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(magic) + place] |= 1
    return shipped(folder, bytes(data), None, {}, 1)


@tried(HALF)
def a_zip_in_a_zip_with_a_password(folder):
    data = bytearray(a_zip())
    for magic, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(magic) + place] |= 1
    return shipped(folder, a_zip({"in.zip": bytes(data), "b.wav": WAV}), "password|encrypted")


@tried()
def a_zip_of_an_unknown_packing(folder):
    data = bytearray(a_zip())
    for magic, place in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        data[data.index(magic) + place] = 9  # Deflate64, as Windows packs what is large
    return shipped(folder, bytes(data), None, {}, 1)


@tried()
def a_zip_behind_a_program(folder):
    return shipped(folder, b"MZ" + os.urandom(5000) + a_zip(), None)


@tried()
def a_zip_with_the_same_name_twice(folder):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive, __import__("warnings").catch_warnings():
        __import__("warnings").simplefilter("ignore")
        archive.writestr("a.wav", WAV)
        archive.writestr("a.wav", WAV[::-1])
    return shipped(folder, file.getvalue(), None, {}, 1)


@tried()
def a_zip_of_64_bits(folder):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive, archive.open("a.wav", "w", force_zip64=True) as member:
        member.write(WAV)
    return shipped(folder, file.getvalue(), None)


@tried()
def a_zip_that_slips_by_every_road(folder):
    names = ["../a", "/etc/a", "C:\\a", "..\\..\\a", "\\\\host\\share\\a", "a/../../b", "./../c", "c:a"]
    return shipped(folder, a_zip({name: WAV for name in names} | {"a.wav": WAV}), None, None, len(names))


@tried(HALF)
def a_zip_in_a_zip_that_slips(folder):
    return shipped(folder, a_zip({"in.zip": a_zip({"../../evil.wav": WAV})}), "leads out of the archive")


@tried()
def a_zip_with_names_that_differ_by_case_and_form(folder):
    files = {"A.wav": WAV, "a.wav": WAV[:9], "caf\u00e9.wav": b"1", "cafe\u0301.wav": b"2"}
    return shipped(folder, a_zip(files), None, files)


@tried()
def a_zip_whose_members_overlap(folder):
    data = bytearray(a_zip({"a.wav": WAV, "b.wav": WAV}))
    second = data.rindex(b"PK\x01\x02")
    data[second + 42 : second + 46] = struct.pack("<I", 0)  # the second member is the first
    return shipped(folder, bytes(data), None, None, 1)


@tried()
def a_zip_of_nothing_but_folders(folder):
    return shipped(folder, a_zip({"a/": b"", "b/": b""}), None, {})


@tried()
def a_tar_of_links_and_devices(folder):
    members = [
        (info("a.wav", len(WAV)), WAV),
        (info("b.wav", 0, tarfile.LNKTYPE, "a.wav"), b""),
        (info("c.wav", 0, tarfile.SYMTYPE, "/etc/passwd"), b""),
        (info("d.wav", 0, tarfile.CHRTYPE), b""),
        (info("e.wav", 0, tarfile.FIFOTYPE), b""),
        (info("f.wav", 0, tarfile.LNKTYPE, "../../etc/passwd"), b""),
    ]
    return shipped(folder, a_tar(*members), None, None, 5)


@tried(HALF)
def a_tar_with_a_hole_of_a_terabyte(folder):
    hole = info("a.wav", 0)
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as archive:
        hole.pax_headers = {
            "GNU.sparse.major": "1",
            "GNU.sparse.minor": "0",
            "GNU.sparse.name": "a.wav",
            "GNU.sparse.realsize": str(2**40),
        }
        hole.size = 512
        archive.addfile(hole, io.BytesIO(b"1\n%d\n0\n" % 2**40 + bytes(512)))
    return shipped(folder, gzip.compress(file.getvalue()), "bytes|cannot be read")


@tried()
def a_tar_with_a_size_below_zero(folder):
    made = info("a.wav", 5)
    made.pax_headers = {"size": "-5"}
    return shipped(folder, a_tar((made, b"hello")), "|archive")


@tried()
def a_tar_that_says_a_file_is_a_folder_too(folder):
    members = [(info("a", 3), b"one"), (info("a/b.wav", len(WAV)), WAV)]
    return shipped(folder, a_tar(*members), None, {"a": b"one", "a/b.wav": WAV})


@tried()
def a_tar_in_two_streams_of_gzip(folder):
    plain = gzip.decompress(a_tar((info("a.wav", len(WAV)), WAV)))
    return shipped(folder, gzip.compress(plain[:5000]) + gzip.compress(plain[5000:]), None)


@tried(HALF)
def a_tar_whose_checksum_of_gzip_is_wrong(folder):
    data = bytearray(a_tar((info("a.wav", len(WAV)), WAV)))
    data[-8] ^= 1
    return shipped(folder, bytes(data), "discarded")


@tried(HALF)
def a_tar_bomb_of_zeros(folder):
    plain = gzip.decompress(a_tar((info("a.wav", len(WAV)), WAV)))
    head = info("b.wav", 2**33).tobuf()

    def data() -> bytes:
        file = io.BytesIO()
        with lzma.open(file, "w", preset=0) as packed:
            packed.write(plain[: 512 + len(WAV) + -len(WAV) % 512] + head)
            packed.write(bytes(2**25))
        return file.getvalue()

    return shipped(folder, data(), "times its own|expected at most")


@tried()
def zips_in_zips_in_zips(folder):
    deep = a_zip({"c.zip": a_zip({"d.zip": a_zip({"e.zip": a_zip()})})})
    with raw_server(always(answered(deep))) as server:

        def call() -> str | None:
            (folder / "made").mkdir()
            download({"address": f"{server.address}/c.zip"}, folder / "made/c.zip", folder / "made/p")
            with Source(folder / "made/c.zip") as source:
                return None if len(source.paths()) == 1 else f"{source.paths()}"

        return wrong_with(folder, call, None, NO_PROXY)


@tried()
def a_tar_called_zip_in_a_zip(folder):
    return shipped(folder, a_zip({"in.zip": a_tar((info("a.wav", len(WAV)), WAV))}), None)


@tried()
def a_seven_zip(folder):
    return shipped(folder, b"7z\xbc\xaf\x27\x1c\x00\x04" + os.urandom(2000), "neither|discarded")


@tried()
def a_zip_in_a_zip_whose_name_is_another_in_it(folder):
    return shipped(folder, a_zip({"x/in.zip": a_zip({"a.wav": WAV}), "x/a.wav": WAV[::-1]}), None, {}, 1)


@tried()
def a_zip_with_a_name_of_surrogates_and_nul(folder):
    data = a_zip({"XXXX.wav": WAV, "a.wav": WAV}).replace(b"XXXX", b"\xff\x00\xfe\x80")
    with raw_server(always(answered(data))) as server:

        def call() -> str | None:
            (folder / "made").mkdir()
            download({"address": f"{server.address}/c.zip"}, folder / "made/c.zip", folder / "made/p")
            good, bad = read_all(folder / "made/c.zip")
            [name.encode() for name in (*good, *bad)]
            return None if good.get("a.wav") == WAV and len(good) + len(bad) == 2 else f"{sorted(good)} {bad}"

        return wrong_with(folder, call, None, NO_PROXY)


@tried()
def a_thousand_archives_in_one(folder):
    inner = a_zip({"a.wav": WAV[:100]})
    files = {f"{n:04}/in.zip": inner for n in range(1000)}
    return shipped(folder, a_zip(files), None, {f"{n:04}/a.wav": WAV[:100] for n in range(1000)})
