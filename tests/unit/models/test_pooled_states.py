"""States pooled once, for probes."""

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from support.places import to
from support.small_encoders import AUDIO, HEARERS, corpus, encoders, trained  # noqa: F401  (fixtures)
from support.small_training import killed_after_epoch
from support.states import SECONDS

from sarangi.audio.flac import decode
from sarangi.base import store
from sarangi.models.encoders import Encoder, load_encoder, normalises
from sarangi.models.fusion import EmotionClassifier
from sarangi.models.pooled_states import pooled_states
from sarangi.models.runs import CorpusShards, Run
from sarangi.models.speech_states import prepared, speech_states
from sarangi.models.transfer import transfer

LONG_WAY = AUDIO | {"frozen_layers": "all", "layers": "weighted"}


def pool(corpus, folder, output):
    pooled_states(corpus / "audio.parquet", Encoder(folder), SECONDS, 1, to(output))
    return output


@pytest.mark.parametrize("name", HEARERS)
def test_pooled_states_are_the_means_of_every_layer_of_each_clip_alone(corpus, encoders, name, tmp_path):
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


def test_a_probe_on_pooled_states_trains_as_the_long_way_does(corpus, encoders, tmp_path, monkeypatch):
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


def test_states_beyond_float16_fail_with_their_clip(corpus, encoders, tmp_path, monkeypatch):
    import sarangi.models.pooled_states as module

    def huge(model, signals, every_layer, context):
        states, mask = speech_states(model, signals, every_layer, context)
        return states * torch.where(mask.sum(1) > 20, 1e9, 1.0)[None, :, None, None], mask

    monkeypatch.setattr(module, "speech_states", huge)
    table = store.read(pool(corpus, encoders["wav2vec2"], tmp_path / "states.parquet"))
    failed = table[table["reason"] == module.TOO_LARGE]
    assert 0 < len(failed) < len(table)
    assert set(failed["status"]) == {"failed"}
