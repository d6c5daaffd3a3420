"""Folders and archives as a source."""

import os
import tarfile
import zipfile
from pathlib import Path

import pytest
from support.recordings import sound, tarred, zipped

from sarangi.base.errors import SarangiError
from sarangi.sources import source as source_module
from sarangi.sources.source import Source, find


def test_a_foreign_file_as_corpus_is_refused(tmp_path):
    (tmp_path / "corpus").write_text("neither")
    with pytest.raises(SarangiError, match="expected a folder, a zip or a tar archive"):
        Source(tmp_path / "corpus")


def test_a_corpus_is_found_as_folder_or_archive(tmp_path):
    assert find("ravdess", tmp_path) is None
    zipped(tmp_path / "ravdess.zip", [("a", b"")])
    assert find("ravdess", tmp_path) == tmp_path / "ravdess.zip"


@pytest.mark.parametrize("name", ["RAVDESS", "Ravdess.zip", "ravdess.ZIP", "RAVDESS.Tar.GZ", "ravdess.txz"])
def test_a_corpus_is_found_whatever_the_case_of_its_name(name, tmp_path):
    (tmp_path / name).touch()
    assert find("ravdess", tmp_path) == tmp_path / name


def test_what_lies_in_the_place_of_a_corpus_and_cannot_be_one_is_named(tmp_path):
    with pytest.raises(SarangiError, match=r"cannot be listed \(Not a directory\)"):
        find("ravdess", Path("/dev/null"))
    (tmp_path / "ravdess.zip.dvc").touch()
    with pytest.raises(SarangiError, match=r"run `dvc pull ravdess\.zip\.dvc` there"):
        find("ravdess", tmp_path)
    (tmp_path / "ravdess").symlink_to("unmounted")
    with pytest.raises(SarangiError, match="is a link to unmounted, which is not there"):
        find("ravdess", tmp_path)
    (tmp_path / "ravdess").unlink()
    os.mkfifo(tmp_path / "ravdess")
    with pytest.raises(SarangiError, match="is a named pipe and no file"):
        find("ravdess", tmp_path)
    (tmp_path / "Ravdess").mkdir()
    with pytest.raises(SarangiError, match="has Ravdess and ravdess, whose names differ only by case"):
        find("ravdess", tmp_path)


@pytest.mark.parametrize("link", ["zip", "tar"])
def test_links_pipes_and_names_that_lead_out_of_an_archive_are_listed_and_not_read(link, tmp_path):
    path, kinds = tmp_path / "c", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE]
    if link == "tar":
        names = ["link.wav", "hard.wav", "pipe.wav"]
        odd = [(name, kind.decode()) for name, kind in zip(names, kinds, strict=True)]
        path.write_bytes(tarred([("a.wav", b"a"), *odd, ("../b.wav", b"b")], "w"))
    else:
        entry = zipfile.ZipInfo("link.wav")
        entry.external_attr = 0o120777 << 16
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("a.wav", b"a")
            archive.writestr("../b.wav", b"b")
            archive.writestr(entry, "/etc/passwd")
    with Source(path) as source:
        assert source.read("a.wav") == b"a"
        odd = [name for name in source.paths(".wav") if name != "a.wav"]
        assert sorted(source.problems) == odd
        for name in odd:
            with pytest.raises(SarangiError, match=f"{name} is a .* archive"):
                source.read(name)


@pytest.mark.parametrize("path", ["../secret.wav", "/etc/passwd", "a/../../secret.wav", ".hidden.wav"])
def test_only_what_is_listed_is_read(path, tmp_path):
    (tmp_path / "c").mkdir()
    for name in ("secret.wav", "c/.hidden.wav"):
        (tmp_path / name).write_bytes(b"secret")
    with Source(tmp_path / "c") as source, pytest.raises(SarangiError, match="there is no file"):
        source.read(path)


@pytest.mark.parametrize(("second", "same"), [(b"a", True), (b"b", False)])
def test_a_member_that_is_there_twice_is_read_if_both_are_the_same(second, same, tmp_path):
    with Source(zipped(tmp_path / "c.zip", [("a.wav", b"a"), ("a.wav", second)])) as source:
        if same:
            assert source.read("a.wav") == b"a"
        else:
            with pytest.raises(SarangiError, match="2 times, and these differ"):
                source.read("a.wav")


def test_an_archive_that_may_not_be_read_says_so(tmp_path, monkeypatch):
    def refused(path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(source_module, "is_tar", refused)
    (tmp_path / "c.tar").touch()
    with pytest.raises(SarangiError, match=r"c\.tar cannot be read \(Permission denied; give yourself"):
        Source(tmp_path / "c.tar")


def test_an_archive_that_is_a_pointer_says_how_to_get_it(tmp_path):
    (tmp_path / "c.zip").write_bytes(b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n")
    with pytest.raises(SarangiError, match="git lfs pull"):
        Source(tmp_path / "c.zip")


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


@pytest.mark.parametrize("name", ["./a/1.wav", "a//1.wav", "./a/./1.wav", "a\\1.wav"])
def test_a_path_in_an_archive_has_the_form_that_it_has_in_a_folder(name, tmp_path):
    zipped(tmp_path / "c.zip", [(zipfile.ZipInfo(name), b"1")])
    (tmp_path / "c.tar").write_bytes(tarred([(name, b"1")], "w"))
    for path in (tmp_path / "c.zip", tmp_path / "c.tar"):
        with Source(path) as source:
            assert (source.paths(), source.problems) == (["a/1.wav"], {})
            assert source.read("a/1.wav") == b"1"


@pytest.mark.parametrize("name", ["ravdess.7z", "RAVDESS.rar", "ravdess.tar.zst", "ravdess.zip.001"])
def test_a_corpus_that_is_packed_in_another_way_is_named(name, tmp_path):
    (tmp_path / name).write_bytes(b"7z")
    with pytest.raises(SarangiError, match=f"{name} is packed in a way that is not read; unpack it"):
        find("ravdess", tmp_path)
    (tmp_path / "ravdess").mkdir()
    assert find("ravdess", tmp_path) == tmp_path / "ravdess"
