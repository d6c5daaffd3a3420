"""Folders and archives as a source."""

import tarfile

import pytest
from support.recordings import sound, tarred, zipped

from sarangi.base.errors import SarangiError
from sarangi.sources.source import Source, find


def test_a_foreign_file_as_corpus_is_refused(tmp_path):
    (tmp_path / "corpus").write_text("neither")
    with pytest.raises(SarangiError, match="expected a folder, a zip or a tar archive"):
        Source(tmp_path / "corpus")


def test_a_corpus_is_found_as_folder_or_archive(tmp_path):
    assert find("ravdess", tmp_path) is None
    zipped(tmp_path / "ravdess.zip", [("a", b"")])
    assert find("ravdess", tmp_path) == tmp_path / "ravdess.zip"


@pytest.mark.parametrize(
    "data",
    [
        b"\x1f\x8b\x08\x00" + bytes(20),  # no gzip behind its first bytes
        tarred([("a.wav", sound())])[:-200],
        tarred([("a.wav", sound())], "w:xz")[:-400],
        tarred([("a.wav", sound())], "w:bz2")[:60],
    ],
)
def test_a_damaged_tar_of_a_corpus_is_refused_in_words(data, tmp_path):
    (tmp_path / "c.tar").write_bytes(data)
    with pytest.raises(SarangiError, match=r"c\.tar: "):
        Source(tmp_path / "c.tar")


def test_a_header_of_a_tar_that_opens_to_any_length_is_refused(tmp_path):
    entry = tarfile.TarInfo("pax")
    entry.type, entry.size = tarfile.XHDTYPE, 2**21
    data = entry.tobuf() + bytes(2**21)
    (tmp_path / "c.tar").write_bytes(data)
    with pytest.raises(SarangiError, match=r"c\.tar"):
        Source(tmp_path / "c.tar")
