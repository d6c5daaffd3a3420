"""Convolutions of many clips at once, against those of one."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from support.small_encoders import HEARERS, encoders  # noqa: F401  (fixtures)

from sarangi.models import convolutions
from sarangi.models.convolutions import convolved, convolved_together
from sarangi.models.encoders import load_encoder
from sarangi.models.shortest import samples_needed


@pytest.mark.parametrize("name", HEARERS)
def test_a_batch_of_any_lengths_equals_single_clips(encoders, name):
    model = load_encoder(encoders[name]).eval()
    needed = samples_needed(model.config)

    @given(st.lists(st.integers(needed, 6000), min_size=1, max_size=5), st.integers(0, 99))
    @settings(max_examples=15, deadline=None)
    def equal(lengths, seed):
        draw = torch.Generator().manual_seed(seed)
        # loud and quiet ones, some off zero
        signals = [
            (torch.randn(length, generator=draw) + place % 2) * 10.0 ** (place % 3 - 2)
            for place, length in enumerate(lengths)
        ]
        alone = [model.feature_extractor(signal[None])[0].T for signal in signals]
        for found, expected in zip(convolved_together(model, signals), alone, strict=True):
            assert found.shape == expected.shape
            assert torch.allclose(found, expected, atol=1e-5)

    with torch.no_grad():
        equal()


def test_on_a_cpu_clips_never_meet_and_on_a_gpu_those_that_are_new_do(encoders, monkeypatch):
    model = load_encoder(encoders["wav2vec2"]).eval()
    signals = [torch.randn(900), torch.randn(3000)]
    (kept,) = convolved(model, signals[:1])
    monkeypatch.setattr(convolutions, "convolved_together", None)
    together = convolved(model, [kept, signals[1]])
    assert together[0] is kept
    assert torch.equal(together[1], convolved(model, signals[1:])[0])
    batches = []
    monkeypatch.setattr(convolutions, "CPU", "another device")
    monkeypatch.setattr(
        convolutions,
        "convolved_together",
        lambda model, new: batches.append(len(new)) or convolved_together(model, new),
    )
    frames = convolved(model, [signals[0], kept, signals[1]])
    assert batches == [2]
    assert frames[1] is kept
    assert torch.allclose(frames[0], kept, atol=1e-5)
