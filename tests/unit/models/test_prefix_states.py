"""States below the layers that learn, computed once."""

import json
import shutil

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file
from support.places import MADE_BY_TEST
from support.small_encoders import AUDIO, corpus, encoders, trained, write_corpus  # noqa: F401  (fixtures)
from support.small_training import killed_after_epoch
from support.states import SECONDS, cached

from sarangi.audio.flac import decode
from sarangi.base import store
from sarangi.models import trainer
from sarangi.models.encoders import load_encoder
from sarangi.models.prefix_states import prefix_gb
from sarangi.models.shortest import frames_of

PREFIX = AUDIO | {"frozen_layers": 1, "prefix": "cached"}


@pytest.mark.parametrize("name", ["wavlm", "wav2vec2_layer_norm"])
def test_with_and_without_the_cache_training_is_the_same(corpus, encoders, name, tmp_path):
    states = cached(corpus, encoders[name], tmp_path / "states.safetensors")
    model = {"audio": PREFIX | {"encoder": name}}
    audio = {"audio": [corpus / "audio.parquet"]}
    losses = []
    for way, files in (("long", audio), ("short", audio | {"prefix_states": [states]})):
        with each_loss(losses):
            trained(corpus, encoders, tmp_path / way, model, files=files, max_epochs=8, patience=8)
    assert len(losses[0]) == 24
    assert np.allclose(losses[0], losses[1], atol=2e-3)
    rows = [store.read(tmp_path / way / "within.parquet") for way in ("long", "short")]
    assert np.allclose(rows[0]["p_sad"], rows[1]["p_sad"], atol=5e-3, equal_nan=True)
    # what is below stays as it was, what is above learns, and the run holds the whole encoder
    before, after = load_encoder(encoders[name]).state_dict(), load_file(tmp_path / "short/model.safetensors")
    changed = {key for key in before if not torch.equal(before[key], after[f"audio.encoder.{key}"])}
    assert changed
    changed.discard("masked_spec_embed")  # not in the file, and not used
    assert {key.rsplit(".", 2)[0] for key in changed if "layers.1." not in key} <= {"encoder"}


class each_loss:  # noqa: N801
    """Collect the loss of each step."""

    def __init__(self, into):
        self.into = into

    def __enter__(self):
        self.into.append([])
        self.before = trainer.Trainer.compute_loss
        kept = self.into[-1]

        def compute(trainer, model, inputs, **named):
            found = self.before(trainer, model, inputs, **named)
            if model.training:
                kept.append((found[0] if isinstance(found, tuple) else found).item())
            return found

        trainer.Trainer.compute_loss = compute

    def __exit__(self, *error):
        trainer.Trainer.compute_loss = self.before


def test_the_size_of_the_cache_is_foreseen_and_one_too_large_is_not_kept(corpus, encoders, tmp_path, caplog):
    states = cached(corpus, encoders["wavlm"], tmp_path / "states.safetensors")
    kept = load_file(states)
    config = load_encoder(encoders["wavlm"]).config.to_dict()
    samples = {
        row["utterance_id"]: min(len(decode(row["audio"]["bytes"])), 8000)
        for row in store.rows(corpus / "audio.parquet")
        if row["status"] == "ok"
    }
    assert {key: len(states) for key, states in kept.items()} == dict(
        zip(samples, frames_of(np.array(list(samples.values())), config), strict=True)
    )
    held = sum(tensor.numel() * 2 for tensor in kept.values())
    assert len(kept) == 35
    assert prefix_gb(corpus / "audio.parquet", config, SECONDS) == held / 1e9
    with safe_open(states, "pt") as opened:
        assert json.loads(opened.metadata()["sarangi"]) == MADE_BY_TEST
    none = cached(corpus, encoders["wavlm"], tmp_path / "none.safetensors", cache_gb=held / 2e9)
    assert "raise cache_gb and add --forcerun prefix_states" in caplog.text
    assert load_file(none) == {}
    files = {"audio": [corpus / "audio.parquet"]}
    runs = [
        trained(
            corpus, encoders, tmp_path / str(len(more)), {"audio": PREFIX}, files=files | more, max_epochs=2
        )
        for more in ({}, {"prefix_states": [none]})
    ]
    for kind in ("model", "log", "predictions"):
        assert runs[0][kind].read_bytes() == runs[1][kind].read_bytes(), kind


def test_a_killed_run_by_length_goes_on_in_its_own_order(corpus, encoders, tmp_path, monkeypatch):
    model, more = {"audio": AUDIO}, {"group_by_length": True}
    rows = store.read(corpus / "manifest.parquet")
    lengths = np.random.default_rng(1).permutation(len(rows)) / 10
    (tmp_path / "corpus").mkdir()
    write_corpus(tmp_path / "corpus", rows.assign(duration_s=lengths))
    shutil.copyfile(corpus / "audio.parquet", tmp_path / "corpus/audio.parquet")
    corpus = tmp_path / "corpus"
    whole = trained(corpus, encoders, tmp_path / "whole", model, **more)
    other = trained(corpus, encoders, tmp_path / "other", model)
    assert whole["model"].read_bytes() != other["model"].read_bytes()
    with killed_after_epoch(2, monkeypatch):
        trained(corpus, encoders, tmp_path / "killed", model, **more)
    resumed = trained(corpus, encoders, tmp_path / "killed", model, **more)
    assert resumed["model"].read_bytes() == whole["model"].read_bytes()
