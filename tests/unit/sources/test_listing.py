"""What lies below a folder: everything is listed, and what cannot be read says what it is."""

import errno
import os
import socket
from pathlib import Path

import pytest

from sarangi.sources import listing
from sarangi.sources.listing import FILE, FOLDER, LOOP, NO_FILE, NOT_LISTED, listed_below, read_regular


def lies(folder):
    return {entry.path: entry for entry in listed_below(folder)}


def kinds(folder):
    return {entry.path: entry.kind for entry in listed_below(folder)}


def test_links_to_files_and_folders_are_followed(tmp_path):
    (tmp_path / "store/03").mkdir(parents=True)
    (tmp_path / "store/03/a.wav").write_bytes(b"a")
    (tmp_path / "c").mkdir()
    (tmp_path / "c/Actor_03").symlink_to(tmp_path / "store/03")
    (tmp_path / "c/b.wav").symlink_to("../store/03/a.wav")
    (tmp_path / "linked").symlink_to("c")
    found = {"Actor_03": FOLDER, "b.wav": FILE, "Actor_03/a.wav": FILE}
    assert kinds(tmp_path / "c") == kinds(tmp_path / "linked") == found


@pytest.mark.parametrize("target", ["..", ".", "../..", "/", "../../.."])
def test_a_link_to_a_folder_around_it_is_not_followed(target, tmp_path):
    folder = tmp_path / "c/Actor_01"
    folder.mkdir(parents=True)
    (folder / "a.wav").touch()
    (folder / "again").symlink_to(target)
    found = lies(tmp_path / "c")
    assert (found.pop("Actor_01/again").kind, list(found)) == (LOOP, ["Actor_01", "Actor_01/a.wav"])


def test_folders_that_link_to_each_other_end(tmp_path):
    for number in range(30):
        (tmp_path / f"c/{number}").mkdir(parents=True)
        (tmp_path / f"c/{number}/a.wav").touch()
        for name in ("x", "y"):  # 2 to the power of 30 paths
            (tmp_path / f"c/{number}/{name}").symlink_to(f"../{(number + 1) % 30}")
    found = kinds(tmp_path / "c")
    assert sum(kind == FILE for kind in found.values()) <= 30 * (listing.MOST_TIMES + 1)
    assert all(f"{number}/a.wav" in found for number in range(30))


def test_what_is_no_file_is_listed_with_what_it_is_and_not_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe.wav")
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(tmp_path / "socket.wav"))
    (tmp_path / "zero.wav").symlink_to("/dev/zero")
    (tmp_path / "self.wav").symlink_to("self.wav")
    (tmp_path / "gone.wav").symlink_to("nowhere/gone.wav")
    (tmp_path / "away.wav").symlink_to("/nowhere/of/mine/gone.wav")
    (tmp_path / "annex.wav").symlink_to("../.git/annex/objects/a/b/c/c.wav")
    (tmp_path / "dvc.wav").symlink_to("/cache/files/md5/ab/cdef")
    (tmp_path / "noted.wav.dvc").write_text("outs:\n- md5: 0\n  path: noted.wav\n")
    (tmp_path / ".cloud.wav.icloud").touch()
    (tmp_path / "folder.wav").mkdir()
    found = lies(tmp_path)
    assert found.pop("folder.wav").kind == FOLDER
    assert found.pop("noted.wav.dvc").kind == FILE
    said = {
        "pipe.wav": "a named pipe", "socket.wav": "a socket", "zero.wav": "a device",
        "self.wav": "cannot be looked at (Too many levels of symbolic links)",
        "gone.wav": "a link to nowhere/gone.wav, which is not there",
        "away.wav": "a link to …/mine/gone.wav",
        "annex.wav": "`git annex get annex.wav`", "dvc.wav": "`dvc pull dvc.wav`",
        "noted.wav": "`dvc pull noted.wav.dvc`", "cloud.wav": "in iCloud only",
    }  # fmt: skip
    assert set(found) == set(said)
    for name, words in said.items():
        assert found[name].kind == NO_FILE
        assert words in found[name].problem


@pytest.mark.parametrize("code", [errno.EACCES, errno.EIO, errno.ESTALE])
def test_a_folder_that_cannot_be_listed_is_named(code, tmp_path, monkeypatch):
    (tmp_path / "a").mkdir()
    (tmp_path / "b.wav").touch()
    scan = os.scandir

    def refused(path):
        if Path(path).name == "a":
            raise OSError(code, os.strerror(code))
        return scan(path)

    monkeypatch.setattr(os, "scandir", refused)
    found = [entry for entry in listed_below(tmp_path) if entry.kind != FOLDER]
    assert [(entry.path, entry.kind) for entry in found] == [("b.wav", FILE), ("a", NOT_LISTED)]
    assert os.strerror(code) in found[1].problem


def test_a_folder_whose_path_is_too_long_is_named(tmp_path):
    place = os.open(tmp_path, os.O_RDONLY)
    for _ in range(20):
        os.mkdir("x" * 250, dir_fd=place)
        deeper = os.open("x" * 250, os.O_RDONLY, dir_fd=place)
        os.close(place)
        place = deeper
    os.close(place)
    *_, last = listed_below(tmp_path)
    assert (last.kind, "File name too long" in last.problem) == (NOT_LISTED, True)


@pytest.mark.parametrize(
    ("data", "command"),
    [
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n", "git lfs pull"),
        (b"/annex/objects/SHA256E-s1--00.wav\n", "git annex get"),
    ],
)
def test_a_pointer_says_how_to_get_its_file(data, command, tmp_path):
    (tmp_path / "a.wav").write_bytes(data)
    with pytest.raises(ValueError, match=command):
        read_regular(tmp_path / "a.wav", 2**20)


def test_what_is_no_regular_file_is_not_read(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path, words in (
        (tmp_path / "pipe", "a named pipe"),
        ("/dev/zero", "a device"),
        (tmp_path, "a folder"),
    ):
        with pytest.raises(ValueError, match=words):
            read_regular(path, 2**20)
