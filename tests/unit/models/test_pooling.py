"""The mean over time of what counts."""

import pytest
import torch
from support.small_encoders import HEARERS, encoders, signals_and_tokens, study  # noqa: F401  (fixtures)

from sarangi.models.encoders import load_encoder
from sarangi.models.fusion import AudioBranch
from sarangi.models.pooling import masked_mean


def test_a_masked_mean_is_that_of_what_counts():
    states = torch.tensor([[[1.0, 2.0], [3.0, 4.0], [90.0, 90.0]], [[5.0, 6.0], [90.0, 90.0], [90.0, 90.0]]])
    mask = torch.tensor([[True, True, False], [True, False, False]])
    assert masked_mean(states, mask).tolist() == [[2.0, 3.0], [5.0, 6.0]]


@pytest.mark.parametrize("name", HEARERS)
def test_padded_pooling_is_the_plain_mean_over_a_clip_padded_to_the_full_length(encoders, name):
    model = load_encoder(encoders[name]).eval()
    signals, _ = signals_and_tokens()
    padded = torch.stack([torch.nn.functional.pad(s, (0, 8000 - len(s))) for s in signals])
    with torch.no_grad():
        study = model(padded).last_hidden_state.mean(1)
        ours = masked_mean(*AudioBranch(model, 8000)(signals))
        masked = masked_mean(*AudioBranch(model)(signals))
    assert torch.allclose(ours, study, atol=2e-6)
    assert torch.allclose(ours[1], masked[1], atol=2e-6)
    assert not torch.allclose(ours[0], masked[0], atol=1e-3)
