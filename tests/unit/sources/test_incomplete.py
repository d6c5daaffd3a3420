"""An encoder that somebody put here and that is none: named by what lies there, with what to do."""

import os
import re

import pytest

from sarangi.base.weights_files import ENCODER_FILES
from sarangi.sources.incomplete import POINTER, instead_of_encoder, is_pointer, wrong_with_encoder

SPEECH, TEXT = ENCODER_FILES["speech"], ENCODER_FILES["text"]
SETTINGS = SPEECH[:2]
INSTEAD = {
    "pickled": ([*SETTINGS, "pytorch_model.bin"], r"in pytorch_model\.bin: convert them with `python -c"),
    "shards": ([*SETTINGS, "model.safetensors.index.json", "model-00001-of-00002.safetensors"], "join them"),
    "renamed": ([*SETTINGS, "wav2vec.safetensors"], "rename it to model.safetensors"),
    "flax": ([*SETTINGS, "flax_model.msgpack"], r"flax_model\.msgpack is weights of Flax: get"),
    "tensorflow": ([*SETTINGS, "tf_model.h5"], "weights of TensorFlow"),
    "graph": ([*SETTINGS, "model.onnx"], "a graph of ONNX"),
    "ctranslate": (["config.json", "model.bin", "vocabulary.json"], r"model\.bin is weights of another form"),
    "fairseq": (["wav2vec_small.pt"], "a checkpoint of another program"),
    "adapter": (["adapter_config.json", "adapter_model.safetensors"], "an adapter alone.*merge the two"),
    "adapter with settings": ([*SETTINGS, "adapter_config.json", "adapter_model.safetensors"], "an adapter"),
    "too deep": ([f"xlsr/{name}" for name in SPEECH], "deeper, in .*xlsr: move them up into"),
    "cache of the hub": ([f"snapshots/0abc/{name}" for name in SPEECH], "deeper, in .*snapshots/0abc"),
    "no preprocessor": (["config.json", "model.safetensors"], r"get preprocessor_config\.json from where"),
    "empty": ([], "expected a folder with config.json, preprocessor_config.json, model.safetensors"),
}


def put(folder, names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("{}")


@pytest.mark.parametrize("name", INSTEAD)
def test_what_lies_in_the_place_of_an_encoder_is_named_with_what_to_do(name, tmp_path):
    names, said = INSTEAD[name]
    put(tmp_path, names)
    assert re.search(f"^{re.escape(str(tmp_path))}: no .*{said}", wrong_with_encoder(tmp_path, SPEECH))


def test_a_whole_folder_is_right_and_a_pointer_of_git_lfs_or_an_old_tokeniser_is_not(tmp_path):
    put(tmp_path, [*TEXT, "pytorch_model.bin", "deeper/config.json"])
    assert wrong_with_encoder(tmp_path, TEXT) is None
    (tmp_path / "model.safetensors").write_bytes(POINTER + b"v1\noid sha256:0\nsize 9\n")
    assert "model.safetensors is a pointer of git-lfs" in wrong_with_encoder(tmp_path, TEXT)
    (tmp_path / "tokenizer.json").rename(tmp_path / "vocab.json")
    (tmp_path / "model.safetensors").write_bytes(b"whole")
    said = instead_of_encoder(tmp_path, TEXT)
    assert said.startswith("its tokeniser is in vocab.json: make tokenizer.json with `python -c")
    file = tmp_path / "config.json"
    assert wrong_with_encoder(file, TEXT).endswith("; it is a file")
    assert wrong_with_encoder(tmp_path / "none", TEXT).endswith("; there is none")


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (os.mkfifo, "a pipe or a device; put"),
        (os.mkdir, "a folder"),
        (lambda path: path.symlink_to("/nowhere"), "a link to no file"),
        (lambda path: path.symlink_to("/dev/zero"), "a link to no file"),
    ],
)
def test_what_is_no_file_is_neither_read_nor_called_missing(make, said, tmp_path):
    put(tmp_path, SETTINGS)
    make(tmp_path / "model.safetensors")
    assert not is_pointer(tmp_path / "model.safetensors")
    assert f"model.safetensors is {said}" in wrong_with_encoder(tmp_path, SPEECH)
