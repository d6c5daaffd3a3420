"""Training clips that are made worse: of the training part alone, otherwise in each epoch, the same again."""

import numpy as np
import pandas as pd
import pytest
import torch
from support.small_training import (  # noqa: F401  (fixtures)
    HEARING,
    corpus,
    encoder,
    killed_after_epoch,
    trained,
)

from sarangi.base import store
from sarangi.models import finetuning
from sarangi.models.augmentation import Augmented
from sarangi.models.run_inputs import Prefixes, Signals

AUGMENT = {"conditions": ["noise_0", "room"], "share": 0.5}
NAMES = [f"clip {n}" for n in range(60)]


def augmented(augment=AUGMENT, seed=7, sound=None):
    draw = np.random.default_rng(3)
    sounds = {name: draw.normal(0, 0.1, 800).astype(np.float32) for name in NAMES}
    described = {"audio": {"max_audio_s": 1.0, "normalise": False}}
    signals = Signals(described, sound or sounds.__getitem__, Prefixes(()))
    table = pd.DataFrame({"utterance_id": NAMES, "emotion": "sad", "length": 0.05})
    plain = {name: signals(name) for name in NAMES}
    return Augmented(table, ["sad"], {"signals": signals}, augment, seed), plain


def heard(data, epoch):
    data.set_epoch(epoch)
    return {data[place]["utterances"]: data[place]["signals"] for place in range(len(data))}


def test_a_share_of_the_clips_is_worse_otherwise_in_each_epoch_and_the_same_again():
    data, plain = augmented()
    first, second = heard(data, 0), heard(data, 1)
    worse = [name for name in NAMES if not torch.equal(first[name], plain[name])]
    assert 20 <= len(worse) <= 40
    assert {name for name in NAMES if not torch.equal(second[name], plain[name])} != set(worse)
    again, _ = augmented()
    assert all(torch.equal(clip, first[name]) for name, clip in heard(again, 0).items())
    other, _ = augmented(seed=8)
    assert not all(torch.equal(clip, first[name]) for name, clip in heard(other, 0).items())
    whole, _ = augmented(AUGMENT | {"share": 1})
    assert not any(torch.equal(clip, plain[name]) for name, clip in heard(whole, 0).items())


def test_a_clip_that_cannot_be_worse_stays():
    data, plain = augmented(
        {"conditions": ["noise_0"], "share": 1}, sound=lambda _: np.zeros(800, np.float32)
    )
    assert all(torch.equal(clip, plain[name]) for name, clip in heard(data, 0).items())


def test_what_is_computed_before_cannot_be_augmented():
    table = pd.DataFrame({"utterance_id": ["a"], "emotion": "sad", "length": 0.05})
    with pytest.raises(TypeError, match="only recordings"):
        Augmented(table, ["sad"], {"signals": lambda name: torch.zeros(2, 3)}, AUGMENT, 1)


def test_a_run_hears_worse_clips_in_training_alone_and_resumes_with_the_same(
    corpus, encoder, tmp_path, monkeypatch
):
    whole = trained(corpus, encoder, tmp_path / "whole", augment=AUGMENT)
    plain = trained(corpus, encoder, tmp_path / "plain")
    assert whole["model"].read_bytes() != plain["model"].read_bytes()
    tables = [store.read(run["predictions"]) for run in (whole, plain)]
    pd.testing.assert_series_equal(tables[0]["utterance_id"], tables[1]["utterance_id"])
    with killed_after_epoch(2, monkeypatch):
        trained(corpus, encoder, tmp_path / "killed", augment=AUGMENT)
    resumed = trained(corpus, encoder, tmp_path / "killed", augment=AUGMENT)
    for name, file in resumed.items():
        assert file.read_bytes() == whole[name].read_bytes(), name
    # the parts that validate and test are those of a run without
    seen = {}
    keep = finetuning.keep_frames

    def kept(network, described, data, batch, frames):
        keep(network, described, data, batch, frames)
        seen.update({part: [entry["signals"] for entry in each] for part, each in data.items()})

    monkeypatch.setattr(finetuning, "keep_frames", kept)
    trained(corpus, encoder, tmp_path / "one", max_epochs=1, augment=AUGMENT | {"share": 1})
    worse = dict(seen)
    trained(corpus, encoder, tmp_path / "other", max_epochs=1)
    for part in ("validation", "test"):
        assert all(torch.equal(*pair) for pair in zip(worse[part], seen[part], strict=True))
    # sound, since the convolutions run in every epoch; without augmentation what they gave
    assert worse["train"][0].ndim == 1 and seen["train"][0].ndim == 2
