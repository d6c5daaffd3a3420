"""The mean over time of what counts."""

import torch

from sarangi.models.pooling import masked_mean


def test_a_masked_mean_is_that_of_what_counts():
    states = torch.tensor([[[1.0, 2.0], [3.0, 4.0], [90.0, 90.0]], [[5.0, 6.0], [90.0, 90.0], [90.0, 90.0]]])
    mask = torch.tensor([[True, True, False], [True, False, False]])
    assert masked_mean(states, mask).tolist() == [[2.0, 3.0], [5.0, 6.0]]
