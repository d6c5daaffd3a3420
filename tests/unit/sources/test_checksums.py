"""Checksums: recorded on first use, and enforced after."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.publisher import locked, publisher, quick, study  # noqa: F401  (fixtures)
from support.recordings import tarred, zipped

from sarangi.base.errors import SarangiError
from sarangi.sources import checksums


def test_an_unknown_checksum_is_recorded_on_first_use_and_enforced_after(publisher, study, tmp_path):
    first = zipped(tmp_path / "first", [("a.wav", b"first")]).read_bytes()
    source = {"address": f"{publisher.address}/c.zip"}
    publisher.files["/c.zip"] = first
    assert study(source) == [("a.wav", b"first")]
    entry = {"checksum": f"sha256:{hashlib.sha256(first).hexdigest()}", "size": len(first)}
    assert locked() == {source["address"]: entry}
    before = checksums.CHECKSUMS.read_bytes()
    assert study(source) == [("a.wav", b"first")]
    publisher.files["/c.zip"] = zipped(tmp_path / "second", [("a.wav", b"second")]).read_bytes()
    with pytest.raises(SarangiError) as error:
        study(source)
    found = hashlib.sha256(publisher.files["/c.zip"]).hexdigest()
    for said in (source["address"], found, entry["checksum"], "checksums.yaml", "delete the line"):
        assert said in str(error.value)
    assert list((tmp_path / "made").iterdir()) == []
    assert checksums.CHECKSUMS.read_bytes() == before
    checksums.CHECKSUMS.write_text("")
    assert study(source) == [("a.wav", b"second")]


def test_a_stated_checksum_leaves_no_record_and_a_stated_size_is_held_to(publisher, study, tmp_path):
    data = publisher.files["/c.zip"] = zipped(tmp_path / "c", [("a.wav", b"a")]).read_bytes()
    source = {"address": f"{publisher.address}/c.zip", "size": len(data)}
    study(source | {"checksum": f"sha256:{hashlib.sha256(data).hexdigest()}"})
    assert not checksums.CHECKSUMS.exists()
    with pytest.raises(SarangiError, match=rf"found {len(data)} bytes, expected {len(data) - 1} bytes"):
        study(source | {"size": len(data) - 1})
    assert not checksums.CHECKSUMS.exists()
    study(source)
    assert locked()[source["address"]]["size"] == len(data)


def test_what_is_no_good_archive_is_neither_kept_nor_recorded(publisher, study, tmp_path):
    whole = tarred([("a.wav", os.urandom(50_000))])
    source = {"address": f"{publisher.address}/c.tar.gz"}
    for bad in (b"no archive", whole[:-9], tarred([("../a.wav", b"a")])):
        publisher.files["/c.tar.gz"] = bad
        with pytest.raises(SarangiError, match=rf"{source['address']}: the download was discarded: "):
            study(source)
        assert not (tmp_path / "made/c.zip.part").exists()
        assert not checksums.CHECKSUMS.exists()
        (tmp_path / "made/c.zip").unlink(missing_ok=True)  # a job writes to a temporary file
    publisher.files["/c.tar.gz"] = whole
    assert len(study(source)) == 1


RECORD_TWENTY = """
import sys
from sarangi.sources import checksums
first = int(sys.argv[1])
for number in range(first, first + 20):
    checksums.record(f"http://127.0.0.1/{number}", "sha256:0", number)
"""


def test_downloads_at_once_lose_no_checksum_and_the_file_is_sorted_one_line_each(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    # programs of their own: a fork of a process that has threads may never end
    commands = [[sys.executable, "-c", RECORD_TWENTY, str(100 + 20 * n)] for n in range(4)]
    running = [subprocess.Popen(command) for command in commands]
    try:
        assert [process.wait(timeout=120) for process in running] == [0] * 4
    finally:
        for process in running:
            process.kill()
            process.wait()
    assert len(locked()) == 80
    lines = checksums.CHECKSUMS.read_text().splitlines()
    assert lines == sorted(lines)
    assert len(lines) == 80
    assert lines[0] == '"http://127.0.0.1/100": {"checksum": "sha256:0", "size": 100}'
    assert not list(tmp_path.glob(".checksums*"))


@pytest.mark.parametrize("text", ["<<<<<<< ours\na: b", "- 1", "a: sha256:0", '"a": {"size": 1}', ": :"])
def test_a_damaged_file_of_checksums_is_told_and_not_written_over(text, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    checksums.CHECKSUMS.write_text(text)
    with pytest.raises(SarangiError, match=r"checksums\.yaml: expected a line"):
        checksums.record("http://127.0.0.1/f", "sha256:0", 1)
    assert checksums.CHECKSUMS.read_text() == text


@pytest.mark.parametrize(
    "text", ["a: 1", "[]", "a: {checksum: 1, size: 2}", "a: {checksum: b, size: c}", "a: [checksum, size]"]
)
def test_checksums_of_another_kind_are_refused_by_address(text, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("checksums.yaml").write_text(text)
    with pytest.raises(SarangiError, match=r"checksums\.yaml: expected a line"):
        checksums.enforce("a", "b", 1)
