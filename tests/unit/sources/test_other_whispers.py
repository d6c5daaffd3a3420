"""A Whisper of another form than the expected one: named, with what to do."""

import os

import pytest

from sarangi.base.weights_files import FASTER_WHISPER_FILES
from sarangi.sources.incomplete import POINTER
from sarangi.sources.other_whispers import beside, wrong_with


def put(folder, *names):
    for name in names:
        (folder / name).write_text("{}")


def test_a_whisper_of_another_form_is_named_with_what_to_do(tmp_path):
    checkpoint, folder = tmp_path / "small.pt", tmp_path / "small"
    assert beside(checkpoint) is None
    folder.mkdir()
    put(folder, "config.json", "model.safetensors")
    assert "it is a Whisper of Hugging Face; expected a checkpoint" in beside(checkpoint)
    assert "ct2-transformers-converter --model" in wrong_with(folder, faster=True)
    put(folder, "model.bin")
    assert "write `engine: faster-whisper`" in beside(checkpoint)
    put(folder, *FASTER_WHISPER_FILES)
    assert "no vocabulary.json; expected" in wrong_with(folder, faster=True)
    put(folder, "vocabulary.txt")
    assert wrong_with(folder, faster=True) is None
    (folder / "model.bin").write_bytes(POINTER)
    assert "model.bin is a pointer of git-lfs" in wrong_with(folder, faster=True)
    checkpoint.write_bytes(POINTER)
    assert "it is a pointer of git-lfs" in wrong_with(checkpoint, faster=False)
    assert "it is a file" in wrong_with(checkpoint, faster=True)
    checkpoint.write_bytes(b"{}")
    assert wrong_with(checkpoint, faster=False) is None


@pytest.mark.parametrize("name", ["model.bin", "vocabulary.json"])
@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to("/nowhere")])
def test_what_is_no_file_in_the_folder_of_a_whisper_is_named(make, name, tmp_path):
    put(tmp_path, *FASTER_WHISPER_FILES, "vocabulary.json")
    (tmp_path / ".cache").mkdir()
    assert wrong_with(tmp_path, faster=True) is None
    (tmp_path / name).unlink(missing_ok=True)
    make(tmp_path / name)
    assert f": {name} is a " in wrong_with(tmp_path, faster=True)
    assert f"{name} is a " in wrong_with(tmp_path / name, faster=False)
