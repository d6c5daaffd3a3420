"""The loop of a GPU, on the CPU: micro-batches, what is recorded of them, and processes that load."""

import json
import threading

import numpy as np
import pandas as pd
import pytest
import torch
from support.small_encoders import BOTH, encoders  # noqa: F401  (fixture)
from support.small_training import (  # noqa: F401  (fixtures)
    HEARING,
    RECIPE,
    corpus,
    encoder,
    killed_after_epoch,
    trained,
)
from torch import nn
from transformers import TrainerCallback

from sarangi.base import store
from sarangi.base.errors import SarangiError
from sarangi.base.parts import TRAIN, VALIDATION
from sarangi.models import checkpoint_writer, micro_batches, trainer, utterances
from sarangi.models.encoders import load_encoder
from sarangi.models.fusion import classifier
from sarangi.models.micro_batches import TrainedOn, largest
from sarangi.models.trainer import last_whole_checkpoint, log_of, trainer_of
from sarangi.models.utterances import Utterances

CLASSES = ["a", "b", "c"]
CLIPS = 16  # updates of 9 and of 7 clips, the last of groups of 3, 3 and 1
GROUPED = RECIPE | {"batch": 3, "accumulate": 3, "max_epochs": 1, "learning_rate": 0.0}


def as_on_a_gpu(monkeypatch, micro_batch, evaluation_batch=5, precision="fp32"):
    """Have the loop of a GPU run here, which has so many clips at once."""
    found = TrainedOn("made up", precision, micro_batch, evaluation_batch)
    monkeypatch.setattr(trainer, "trained_on", lambda *arguments: found)
    return found


class Gradients(TrainerCallback):
    """Keeps those of each update."""

    def __init__(self):
        self.found = []

    def on_pre_optimizer_step(self, arguments, state, control, model, **named):
        learning = [p.grad for p in model.parameters() if p.grad is not None]
        self.found.append(torch.cat([gradient.reshape(-1) for gradient in learning]).clone())


def without_draws(network):
    for module in network.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
        for name in ("dropout", "activation_dropout"):
            if isinstance(getattr(module, name, None), float):
                setattr(module, name, 0.0)
    network.audio.encoder.config.update({"layerdrop": 0.0, "apply_spec_augment": False})
    return network


def trainer_of_noise(encoder, folder, weights=None, odd=(), recipe=GROUPED):
    """Train on noise of several lengths; the clips that are odd are no numbers."""
    draw = torch.Generator().manual_seed(3)
    names = [f"clip {place}" for place in range(CLIPS)]
    signals = {
        name: torch.randn(3000 + 700 * (place % 7), generator=draw) for place, name in enumerate(names)
    }
    for name in odd:
        signals[name] = torch.full_like(signals[name], torch.nan)
    table = pd.DataFrame({"utterance_id": names, "emotion": [CLASSES[(n * n) % 3] for n in range(CLIPS)]})
    table["length"] = [len(signal) / 16_000 for signal in signals.values()]
    data = Utterances(table, CLASSES, {"signals": signals.__getitem__})
    torch.manual_seed(5)
    network = classifier(
        {"emotions": CLASSES, "dropout": 0.0, "audio": HEARING}, {"audio": load_encoder(encoder)}, weights
    )
    parts = {TRAIN: data, VALIDATION: data}
    return trainer_of(without_draws(network), parts, recipe, 1, folder, CLASSES)


@pytest.mark.parametrize("weights", [None, torch.tensor([0.2, 3.0, 1.0])], ids=["plain", "weighted"])
def test_gradients_are_the_recipes_however_many_clips_are_at_once(encoder, tmp_path, monkeypatch, weights):
    updates, losses = {}, {}
    for micro_batch in (None, 1, 2, 3, 6, 9):
        with monkeypatch.context() as patch:
            if micro_batch is not None:
                as_on_a_gpu(patch, micro_batch)
            training = trainer_of_noise(encoder, tmp_path / str(micro_batch), weights)
        training.args.max_grad_norm = 0.0  # gradients as they are
        gradients = Gradients()
        training.add_callback(gradients)
        training.train()
        assert training.state.global_step == 2
        updates[micro_batch] = gradients.found
        losses[micro_batch] = log_of(training)["training_loss"].item()
    recipe = updates.pop(None)
    assert recipe[0].abs().max() > 0.01
    for micro_batch, found in updates.items():
        for ours, theirs in zip(found, recipe, strict=True):
            assert (ours - theirs).abs().max() < 1e-6, micro_batch
        assert losses[micro_batch] == pytest.approx(losses[None], abs=1e-6)


@pytest.mark.parametrize("micro_batch", [None, 2])
def test_a_loss_that_is_no_number_ends_a_training_and_names_the_clips(
    encoder, tmp_path, monkeypatch, micro_batch
):
    if micro_batch is not None:
        as_on_a_gpu(monkeypatch, micro_batch)
    with pytest.raises(SarangiError, match=r"loss is nan in epoch 1 after step \d, on .*clip 4") as refused:
        trainer_of_noise(encoder, tmp_path, odd=("clip 4",)).train()
    assert str(refused.value).count("clip ") == (micro_batch or GROUPED["batch"])
    assert not list(tmp_path.glob("checkpoint-*"))


def test_as_many_clips_are_at_once_as_memory_takes():
    def found(memory, start, most):
        tried = []
        size = largest(lambda clips: tried.append(clips) or clips <= memory, start, most)
        assert len(set(tried)) == len(tried) < 9
        return size

    assert [found(memory, 8, 48) for memory in (100, 48, 47, 20, 8, 7, 3, 1, 0)] == [
        48,
        48,
        32,
        16,
        8,
        4,
        2,
        1,
        1,
    ]
    assert found(100, 6, 6) == 6
    assert found(0, 1, 1) == 1


def test_a_run_says_what_a_gpu_chose_and_resumes_with_it(corpus, encoder, tmp_path, monkeypatch):
    recipe = {"accumulate": 3, "batch": 2, "group_by_length": True}
    alone = trained(corpus, encoder, tmp_path / "cpu", **recipe)
    assert "trained_on" not in json.loads(alone["config"].read_text())
    chosen = as_on_a_gpu(monkeypatch, 5)
    whole = trained(corpus, encoder, tmp_path / "whole", **recipe)
    assert json.loads(whole["config"].read_text())["trained_on"] == chosen._asdict()
    logs = [store.read(output["log"]) for output in (whole, alone)]
    columns = ["epoch", "step", "learning_rate"]
    pd.testing.assert_frame_equal(logs[0][columns], logs[1][columns])
    assert np.isfinite(logs[0]["validation_loss"]).all()
    with killed_after_epoch(2, monkeypatch):
        trained(corpus, encoder, tmp_path / "killed", **recipe)
    resumed = trained(corpus, encoder, tmp_path / "killed", **recipe)
    for name, file in resumed.items():
        assert file.read_bytes() == whole[name].read_bytes(), name


def test_a_checkpoint_is_written_while_the_next_epoch_learns_and_holds_its_own(
    corpus, encoder, tmp_path, monkeypatch
):
    as_on_a_gpu(monkeypatch, 5)
    whole = trained(corpus, encoder, tmp_path / "whole")
    write, learnt = checkpoint_writer._write, threading.Event()

    class KilledError(Exception):
        pass

    class Trainer(trainer.Trainer):
        updates = 0  # since the last checkpoint

        def _save_checkpoint(self, *arguments, **named):
            self._writer.wait()
            learnt.clear()
            self.updates = 0
            super()._save_checkpoint(*arguments, **named)

        def training_step(self, *arguments, **named):
            loss = super().training_step(*arguments, **named)
            self.updates += 1
            if self.updates == 2:  # the first has changed the weights
                learnt.set()
                if self.state.epoch > 2:
                    raise KilledError
            return loss

    def later(path, *arguments):
        assert learnt.wait(60), "nothing is learnt until the checkpoint is written"
        write(path, *arguments)

    with monkeypatch.context() as patch, pytest.raises(KilledError):
        patch.setattr(trainer, "Trainer", Trainer)
        patch.setattr(checkpoint_writer, "_write", later)
        trained(corpus, encoder, tmp_path / "killed")
    assert last_whole_checkpoint(next((tmp_path / "killed/checkpoints").iterdir())).endswith("-6")
    resumed = trained(corpus, encoder, tmp_path / "killed")
    for name, file in resumed.items():
        assert file.read_bytes() == whole[name].read_bytes(), name


def test_a_checkpoint_that_cannot_be_written_ends_the_training(corpus, encoder, tmp_path, monkeypatch):
    as_on_a_gpu(monkeypatch, 5)

    save = torch.save

    def full(state, path):
        if "optimizer" not in str(path):
            return save(state, path)
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(torch, "save", full)
    with pytest.raises(OSError, match="No space left"):
        trained(corpus, encoder, tmp_path)
    assert not list(tmp_path.rglob("optimizer.pt"))
    assert last_whole_checkpoint(next((tmp_path / "checkpoints").iterdir())) is None


def test_results_are_the_same_bytes_whoever_loads(corpus, encoder, tmp_path, monkeypatch):
    alone = trained(corpus, encoder, tmp_path / "alone", accumulate=2)
    for module in (trainer, utterances):
        monkeypatch.setattr(module, "loading_processes", lambda: 2)
    others = trained(corpus, encoder, tmp_path / "others", accumulate=2)
    for name, file in others.items():
        assert file.read_bytes() == alone[name].read_bytes(), name


@pytest.mark.parametrize(
    ("memory", "expected"),
    # clips that there is room for; an attempt is to leave a fifth of it
    [(100, (12, 128)), (10, (8, 64)), (3, (2, 16)), (1, (1, 8))],
)
def test_what_fits_is_found_with_a_network_s_longest_clip_and_text(encoders, monkeypatch, memory, expected):
    loaded = {"audio": load_encoder(encoders["wavlm"]), "text": load_encoder(encoders["roberta"], "text")}
    network = classifier(BOTH | {"emotions": CLASSES, "dropout": 0.1}, loaded)
    kept = 8 * sum(p.numel() for p in network.parameters() if p.requires_grad)
    seen = []

    def attempted(module, arguments, inputs):
        seen.append((len(inputs["signals"]), network.training, inputs["signals"], inputs["tokens"]))
        if network.training and seen[-1][0] > memory:
            raise torch.OutOfMemoryError("CUDA out of memory")

    network.register_forward_pre_hook(attempted, with_kwargs=True)
    monkeypatch.setattr(micro_batches, "CUDA", "cpu")
    monkeypatch.setattr(micro_batches, "training_precision", lambda: "bf16")
    monkeypatch.setattr(micro_batches, "_found", {})
    whole = kept + 1000 * memory
    fakes = {
        "get_device_name": "made up", "mem_get_info": (whole - 7, 2 * whole), "memory_reserved": 7,
        "get_per_process_memory_fraction": 1.0, "reset_peak_memory_stats": None, "empty_cache": None,
    }  # fmt: skip
    for name, value in fakes.items():
        monkeypatch.setattr(torch.cuda, name, lambda value=value: value)
    # to learn from a clip takes ten times what it takes to answer one
    used = lambda: seen[-1][0] * (1000 if seen[-1][1] else 100)  # noqa: E731
    monkeypatch.setattr(torch.cuda, "max_memory_allocated", used)
    names = ["short", "long"]
    signals = {"short": torch.randn(4000), "long": torch.randn(7000)}
    inputs = {"signals": signals.__getitem__, "tokens": lambda name: torch.tensor([0, 5, 6, 7, 8, 9, 2])}
    table = pd.DataFrame({"utterance_id": names, "emotion": ["a", "b"], "length": [0.25, 0.44]})
    data = Utterances(table, CLASSES, inputs)
    recipe = {"batch": 4, "accumulate": 3}
    parts = {TRAIN: data, VALIDATION: data}
    found = micro_batches.trained_on(network, parts, recipe)
    assert (found.device, found.precision) == ("made up", "bf16")
    assert found[2:] == expected
    for _, _, heard, read in seen:
        assert all(torch.equal(clip, signals["long"]) for clip in heard)
        assert {len(text) for text in read} == {40}
    assert all(p.grad is None for p in network.parameters())
    count = len(seen)
    assert micro_batches.trained_on(network, parts, recipe) == found
    assert len(seen) == count  # once
    data.lengths[1] = 9.0
    micro_batches.trained_on(network, parts, recipe)
    assert len(seen) == 2 * count
