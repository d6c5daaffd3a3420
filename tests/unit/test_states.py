"""States computed once: pooled for probes, and below the layers that learn."""

import json
import shutil

import numpy as np
import pytest
import torch
from conftest import MADE_BY_TEST, to
from safetensors import safe_open
from safetensors.torch import load_file
from test_fusion import AUDIO, HEARERS, corpus, encoders, trained, write_corpus  # noqa: F401  (corpus, encoders: fixtures)
from test_training import killed_after_epoch

from sarangi.audio.flac import decode
from sarangi.base import store
from sarangi.base.errors import SarangiError
from sarangi.models import trainer
from sarangi.models.encoders import Encoder, load_encoder, normalises
from sarangi.models.fusion import AudioBranch, EmotionClassifier
from sarangi.models.pooled_states import pooled_states
from sarangi.models.prefix_states import Prefix, frames_of, prefix_gb, prefix_states
from sarangi.models.runs import CorpusShards, Run
from sarangi.models.speech_states import prepared, speech_states
from sarangi.models.split_encoder import SplitEncoder
from sarangi.models.transfer import transfer
from sarangi.models.utterances import ByLength

SECONDS = 0.5
LONG_WAY = AUDIO | {"frozen_layers": "all", "layers": "weighted"}
PREFIX = AUDIO | {"frozen_layers": 1, "prefix": "cached"}


def pool(corpus, folder, output):  # noqa: F811
    pooled_states(corpus / "audio.parquet", Encoder(folder), SECONDS, 1, to(output))
    return output


def cached(corpus, folder, output, layers=1, cache_gb=1.0):  # noqa: F811
    prefix = Prefix(Encoder(folder), layers, SECONDS, cache_gb)
    prefix_states(corpus / "audio.parquet", prefix, 1, to(output))
    return output


# -- pooled states ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", HEARERS)
def test_pooled_states_are_the_means_of_every_layer_of_each_clip_alone(corpus, encoders, name, tmp_path):  # noqa: F811
    table = store.read(pool(corpus, encoders[name], tmp_path / "states.parquet")).set_index("utterance_id")
    model = load_encoder(encoders[name]).eval()
    rows = list(store.rows(corpus / "audio.parquet"))
    assert list(table.index) == [row["utterance_id"] for row in rows]
    for row in rows:
        found = table.loc[row["utterance_id"]]
        assert found["status"] == row["status"]
        assert row["reason"] == (found["reason"] if row["reason"] else None)
        if row["status"] == "ok":
            signal = prepared(decode(row["audio"]["bytes"]), SECONDS, normalises(encoders[name]))
            with torch.no_grad():
                states, _ = speech_states(model, [signal], every_layer=True)
            expected = states[:, 0].mean(1).flatten().numpy()
            assert found["pooled"].dtype == np.float16
            assert np.allclose(found["pooled"], expected, atol=2e-3, rtol=2e-3)
        else:
            assert found["pooled"] is None


def test_a_probe_on_pooled_states_trains_as_the_long_way_does(corpus, encoders, tmp_path, monkeypatch):  # noqa: F811
    states = pool(corpus, encoders["wavlm"], tmp_path / "states.parquet")
    long = trained(corpus, encoders, tmp_path / "long", {"audio": LONG_WAY}, max_epochs=6, patience=6)
    files = {"pooled_states": [states]}
    probe = {"audio": LONG_WAY | {"states": "pooled"}}
    short = trained(corpus, encoders, tmp_path / "short", probe, files=files, max_epochs=6, patience=6)
    logs = [store.read(output["log"]) for output in (long, short)]
    assert logs[0]["training_loss"].iloc[-1] < 0.97 * logs[0]["training_loss"].iloc[0]
    for column in ("training_loss", "validation_loss"):
        assert np.allclose(logs[0][column], logs[1][column], atol=3e-3)
    rows = [store.read(output["predictions"]) for output in (long, short)]
    assert np.allclose(rows[0]["p_sad"], rows[1]["p_sad"], atol=5e-3, equal_nan=True)
    # no encoder is in the file, and the run is opened and resumed as any other
    assert set(load_file(short["model"])) == {"audio.layers.scores", "classifier.weight", "classifier.bias"}
    assert EmotionClassifier.from_pretrained(tmp_path / "short").audio.width == 16
    with killed_after_epoch(2, monkeypatch):
        trained(corpus, encoders, tmp_path / "killed", probe, files=files, max_epochs=6, patience=6)
    again = trained(corpus, encoders, tmp_path / "killed", probe, files=files, max_epochs=6, patience=6)
    assert again["model"].read_bytes() == short["model"].read_bytes()
    transfer(
        {Run(0, 7): tmp_path / "short"},
        CorpusShards(corpus / "manifest.parquet", files),
        4,
        1,
        {},
        to(tmp_path / "transfer.parquet"),
    )
    there = store.read(tmp_path / "transfer.parquet").set_index("utterance_id").loc[rows[1]["utterance_id"]]
    assert np.allclose(there["p_sad"], rows[1]["p_sad"], atol=1e-5, equal_nan=True)


def test_states_beyond_float16_fail_with_their_clip(corpus, encoders, tmp_path, monkeypatch):  # noqa: F811
    import sarangi.models.pooled_states as module

    def huge(model, signals, every_layer):
        states, mask = speech_states(model, signals, every_layer)
        return states * torch.where(mask.sum(1) > 20, 1e9, 1.0)[None, :, None, None], mask

    monkeypatch.setattr(module, "speech_states", huge)
    table = store.read(pool(corpus, encoders["wav2vec2"], tmp_path / "states.parquet"))
    failed = table[table["reason"] == module.TOO_LARGE]
    assert 0 < len(failed) < len(table)
    assert set(failed["status"]) == {"failed"}


# -- the frozen prefix ------------------------------------------------------------------------


@pytest.mark.parametrize("layers", [0, 1, 2])
@pytest.mark.parametrize("name", HEARERS)
def test_an_encoder_in_two_gives_what_the_whole_gives(encoders, name, layers):  # noqa: F811
    model = load_encoder(encoders[name]).eval()
    names = set(model.state_dict())
    torch.manual_seed(2)
    signals = [torch.randn(length) for length in (4000, 9000, 700, 3001)]
    with torch.no_grad():
        expected, mask = speech_states(model, signals)
    # in training only what learns draws at random
    split = AudioBranch(model, prefix=layers).train().split
    below = [split.below(signal) for signal in signals]
    assert all(
        torch.equal(split.below(signal), states) for signal, states in zip(signals, below, strict=True)
    )
    split.train(False)
    with torch.no_grad():
        found, found_mask = split.above(below)
    assert torch.equal(mask, found_mask)
    assert torch.allclose(found[mask], expected[mask], atol=1e-5)
    assert set(model.state_dict()) == names
    learning = {key.split(".")[0] for key, p in model.named_parameters() if p.requires_grad}
    assert learning <= {"encoder", "masked_spec_embed"}
    places = {int(key.split(".")[2]) for key, p in model.named_parameters()
              if p.requires_grad and key.startswith("encoder.layers.")}  # fmt: skip
    assert places == set(range(layers, 2))


def test_more_layers_than_there_are_cannot_be_cut_off(encoders):  # noqa: F811
    with pytest.raises(SarangiError, match="frozen_layers is 3, but the encoder has 2"):
        SplitEncoder(load_encoder(encoders["wavlm"]), 3)


@pytest.mark.parametrize("name", ["wavlm", "wav2vec2_layer_norm"])
def test_with_and_without_the_cache_training_is_the_same(corpus, encoders, name, tmp_path):  # noqa: F811
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


def test_the_size_of_the_cache_is_foreseen_and_one_too_large_is_not_kept(corpus, encoders, tmp_path, caplog):  # noqa: F811
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


def test_large_states_are_kept_in_the_wider_kind(corpus, encoders, tmp_path, monkeypatch):  # noqa: F811
    below = SplitEncoder.below
    monkeypatch.setattr(SplitEncoder, "below", lambda split, signal: 1e6 * below(split, signal))
    kept = load_file(cached(corpus, encoders["wavlm"], tmp_path / "states.safetensors"))
    assert {tensor.dtype for tensor in kept.values()} == {torch.bfloat16}
    assert all(tensor.isfinite().all() for tensor in kept.values())


# -- batches of about one length --------------------------------------------------------------


def test_a_killed_run_by_length_goes_on_in_its_own_order(corpus, encoders, tmp_path, monkeypatch):  # noqa: F811
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
