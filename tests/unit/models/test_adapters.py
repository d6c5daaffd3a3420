"""Adapters in encoders of each family, on small random weights."""

import copy
import json
import re

import pytest
import torch
from safetensors.torch import load_file
from support.places import ROOT
from support.small_encoders import (  # noqa: F401  (fixtures)
    AUDIO,
    BOTH,
    ENCODERS,
    READERS,
    WORDS,
    corpus,
    encoders,
    signals_and_tokens,
    trained,
)
from support.small_training import killed_after_epoch
from transformers import set_seed

from sarangi.base import store
from sarangi.base.errors import SarangiError
from sarangi.models.adapters import add_adapters
from sarangi.models.encoders import checkpoint_gradients, load_encoder
from sarangi.models.family import load
from sarangi.models.fusion import EmotionClassifier, classifier

ADAPTERS = {"kind": "lora", "rank": 2}
DESCRIBED = {"emotions": ["angry", "happy", "sad"], "dropout": 0.1}
ADAPTED = BOTH | {
    "audio": AUDIO | {"adapters": ADAPTERS},
    "text": WORDS | {"adapters": ADAPTERS | {"alpha": 4, "dropout": 0.1, "targets": ["key", "dense"]}},
}


def adapted(encoders, name, seed=0, **settings):
    """A network of one branch whose encoder has adapters, and the two apart."""
    branch = "text" if name in READERS else "audio"
    entry = (WORDS if name in READERS else AUDIO) | {"adapters": ADAPTERS} | settings
    set_seed(seed)
    encoder = load_encoder(encoders[name], branch)
    encoder.config.layerdrop = encoder.config.encoder_layerdrop = 0.0  # which would skip adapters
    set_seed(seed)
    tuner = add_adapters(encoder, entry)
    network = classifier({branch: entry} | DESCRIBED, {branch: encoder})
    return network, encoder, tuner


def inputs_of(name):
    signals, tokens = signals_and_tokens()
    return {"tokens": tokens} if name in READERS else {"signals": signals}


@pytest.mark.parametrize("name", ENCODERS)
def test_a_step_changes_adapters_and_head_alone_and_they_go_into_the_weights(encoders, name):
    frozen = 0 if name == "albert" else 1
    network, _, tuner = adapted(encoders, name, frozen_layers=frozen)
    before = copy.deepcopy(network.state_dict())
    inputs, labels = inputs_of(name), torch.arange(8) % 3
    plain = load_encoder(encoders[name], "text" if name in READERS else "audio")
    branch = "text" if name in READERS else "audio"
    unadapted = classifier({branch: network.described[branch]} | DESCRIBED, {branch: plain}).eval()
    unadapted.classifier.load_state_dict(network.classifier.state_dict())
    with torch.no_grad():  # adapters begin with nothing
        at_first = network.eval()(**inputs)["logits"]
        assert torch.allclose(at_first, unadapted(**inputs)["logits"], atol=1e-5)
    learning = [tensor for tensor in network.parameters() if tensor.requires_grad]
    optimiser = torch.optim.Adam(learning, 0.01)
    for _ in range(2):  # the first matrix has no gradient while the second is zero
        optimiser.zero_grad()
        network.train()(**inputs, labels=labels)["loss"].backward()
        optimiser.step()
    after = network.state_dict()
    changed = {key for key in before if not torch.equal(before[key], after[key])}
    expected = {key for key in before if ".lora_" in key or key.startswith("classifier.")}
    assert changed == expected
    assert expected
    layers = {int(key.split(".layer")[1].split(".")[1]) for key in expected if ".lora_" in key and frozen}
    assert layers == ({1} if frozen else set())
    network.eval()
    with torch.no_grad():
        learned = network(**inputs)["logits"]
        tuner.merge_and_unload()
        unadapted.load_state_dict(network.state_dict())  # by the names of any other network
        assert torch.allclose(unadapted(**inputs)["logits"], learned, atol=1e-5)
        assert torch.equal(unadapted(**inputs)["logits"], network(**inputs)["logits"])
    assert not torch.allclose(learned, at_first, atol=1e-3)


def targets_in_the_docs():
    """By model type, the names of linear maps that docs/encoders.md lists: the default ones, and others."""
    page = (ROOT / "docs/encoders.md").read_text().partition("## Adapters")[2]
    rows = [row.split("|")[1:4] for row in page.splitlines() if row.startswith("| `")]
    listed = [[re.findall(r"`([^`]+)`", cell) for cell in row] for row in rows]
    return {family: (default, others) for families, default, others in listed for family in families}


@pytest.mark.parametrize("name", ENCODERS)
def test_an_adapter_at_any_linear_map_that_the_docs_name_has_a_gradient(encoders, name):
    default, others = targets_in_the_docs()[ENCODERS[name].model_type]
    assert list(load(ENCODERS[name].model_type).attention) == default
    targets = ADAPTERS | {"targets": [*default, *others]}
    network, encoder, _ = adapted(encoders, name, adapters=targets)
    network.train()(**inputs_of(name), labels=torch.arange(8) % 3)["loss"].backward()
    second = [(key, tensor) for key, tensor in encoder.named_parameters() if ".lora_B." in key]
    assert {key.split(".lora_B.")[0].rpartition(".")[2] for key, _ in second} == {*default, *others}
    assert [key for key, tensor in second if tensor.grad is None or not tensor.grad.any()] == []


@pytest.mark.parametrize("name", ["wavlm", "wavlm_layer_norm", "whisper"])
def test_adapters_above_a_kept_prefix_are_those_of_the_encoder_in_one_piece(encoders, name):
    network, encoder, _ = adapted(encoders, name, frozen_layers=1, prefix="cached")
    for tensor in encoder.parameters():
        if tensor.requires_grad:
            torch.nn.init.normal_(tensor, generator=torch.Generator().manual_seed(1))
    whole = classifier({"audio": AUDIO | {"frozen_layers": 1}} | DESCRIBED, {"audio": encoder})
    whole.classifier = network.classifier
    signals = signals_and_tokens()[0]
    below = [network.audio.split.below(signal) for signal in signals]
    with torch.no_grad():
        expected = whole.eval()(signals)["logits"]
        assert torch.allclose(network.eval()(below)["logits"], expected, atol=1e-4)
    network.train()(below, labels=torch.arange(8) % 3)["loss"].backward()
    assert all(t.grad is not None and t.grad.any() for t in encoder.parameters() if t.requires_grad)


def test_recomputed_layers_give_adapters_the_same_gradients(encoders):
    found = []
    for again in (False, True):
        network, encoder, _ = adapted(encoders, "wavlm", adapters=ADAPTERS | {"dropout": 0.5})
        if again:
            checkpoint_gradients(encoder)
        set_seed(3)
        network.train()(**inputs_of("wavlm"), labels=torch.arange(8) % 3)["loss"].backward()
        found.append([tensor.grad for tensor in network.parameters() if tensor.requires_grad])
    assert all(torch.equal(one, other) for one, other in zip(*found, strict=True))


def test_what_adapters_begin_with_follows_the_seed(encoders):
    first, again, other = (adapted(encoders, "roberta", seed)[0].state_dict() for seed in (1, 1, 2))
    drawn = [key for key in first if ".lora_A." in key]
    assert len(drawn) == 4
    assert all(torch.equal(first[key], again[key]) for key in first)
    assert not any(torch.equal(first[key], other[key]) for key in drawn)


def test_a_killed_run_with_adapters_resumes_to_the_same_bytes_from_checkpoints_of_what_learns(
    corpus, encoders, tmp_path, monkeypatch
):
    whole = trained(corpus, encoders, tmp_path / "whole", ADAPTED, gradient_checkpointing=True)
    with killed_after_epoch(2, monkeypatch):
        trained(corpus, encoders, tmp_path / "killed", ADAPTED, gradient_checkpointing=True)
    *_, last = sorted((tmp_path / "killed/checkpoints").glob("*/checkpoint-*/model.safetensors"))
    kept = load_file(last)
    learning = {name for name in kept if ".lora_" in name or not name.startswith(("audio.", "text."))}
    assert {name for name in kept if kept[name].is_floating_point()} == learning
    resumed = trained(corpus, encoders, tmp_path / "killed", ADAPTED, gradient_checkpointing=True)
    for name in ("model", "log", "predictions", "config"):
        assert resumed[name].read_bytes() == whole[name].read_bytes(), name
    # the run's folder suffices, and has the names of any other run
    network = EmotionClassifier.from_pretrained(tmp_path / "whole")
    assert json.loads(whole["config"].read_text())["audio"]["adapters"] == ADAPTERS
    for branch, name in (("audio", "wavlm"), ("text", "roberta")):
        own = getattr(network, branch).encoder.state_dict()
        before = load_encoder(encoders[name], branch).state_dict()
        drawn = {"masked_spec_embed"}  # which the weights lack
        changed = {key for key in before if not torch.equal(own[key], before[key])} - drawn
        places = {"audio": ("q_proj.weight", "v_proj.weight"), "text": ("key.weight", "dense.weight")}
        assert changed == {key for key in before if ".layer" in key and key.endswith(places[branch])}
    log = store.read(whole["log"])
    assert log["training_loss"].iloc[-1] < log["training_loss"].iloc[0]


@pytest.mark.parametrize(
    ("name", "settings", "message"),
    [
        ("roberta", {"adapters": ADAPTERS | {"targets": ["query", "q_proj"]}},
         "adapters.targets: roberta has no q_proj; frozen_layers is 0, and the layers above have dense, key, "
         "query, value"),
        ("wavlm", {"frozen_layers": 2}, "wavlm has no q_proj; frozen_layers is 2, .* freeze fewer"),
        ("wavlm", {"frozen_layers": 3}, "frozen_layers is 3, but the encoder has 2"),
        ("albert", {"frozen_layers": 1}, "the layers of albert share their weights"),
    ],
)  # fmt: skip
def test_adapters_that_have_no_place_are_refused(encoders, name, settings, message):
    with pytest.raises(SarangiError, match=message):
        adapted(encoders, name, **settings)
