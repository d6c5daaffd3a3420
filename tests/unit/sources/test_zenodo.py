"""Descriptions of records that are deep, odd or hostile: a message that says what, and nothing kept."""

import hashlib
import json
import re

import pytest
from support.publisher import publisher, quick, study  # noqa: F401  (fixtures)

from sarangi.base.errors import SarangiError
from sarangi.sources import checksums, https, zenodo


def entry(publisher, name="a.wav", data=b"a", **changes):
    number = len(publisher.files)
    publisher.files[f"/f/{number}"] = data
    return {
        "key": name,
        "size": len(data),
        "checksum": f"md5:{hashlib.md5(data).hexdigest()}",  # noqa: S324  (Zenodo's choice)
        "links": {"self": f"{publisher.address}/f/{number}"},
    } | changes


@pytest.fixture
def record(publisher, study, monkeypatch):
    """Publish the text of a record, and fetch it."""
    monkeypatch.setattr(zenodo, "ZENODO", f"{publisher.address}/records")
    monkeypatch.setattr(https, "TRIES", 1)

    def fetched(text):
        publisher.files["/records/7"] = text if isinstance(text, bytes) else json.dumps(text).encode()
        return study({"zenodo": "7"})

    return fetched


DOCUMENTS = {
    "deep": b"[" * 200_000,
    "deep in a field": b'{"files": ' + b'{"a":' * 100_000,
    "not a number": b'{"files": [{"size": NaN}]}',
    "no JSON": b"<html></html>",
    "nothing": b"",
    "null": b"null",
    "a list": b"[]",
    "a number": b"1" * 10_000,
    "no UTF-8": b'{"files": ["\xff\xfe"]}',
    "files are a mapping": b'{"files": {"a": {}}}',
    "files are null": b'{"files": null}',
    "files are text": b'{"files": "abc"}',
    "no file": b'{"files": []}',
    "files twice": b'{"files": [], "files": [{}]}',
    "a file is text": b'{"files": ["abc"]}',
    "a file is null": b'{"files": [null]}',
    "a file is a list": b'{"files": [["key"]]}',
}


@pytest.mark.parametrize("what", DOCUMENTS)
def test_a_description_that_is_none_ends_in_a_message(what, record, tmp_path):
    with pytest.raises(SarangiError, match=r"/records/7: expected a record with open files") as error:
        record(DOCUMENTS[what])
    assert len(str(error.value)) < 1100
    assert list((tmp_path / "made").iterdir()) == []


WRONG = (None, True, 5, 1.5, -1, "12", [], {}, float("nan"), float("inf"), 10**400, "x" * 10**5)


@pytest.mark.parametrize("field", ["key", "size", "checksum", "links", "self"])
def test_each_field_that_is_read_has_its_type(field, record, publisher, tmp_path):
    for value in WRONG:
        good = (isinstance(value, str) and field == "key" and len(value) < 10) or value is WRONG[2]
        if good and field in ("key", "size"):
            continue
        odd = {"links": {"self": value}} if field == "self" else {field: value}
        with pytest.raises(SarangiError, match=r"/records/7: expected a record"):
            record({"files": [entry(publisher) | odd]})
        assert list((tmp_path / "made").iterdir()) == []


NAMES = [
    "../a", "/etc/a", "..\\a", "C:\\a", "C:a", "a\0b", "a\nb", "\x1b[31ma", "a\u202eb", "", ".", "..", "a/b",
    ".hidden", "x" * 201, "\ud800",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_is_no_plain_one_is_refused(name, record, publisher, tmp_path):
    with pytest.raises(SarangiError, match=r"/records/7: (expected a record|the name)") as error:
        record({"files": [entry(publisher, name)]})
    assert str(error.value).isprintable()
    assert list((tmp_path / "made").iterdir()) == []


def test_two_files_of_one_name_or_one_address_are_refused(record, publisher, tmp_path):
    for pair in (
        [entry(publisher), entry(publisher, data=b"b")],
        [entry(publisher, "a\\b") | {"key": "b.wav"}, entry(publisher, "b.wav")],
        [
            entry(publisher, "x", links={"self": "http://a.b/c"}),
            entry(publisher, "y", links={"self": "http://a.b/c"}),
        ],
    ):
        with pytest.raises(SarangiError, match=r"2 files of one (name|address)"):
            record({"files": pair})
        assert list((tmp_path / "made").iterdir()) == []


@pytest.mark.parametrize(
    "link", ["file:///etc/passwd", "ftp://a.org/b", "data:,a", "/relative", "javascript:1", ""]
)
def test_a_link_of_another_scheme_is_refused(link, record, publisher):
    with pytest.raises(SarangiError, match=r"/records/7: expected a record"):
        record({"files": [entry(publisher, links={"self": link})]})


def test_names_that_differ_by_case_only_and_files_without_a_byte_all_come(record, publisher):
    names = ["a.wav", "A.wav", "Ä.wav", "empty.txt", "x" * 200]
    files = [entry(publisher, name, b"" if name == "empty.txt" else name.encode()) for name in names]
    found = record({"files": files, "other": {"a": [1]}})
    assert found == [(name, b"" if name == "empty.txt" else name.encode()) for name in names]


def test_a_file_larger_than_its_record_says_stops_there(record, publisher, tmp_path):
    listed = entry(publisher, data=bytes(10**6), size=1000)
    with pytest.raises(SarangiError, match=re.escape("found 1000000 bytes, expected 1000 bytes")):
        record({"files": [listed]})
    assert list((tmp_path / "made").rglob("*.wav*")) == []


def test_a_link_that_is_signed_stands_in_no_log_no_message_and_no_file(record, publisher, caplog):
    link = f"{publisher.address}/signed.wav?sig=w0rd"
    publisher.files["/signed.wav?sig=w0rd"] = b"sound"
    files = {"files": [entry(publisher, "signed.wav", b"sound", links={"self": link})]}
    with caplog.at_level("INFO", logger="sarangi"):
        assert record(files) == [("signed.wav", b"sound")]
        lock = checksums.CHECKSUMS.read_text()
        assert "/records/7#signed.wav" in lock
        checksums.CHECKSUMS.write_text(lock.replace('"size": 5', '"size": 6'))
        with pytest.raises(SarangiError, match="recorded on first use") as error:
            record(files)
    assert "w0rd" not in lock + caplog.text + str(error.value)
