"""Only a proxy leads out: it is asked, and what it refuses is told with the variable that names it."""

import hashlib
import logging
import os

import pytest
from support.raw_server import always, answered, header, raw_server

from sarangi.base.errors import SarangiError
from sarangi.sources import https
from sarangi.sources.git import fetch_commit
from sarangi.sources.https import fetch
from sarangi.sources.proxies import environment_of_git, proxy_of, without_secrets
from sarangi.sources.reachability import reachable

BODY = b"recordings"
SUM = f"sha256:{hashlib.sha256(BODY).hexdigest()}"
SECRET = "p%40ss%2Fw0rd"  # noqa: S105
HTTP, HTTPS = "http://corpus.invalid/c.zip", "https://corpus.invalid/c.zip"
NAMES = ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
WANTS = answered(b"", "Proxy-Authenticate: Basic", status="407 Proxy Authentication Required")


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    monkeypatch.setattr(https, "TRIES", 2)


def message_of(address, folder):
    with pytest.raises(SarangiError) as error:
        fetch(address, folder / "f", SUM, wait=0.001)
    return str(error.value)


@pytest.mark.parametrize("name", NAMES)
def test_a_download_goes_through_the_proxy_of_each_variable(name, tmp_path, monkeypatch):
    address = HTTPS if "https" in name.lower() else HTTP
    with raw_server(always(answered(BODY))) as proxy:
        monkeypatch.setenv(name, f"{proxy.address.replace('//', f'//user:{SECRET}@')}")
        assert proxy_of(address).variable == name
        assert proxy_of(address.replace("corpus.invalid", "127.0.0.1:1")).variable == name
        if address == HTTP:
            fetch(address, tmp_path / "f", SUM)
            assert (tmp_path / "f").read_bytes() == BODY
            assert proxy.asked[0].startswith(f"GET {HTTP} ")
        assert reachable([address]) == {address}
        asked = "CONNECT corpus.invalid:443 " if address == HTTPS else "HEAD http://corpus.invalid:80/ "
        assert proxy.asked[-1].startswith(asked)
        assert set(proxy.sent("Proxy-Authorization")) == {"Basic dXNlcjpwQHNzL3cwcmQ="}
        for bypass in ("no_proxy", "NO_PROXY"):
            monkeypatch.setenv(bypass, "elsewhere,.invalid")
            assert proxy_of(address) is None
            assert reachable([address]) == set()
            monkeypatch.delenv(bypass)


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (WANTS, "requires a name and a password"),
        (answered(b"", status="403 Forbidden"), "403"),
        (answered(b"", status="503 Busy"), "503"),
        (b"no HTTP at all\r\n\r\n", "tried 2 times"),
        (b"", "tried 2 times"),
    ],
    ids=["a password", "refuses", "busy", "no HTTP", "nothing"],
)
def test_a_proxy_that_refuses_is_told_with_its_variable_and_no_password(
    answer, words, scheme, tmp_path, monkeypatch, caplog
):
    address, name = f"{scheme}://corpus.invalid/c.zip", f"{scheme}_proxy"
    with raw_server(always(answer)) as proxy:
        monkeypatch.setenv(name, proxy.address.replace("//", f"//user:{SECRET}@"))
        said = message_of(address, tmp_path)
        found = reachable([address])
    assert words in said
    assert f"{name} (http://…@127.0.0.1:{proxy.port})" in said
    if words != "403" or scheme == "https":  # a 403 may be the server's own
        assert found == set()
    if words.startswith("wants"):
        assert f"{name} (http://…@127.0.0.1:{proxy.port})" in caplog.text
    assert "w0rd" not in said + caplog.text


@pytest.mark.parametrize(
    "value",
    ["http://user:p%40ss/w0rd@127.0.0.1:1", "user:w0rd@127.0.0.1:1", "http://u:w0rd@[::1", "http://u:w0rd@h:port",
     "http://", "socks5h://u:w0rd@127.0.0.1:1", "ftp://u:w0rd@127.0.0.1:1", "u:w0rd@", "http://u:w0@rd@127.0.0.1:1"],
)  # fmt: skip
def test_a_proxy_that_is_not_there_or_none_is_told_with_its_variable(value, tmp_path, monkeypatch, caplog):
    caplog.set_level(logging.WARNING)
    monkeypatch.setenv("https_proxy", value)
    said = message_of(HTTPS, tmp_path)
    assert reachable([HTTPS]) == set()
    assert "https_proxy" in said
    assert "https_proxy" in caplog.text
    assert "rd@" not in said + caplog.text


def test_addresses_that_are_none_are_not_reachable_and_every_kind_of_git_is_asked(tmp_path, monkeypatch):
    none = [
        "http://",
        "https://[::1",
        "https://127.0.0.1:99999/",
        "https://" + "a" * 70 + ".org",
        "ftp:",
        "ext::sh",
    ]
    assert reachable([*none, "/nowhere", "http://127.0.0.1:x/"]) == set()
    assert reachable([str(tmp_path), f"file://{tmp_path}"]) == {str(tmp_path), f"file://{tmp_path}"}
    asked = []

    class Connected:
        def close(self):
            pass

    monkeypatch.setattr(
        "sarangi.sources.reachability.socket.create_connection",
        lambda place, timeout: asked.append(place) or Connected(),
    )
    monkeypatch.setenv("all_proxy", "http://127.0.0.1:1")  # git through ssh knows no proxy
    kinds = ["git@a.org:b/c", "ssh://git@a.org/b", "ssh://a.org:2222/b", "git://a.org/b"]
    assert reachable(kinds) == set(kinds)
    assert sorted(asked) == [("a.org", 22), ("a.org", 22), ("a.org", 2222), ("a.org", 9418)]


@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"])
def test_git_goes_through_the_proxy_and_says_what_it_refuses(name, tmp_path, monkeypatch):
    with raw_server(always(WANTS)) as proxy:
        monkeypatch.setenv(name, proxy.address.replace("//", f"//user:{SECRET}@"))
        with pytest.raises(SarangiError) as error:
            fetch_commit("http://corpus.invalid/c.git", "0" * 40, tmp_path / "c.zip")
    assert proxy.asked[0].startswith("GET http://corpus.invalid/c.git/info/refs?")
    assert f"{name} (http://…@127.0.0.1:{proxy.port}) requires a name and a password" in str(error.value)
    assert "w0rd" not in str(error.value)


def test_git_is_told_proxies_and_certificates_and_nothing_else_of_the_user(tmp_path, monkeypatch):
    bundle = tmp_path / "authorities.pem"
    bundle.touch()
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "GIT_SSL_CAINFO", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/x")
    monkeypatch.setenv("HTTPS_PROXY", "http://p:1")
    monkeypatch.setenv("No_Proxy", "a.org")
    for name in ("SSL_CERT_FILE", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE"):
        monkeypatch.setenv(name, str(bundle))
        passed = environment_of_git()
        assert passed["GIT_SSL_CAINFO"] == passed[name] == str(bundle)
        monkeypatch.delenv(name)
    assert passed["https_proxy"] == passed["HTTPS_PROXY"] == "http://p:1"
    assert passed["no_proxy"] == "a.org"
    assert "GIT_CONFIG_GLOBAL" not in passed
    monkeypatch.setenv("GIT_SSL_CAINFO", str(tmp_path / "nowhere"))
    with pytest.raises(SarangiError, match="GIT_SSL_CAINFO: there are no certificates at"):
        environment_of_git()


def test_the_token_of_a_host_goes_to_no_proxy_and_no_name_of_netrc_to_another_host(tmp_path, monkeypatch):
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    (tmp_path / "netrc").write_text("machine localhost login me password n3trc\n")
    with raw_server(always(answered(BODY))) as other:
        moved = f"HTTP/1.1 302 F\r\nLocation: {other.address}/f\r\nContent-Length: 0\r\n\r\n".encode()
        with raw_server(always(moved)) as first:
            fetch(f"http://localhost:{first.port}/f", tmp_path / "f", SUM)
    assert header(first.asked[0], "Authorization")
    assert other.sent("Authorization") == [None]


def test_no_secret_of_an_address_is_shown():
    for text in (
        "https://user:w0rd@a.org/b failed", "//tok3n-w0rd@a.org", "https://a.org/b?X-Signature=w0rd&c=d no",
        "http://u:p/w0rd@a.org", "http://u:p@w0rd@a.org", "'https://w0rd@a.org' and 'http://w0rd@b.org'",
    ):  # fmt: skip
        assert "w0rd" not in without_secrets(text)
    assert without_secrets("https://a.org/b@c") != ""
    assert without_secrets("plain a@b.org") == "plain a@b.org"


@pytest.mark.parametrize("password", ["it's-w0rd", 'a"w0rd', "a w0rd", "p@s/w0rd", "w0rd%27", "both'\"w0rd"])
def test_a_password_of_any_letters_stands_in_no_message(password, tmp_path, monkeypatch):
    with raw_server(always(WANTS)) as server:
        for port in (server.port, 1):
            monkeypatch.setenv("http_proxy", f"http://me:{password}@127.0.0.1:{port}")
            text = message_of(HTTP, tmp_path)
            assert "http_proxy (http://…@127.0.0.1" in text
            assert "w0rd" not in text
