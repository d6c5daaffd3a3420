"""Linear maps by oneDNN, against torch's own."""

import pytest
import torch
from support.small_encoders import AUDIO, HEARERS, WORDS, encoders, signals_and_tokens  # noqa: F401  (fixtures)
from torch import nn
from transformers import set_seed

from sarangi.models import linear_maps
from sarangi.models.encoders import load_encoder
from sarangi.models.fusion import classifier
from sarangi.models.linear_maps import Linear

DESCRIBED = {"emotions": ["a", "b", "c"], "dropout": 0.2}
OF_SAMPLES = [name for name in HEARERS if name not in ("whisper", "wav2vec2_bert")]


def network_of(folder):
    described = DESCRIBED | {"audio": AUDIO | {"frozen_layers": 1}}
    return classifier(described, {"audio": load_encoder(folder)})


def linear_maps_of(network):
    return {name: part for name, part in network.named_modules() if isinstance(part, nn.Linear)}


def step(network, signals):
    """The loss and the gradients of a step, with dropout, LayerDrop and SpecAugment."""
    set_seed(3)
    network.train().zero_grad()
    loss = network(signals, labels=torch.arange(len(signals)) % 3)["loss"]
    loss.backward()
    return loss, {name: p.grad.clone() for name, p in network.named_parameters() if p.grad is not None}


@pytest.mark.parametrize("name", OF_SAMPLES)
def test_a_step_gives_the_loss_and_the_gradients_of_torchs_own_maps(encoders, name, monkeypatch):
    network, (signals, _) = network_of(encoders[name]), signals_and_tokens()
    products = []
    ours = linear_maps._times
    monkeypatch.setattr(linear_maps, "_times", lambda *given: products.append(1) or ours(*given))
    loss, found = step(network, signals)
    assert len(products) >= 3 * 2  # forward and both ways back, at least in one layer's feed-forward
    same, again = step(network, signals)
    assert same == loss
    assert all(torch.equal(gradient, again[key]) for key, gradient in found.items())
    for part in linear_maps_of(network.audio).values():
        part.__class__ = nn.Linear
    products.clear()
    expected_loss, expected = step(network, signals)
    assert not products
    assert torch.allclose(loss, expected_loss, atol=1e-6)
    assert set(found) == set(expected)  # and what is frozen has none
    for key, gradient in expected.items():
        assert torch.allclose(found[key], gradient, atol=1e-6, rtol=1e-4), key


@pytest.mark.parametrize("name", OF_SAMPLES)
def test_batches_of_a_network_that_learned_equal_single_clips(encoders, name):
    network, (signals, _) = network_of(encoders[name]).eval(), signals_and_tokens()
    with torch.inference_mode():
        together = network(signals)["logits"]
        alone = torch.cat([network([signal])["logits"] for signal in signals])
    assert torch.allclose(together, alone, atol=1e-5)


def test_a_map_takes_states_of_any_layout_and_leaves_other_numbers_to_torch(monkeypatch):
    torch.manual_seed(0)
    ours, theirs = Linear(5, 3, bias=False), nn.Linear(5, 3, bias=False)
    theirs.load_state_dict(ours.state_dict())
    for states in (torch.randn(5), torch.randn(2, 5, 4).transpose(1, 2), torch.randn(1, 5).expand(4, 5)):
        given = [states.clone().requires_grad_() for _ in range(2)]
        for made, one in zip((ours, theirs), given, strict=True):
            made(one).sum().backward()  # whose gradient is one number, expanded
        assert torch.allclose(ours(states), theirs(states), atol=1e-6)
        assert torch.allclose(given[0].grad, given[1].grad, atol=1e-6)
    assert torch.allclose(ours.weight.grad, theirs.weight.grad, atol=1e-5)
    monkeypatch.setattr(linear_maps, "_times", None)
    with torch.autocast("cpu", torch.bfloat16):
        assert ours(states).dtype == torch.bfloat16
    assert ours.double()(states.double()).dtype == torch.float64


def test_encoders_of_a_spectrum_of_texts_and_what_only_gives_states_are_left_as_they_were(encoders):
    described = DESCRIBED | {"text": WORDS, "fusion": {"kind": "concatenation"}}
    for name in HEARERS:
        loaded = {"audio": load_encoder(encoders[name]), "text": load_encoder(encoders["roberta"], "text")}
        alone = linear_maps_of(loaded["audio"])
        assert not any(isinstance(part, Linear) for part in alone.values())
        network = classifier(described | {"audio": AUDIO}, loaded)
        kinds = {type(part) for part in alone.values()}
        assert (Linear in kinds) is (name in OF_SAMPLES)
        assert not any(isinstance(part, Linear) for part in linear_maps_of(network.text).values())
