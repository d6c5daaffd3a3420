"""The utterances of a training: batches by length."""

import numpy as np

from sarangi.models.utterances import ByLength


def test_batches_by_length_hold_each_clip_once_an_epoch_and_are_about_as_long():
    seconds = list(np.random.default_rng(1).uniform(1, 10, 400))
    sampler = ByLength(8, seconds, 5)
    orders = []
    for epoch in (0, 1):
        sampler.set_epoch(epoch)
        orders.append(list(sampler))
        assert sorted(orders[-1]) == list(range(400))
        padded = sum(8 * max(seconds[n] for n in orders[-1][i : i + 8]) for i in range(0, 400, 8))
        assert padded < 1.1 * sum(seconds)
    assert orders[0] != orders[1]
    sampler.set_epoch(0)
    assert list(sampler) == orders[0]
