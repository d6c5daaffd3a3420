"""The utterances of a training: batches by length."""

import numpy as np
import pandas as pd
import torch

from sarangi.models.utterances import ByLength, by_length, with_length


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


def test_an_utterance_is_as_long_as_its_sound_and_as_its_tokens_where_a_model_only_reads():
    rows = pd.DataFrame({"utterance_id": ["a", "b", "c", "d"], "status": ["ok", "ok", "failed", "ok"]})
    seconds = pd.Series({"a": 3.0, "b": 1.0, "c": 2.0, "d": np.nan})
    tokens = {"a": 4, "b": 9, "d": 2}  # of "c" none are asked for
    read = {"tokens": lambda name: torch.zeros(tokens[name], dtype=torch.int64)}
    assert list(by_length(with_length(rows, read, seconds))["utterance_id"]) == ["d", "a", "b", "c"]
    heard = read | {"signals": lambda name: torch.zeros(1)}
    assert list(by_length(with_length(rows, heard, seconds))["utterance_id"]) == ["b", "c", "a", "d"]
