"""What cannot be listed or read in a corpus is in its manifest, or stops it."""

import os
from pathlib import Path

import pytest
from support.manifests import listed
from support.recordings import sound, tarred

from sarangi.base.errors import SarangiError

SAD, ANGRY = "Sad/SM1_F1_S01.wav", "Angry/SM1_F1_A01.wav"


@pytest.fixture
def corpus(tmp_path):
    """A corpus with a good recording."""
    folder = tmp_path / "urdu"
    for place in ("Sad", "Angry"):
        (folder / place).mkdir(parents=True)
    (folder / SAD).write_bytes(sound())
    return folder


def rows(corpus, tmp_path):
    found = listed(corpus, tmp_path).rename(lambda name: name.split("/", 1)[1])
    assert found.loc[SAD, "status"] == "ok"
    return found.drop(index=SAD)


def linked(target):
    return lambda path: path.symlink_to(target)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (os.mkfifo, "is a named pipe and no file"),
        (Path.mkdir, "is a folder and no file"),
        (Path.touch, "the file is empty (0 bytes)"),
        (linked("/dev/zero"), "is a device and no file"),
        (linked("/proc/version"), "what the system keeps in its memory"),
        (linked("/proc/self"), "what the system keeps in its memory"),
        (linked("nowhere.wav"), "is a link to nowhere.wav, which is not there"),
        (linked("../.git/annex/objects/x"), "run `git annex get SM1_F1_A01.wav`"),
        (lambda path: path.write_text("version https://git-lfs.github.com/spec/v1\n"), "git lfs pull"),
    ],
)
def test_one_odd_entry_fails_alone_and_says_what_it_is(make, words, corpus, tmp_path):
    make(corpus / ANGRY)
    found = rows(corpus, tmp_path)
    assert list(found.index) == [ANGRY]
    assert found.loc[ANGRY, "status"] == "failed"
    assert words in found.loc[ANGRY, "reason"]


def test_recordings_in_a_linked_folder_are_in_the_manifest(corpus, tmp_path):
    (corpus / "Angry").rename(tmp_path / "elsewhere")
    (corpus / "Angry").symlink_to(tmp_path / "elsewhere")
    (corpus / ANGRY).write_bytes(sound())
    found = rows(corpus, tmp_path)
    assert list(found["status"]) == ["ok"]


def test_what_no_layout_asks_for_is_a_row_where_recordings_may_be_missing(corpus, tmp_path):
    (corpus / "Happy").symlink_to("unmounted")
    (corpus / "notes.pdf").symlink_to("nowhere.pdf")
    (corpus / "Sad/again").symlink_to("..")
    found = rows(corpus, tmp_path)
    assert found["status"].to_dict() == {"Happy": "failed", "Sad/again": "skipped", "notes.pdf": "skipped"}
    assert "unmounted, which is not there" in found.loc["Happy", "reason"]


def test_a_folder_that_cannot_be_listed_stops_the_manifest(corpus, tmp_path, monkeypatch):
    scan = os.scandir

    def refused(path):
        if Path(path).name == "Angry":
            raise PermissionError(13, "Permission denied")
        return scan(path)

    monkeypatch.setattr(os, "scandir", refused)
    with pytest.raises(SarangiError, match=r"Angry is a folder that cannot be listed \(Permission denied"):
        listed(corpus, tmp_path)


def test_a_name_that_is_no_utf_8_is_read_from_a_folder(corpus, tmp_path):
    name = os.fsencode(corpus / "Angry") + b"/\xe9.wav"
    Path(os.fsdecode(name)).write_bytes(sound())
    found = rows(corpus, tmp_path)
    assert found["sha256"].notna().to_dict() == {r"Angry/\xe9.wav": True}


def test_a_link_in_an_archive_fails_alone(tmp_path):
    (tmp_path / "c.tar").write_bytes(tarred([(SAD, sound()), (ANGRY, "2")], "w"))
    found = rows(tmp_path / "c.tar", tmp_path)
    assert found["status"].to_dict() == {ANGRY: "failed"}
    assert "a link in an archive, which is not followed" in found.loc[ANGRY, "reason"]
