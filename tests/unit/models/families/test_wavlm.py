"""WavLM's attention in one operation, as a GPU carries it out."""

import torch
from support.small_encoders import encoders  # noqa: F401  (fixture)

from sarangi.models.encoders import load_encoder
from sarangi.models.families import wavlm
from sarangi.models.speech_states import speech_states


def states_and_gradients(model, signals):
    states, mask = speech_states(model, signals)
    model.zero_grad()
    states[mask].square().mean().backward()
    return states[mask].detach(), {
        n: p.grad.clone() for n, p in model.named_parameters() if p.grad is not None
    }


def test_attention_in_one_operation_is_that_of_transformers(encoders, monkeypatch):
    model = load_encoder(encoders["wavlm"]).eval()
    signals = [
        torch.randn(samples, generator=torch.Generator().manual_seed(1)) for samples in (9000, 4000, 6100)
    ]
    theirs, their_gradients = states_and_gradients(model, signals)
    called = []
    attention = torch.nn.functional.scaled_dot_product_attention
    monkeypatch.setattr(
        torch.nn.functional,
        "scaled_dot_product_attention",
        lambda *arguments, **named: called.append(named) or attention(*arguments, **named),
    )
    monkeypatch.setattr(wavlm, "IN_ONE", ("cpu",))
    ours, gradients = states_and_gradients(model, signals)
    assert len(called) == len(model.encoder.layers)
    assert (ours - theirs).abs().max() < 1e-5
    assert gradients.keys() == their_gradients.keys()
    assert any("rel_attn_embed" in name and gradient.abs().max() > 0 for name, gradient in gradients.items())
    for name, gradient in gradients.items():
        assert (gradient - their_gradients[name]).abs().max() < 1e-5, name
