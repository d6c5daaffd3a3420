"""Where networks run, on machines whose GPUs are only said to be there: no test ran on a Mac."""

from types import SimpleNamespace

import pytest
import torch
from torch import nn

from sarangi.base.device_names import FORCED
from sarangi.base.errors import SarangiError
from sarangi.models import trainer
from sarangi.models.micro_batches import TrainedOn
from sarangi.models.trainer import advice_on_memory, trainer_of
from sarangi.runtime import devices
from sarangi.transcripts.ctranslate2_whisper import FasterWhisper

RECIPE = {
    "batch": 2,
    "accumulate": 1,
    "learning_rate": 0.01,
    "weight_decay": 0.0,
    "warmup": 0.1,
    "max_epochs": 1,
    "patience": 1,
}


@pytest.fixture
def machine(monkeypatch):
    """Say which GPUs a machine has."""
    monkeypatch.delenv(FORCED, raising=False)

    def has(*names):
        monkeypatch.setattr(torch.cuda, "is_available", lambda: "cuda" in names)
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda: "mps" in names)

    return has


@pytest.mark.parametrize(
    ("there", "expected"),
    [((), "cpu"), (("mps",), "mps"), (("cuda",), "cuda"), (("cuda", "mps"), "cuda")],
)
def test_a_gpu_is_used_where_it_is_there(machine, monkeypatch, there, expected):
    machine(*there)
    assert devices.device() == expected
    assert devices.half_precision() == (expected == "cuda")
    monkeypatch.setenv(FORCED, "cpu")
    assert devices.device() == "cpu"
    assert not devices.half_precision()


def test_another_device_cannot_be_forced(machine, monkeypatch):
    machine()
    monkeypatch.setenv(FORCED, "gpu")
    with pytest.raises(SarangiError, match="SARANGI_DEVICE is 'gpu'; expected cpu"):
        devices.device()


class OnAGpu(nn.Module):
    """Takes no sparse buffer elsewhere, as Apple's GPU does not; it stays where it is."""

    def __init__(self):
        super().__init__()
        self.inner = nn.Linear(2, 2)
        self.inner.register_buffer("heads", torch.eye(2, dtype=torch.bool).to_sparse(), persistent=False)

    def to(self, where):
        if where == "mps" and any(buffer.is_sparse for buffer in self.buffers()):
            raise NotImplementedError("SparseMPS")
        self.where = where
        return self


def test_a_network_with_a_sparse_buffer_is_moved_to_apples_gpu(machine):
    machine("mps")
    network = devices.placed(OnAGpu())
    assert network.where == "mps"
    assert network.inner.heads.equal(torch.eye(2, dtype=torch.bool))
    assert "inner.heads" not in network.state_dict()
    machine("cuda")
    assert devices.placed(OnAGpu()).inner.heads.is_sparse


@pytest.mark.parametrize(
    ("there", "bf16_there", "expected"),
    [
        ((), False, {"fp16": False, "bf16": False, "use_cpu": True}),
        (("mps",), False, {"fp16": False, "bf16": False, "use_cpu": False}),
        (("cuda",), False, {"fp16": True, "bf16": False, "use_cpu": False}),
        (("cuda",), True, {"fp16": False, "bf16": True, "use_cpu": False}),
    ],
)
def test_a_training_has_16_bits_on_cuda_alone(machine, monkeypatch, tmp_path, there, bf16_there, expected):
    machine(*there)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: bf16_there)
    if "cuda" in there:  # where clips would be tried
        tried = TrainedOn("a GPU", devices.training_precision(), 2, 2)
        monkeypatch.setattr(trainer, "trained_on", lambda *_: tried)
    asked = {}
    monkeypatch.setattr(trainer, "TrainingArguments", lambda **named: asked.update(named))
    monkeypatch.setattr(trainer, "Trainer", lambda **named: SimpleNamespace())
    network = SimpleNamespace(described={}, weights=None)
    trainer_of(network, {"train": None, "validation": None}, RECIPE, 1, tmp_path, ["angry", "sad"])
    assert {name: asked[name] for name in expected} == expected


def test_ctranslate2_runs_on_the_cpu_of_a_mac(machine, monkeypatch, tmp_path):
    machine("mps")
    for name in ("model.bin", "config.json", "tokenizer.json", "vocabulary.json"):
        (tmp_path / name).write_text("{}")
    asked = []

    def opened(folder, where, *_, **__):
        asked.append(where)
        raise RuntimeError("no model")

    monkeypatch.setattr("faster_whisper.WhisperModel", opened)
    with pytest.raises(SarangiError, match="not a Whisper in the form of CTranslate2"):
        FasterWhisper(tmp_path, {"context": "whole", "tokens": 8}, 1)
    assert asked == ["cpu"]


def test_too_little_memory_of_apples_gpu_ends_with_what_to_lower():
    described = {"audio": {"max_audio_s": 3}}
    with pytest.raises(SarangiError, match=r"lower finetuning\.batch \(8\)"), advice_on_memory(described, 8):
        raise RuntimeError("MPS backend out of memory (MPS allocated: 9.0 GB)")
    with pytest.raises(RuntimeError, match="shapes"), advice_on_memory(described, 8):
        raise RuntimeError("shapes do not go together")
