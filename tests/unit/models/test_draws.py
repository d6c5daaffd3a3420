"""Draws that are drawn again, and statistics that a first pass leaves alone."""

import random

import numpy as np
import torch
from torch import nn

from sarangi.models.draws import Draws, statistics_kept


def drawn():
    return torch.rand(3).tolist(), np.random.rand(3).tolist(), random.random()  # noqa: S311  (of no secret)


def test_what_each_generator_draws_is_drawn_again():
    before = Draws.now()
    first = drawn()
    assert drawn() != first
    before.again()
    assert drawn() == first


def test_a_batch_normalisation_counts_one_of_two_passes():
    network = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3)).train()
    clips = torch.arange(8.0).view(4, 2)
    as_it_was = network[1].running_mean.clone()
    with torch.no_grad(), statistics_kept(network):
        first = network(clips)
    assert torch.equal(network[1].running_mean, as_it_was)
    assert torch.equal(network(clips), first)
    assert not torch.equal(network[1].running_mean, as_it_was)
    assert network[1].num_batches_tracked == 1
