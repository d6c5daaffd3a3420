"""A Whisper of another form than the expected one: named, with what to do."""

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
    assert wrong_with(folder, faster=True) is None
    (folder / "model.bin").write_bytes(POINTER)
    assert "model.bin is a pointer of git-lfs" in wrong_with(folder, faster=True)
    checkpoint.write_bytes(POINTER)
    assert "it is a pointer of git-lfs" in wrong_with(checkpoint, faster=False)
    assert "it is a file" in wrong_with(checkpoint, faster=True)
    checkpoint.write_bytes(b"{}")
    assert wrong_with(checkpoint, faster=False) is None
