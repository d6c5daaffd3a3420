"""Weights: unpacked, drawn at random, and refused where they could do harm."""

import argparse
import os
import re
import zipfile

import numpy as np
import pytest
import torch
import whisper
from safetensors.torch import load_file, save_file
from support.small_training import (
    FILES,
    SHAPE,
    encoder,  # noqa: F401  (fixtures)
)

from sarangi.base.errors import SarangiError
from sarangi.sources.checkpoints import as_safetensors, checkpoint_in
from sarangi.sources.small_weights import pack_whisper, random_encoder, random_whisper, unpacked_whisper


def test_random_weights_are_the_same_each_time(encoder, tmp_path):
    random_encoder(SHAPE, {name: tmp_path / name for name in FILES})
    for name in FILES:
        assert (tmp_path / name).read_bytes() == (encoder / name).read_bytes()
    for name in ("one.pt", "another name.pt"):
        random_whisper({"width": 8, "layers": 1, "heads": 2, "seed": 1}, tmp_path / name)
    assert (tmp_path / "one.pt").read_bytes() == (tmp_path / "another name.pt").read_bytes()


def test_openai_states_checksums_where_we_look_for_them():
    for address in whisper._MODELS.values():
        assert len(address.split("/")[-2]) == 64
        int(address.split("/")[-2], 16)


def test_a_tensor_of_stride_zero_is_no_way_to_any_size(tmp_path):
    torch.save({"a": torch.ones(1).expand(2**30)}, tmp_path / "pytorch_model.bin")
    with pytest.raises(SarangiError, match=r"pytorch_model\.bin: its tensors have 4294967296 bytes"):
        as_safetensors(tmp_path / "pytorch_model.bin", tmp_path / "out.safetensors")


def test_a_checkpoint_of_torch_that_is_packed_is_no_bomb(tmp_path):
    with zipfile.ZipFile(tmp_path / "pytorch_model.bin", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", bytes(2**20))
    with pytest.raises(SarangiError, match="compressed or larger than the file"):
        as_safetensors(tmp_path / "pytorch_model.bin", tmp_path / "out.safetensors")


TOKENS = [50258, 50257, 400, 7]  # in no order: the rows are known by their tokens
OTHERS = 51865 - len(TOKENS)


@pytest.fixture(scope="module")
def small():
    """A Whisper of the vocabulary of TOKENS and one row for the others, half precise already."""
    torch.manual_seed(0)
    model = whisper.model.Whisper(whisper.ModelDimensions(80, 1500, 16, 2, 1, len(TOKENS) + 1, 9, 16, 2, 1))
    for value in model.parameters():
        torch.nn.init.normal_(value, std=0.3)
        value.data = value.data.half().float()
    return model.eval()


def test_the_unpacked_whisper_is_as_certain_of_each_token_as_the_packed_one(small, tmp_path):
    pack_whisper(small, TOKENS, tmp_path / "packed.safetensors")
    unpacked_whisper(tmp_path / "packed.safetensors", tmp_path / "whole.pt")
    whole = whisper.load_model(str(tmp_path / "whole.pt"), device="cpu")
    mel = torch.randn(1, 80, 3000)
    with torch.no_grad():
        of_whole = whole(mel, torch.tensor([[*TOKENS, 123]]))
        of_small = small(mel, torch.tensor([[0, 1, 2, 3, 4]]))
    assert torch.allclose(of_whole[..., TOKENS], of_small[..., :-1], atol=1e-4)
    assert torch.allclose(of_whole[..., 123], of_small[..., -1], atol=1e-4)
    # the probability of a token too: the row that all others share counts as often as it is there
    of_small[..., -1] += np.log(OTHERS)
    assert torch.allclose(of_whole.softmax(-1)[..., TOKENS], of_small.softmax(-1)[..., :-1], atol=1e-5)


def test_packing_and_unpacking_give_the_same_bytes_each_time(small, tmp_path):
    for name in ("one", "another"):
        pack_whisper(small, TOKENS, tmp_path / f"{name}.safetensors")
        unpacked_whisper(tmp_path / f"{name}.safetensors", tmp_path / f"{name}.pt")
    for suffix in ("safetensors", "pt"):
        assert (tmp_path / f"one.{suffix}").read_bytes() == (tmp_path / f"another.{suffix}").read_bytes()


@pytest.mark.parametrize(
    "fault", ["missing", "cut short", "text", "other tensors", "a tensor missing", "a token"]
)
def test_a_file_that_is_no_packed_whisper_says_so(fault, small, tmp_path):
    path = tmp_path / "broken.safetensors"
    pack_whisper(small, TOKENS, path)
    shape = {"sarangi_whisper": '{"heads": 2, "layers": 1, "width": 16}'}
    tensors = load_file(path)
    if fault == "missing":
        path.unlink()
    elif fault == "cut short":
        path.write_bytes(path.read_bytes()[:-100])
    elif fault == "text":
        path.write_text("These are no weights.")
    elif fault == "other tensors":
        save_file({"weight": torch.zeros(3)}, path)
    elif fault == "a tensor missing":
        del tensors["encoder.conv1.weight"]
        save_file(tensors, path, shape)
    else:
        save_file(tensors | {"tokens": torch.tensor([1, 2, 3, 60_000])}, path, shape)
    with pytest.raises(SarangiError, match=r"broken.safetensors: .*expected the safetensors file"):
        unpacked_whisper(path, tmp_path / "whole.pt")
    assert not (tmp_path / "whole.pt").exists()


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (lambda: {}, "expected named tensors, found nothing"),
        (lambda: {"a": torch.eye(3).to_sparse()}, "a is sparse"),
        (lambda: {"a": torch.ones(3, dtype=torch.complex64)}, "a is complex"),
        (lambda: {"a": torch.empty(3, device="meta")}, "a is without numbers"),
        (lambda: {"a": torch.quantize_per_tensor(torch.ones(3), 0.1, 0, torch.qint8)}, "a is quantised"),
    ],
)
def test_tensors_that_are_no_plain_numbers_are_refused(found, said, tmp_path):
    torch.save(found(), tmp_path / "pytorch_model.bin")
    with pytest.raises(SarangiError, match=rf"pytorch_model\.bin: .*{said}"):
        as_safetensors(tmp_path / "pytorch_model.bin", tmp_path / "out.safetensors")
    assert not (tmp_path / "out.safetensors").exists()


def test_a_checkpoint_that_is_no_file_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "w.pt")
    with pytest.raises(SarangiError, match=r"w\.pt: .*not a regular file"):
        checkpoint_in(tmp_path / "w.pt")


class Runs:
    """Pickled, it is a call of a function."""

    def __reduce__(self):
        return (os.system, ("true",))


@pytest.mark.parametrize("holds", [Runs(), argparse.Namespace(lr=1)])
def test_a_pickle_that_names_code_is_refused_without_advice_to_run_it(holds, tmp_path, capfd):
    torch.save({"a": holds}, tmp_path / "w.pt")
    with pytest.raises(SarangiError, match=r"w\.pt: .*it names \S+, which is not a tensor") as error:
        checkpoint_in(tmp_path / "w.pt")
    assert not re.search(r"weights_only|safe_globals|trust|\x1b", f"{error.value}{capfd.readouterr()}")
