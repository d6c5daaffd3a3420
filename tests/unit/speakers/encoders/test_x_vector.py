"""x-vectors of transformers: as the network itself gives them, and folders that hold none."""

import json

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import (
    UniSpeechSatConfig,
    UniSpeechSatForXVector,
    Wav2Vec2Config,
    Wav2Vec2ForXVector,
    WavLMConfig,
    WavLMForXVector,
)

from sarangi.base.errors import SarangiError
from sarangi.speakers.encoders import x_vector

SMALL = {
    "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32,
    "conv_dim": [8, 8, 8], "conv_kernel": [10, 3, 2], "conv_stride": [10, 4, 4], "num_conv_pos_embeddings": 4,
    "num_conv_pos_embedding_groups": 2, "tdnn_dim": [8, 8], "tdnn_kernel": [5, 3], "tdnn_dilation": [1, 2],
    "xvector_output_dim": 12, "use_weighted_layer_sum": True, "num_labels": 7,
}  # fmt: skip
NETWORKS = {
    "wavlm": (WavLMConfig, WavLMForXVector),
    "wav2vec2": (Wav2Vec2Config, Wav2Vec2ForXVector),
    "unispeech-sat": (UniSpeechSatConfig, UniSpeechSatForXVector),
}


@pytest.fixture(params=NETWORKS)
def made(request, tmp_path):
    """A small random network and its folder, as its publisher would put it."""
    torch.manual_seed(3)
    config, network = NETWORKS[request.param]
    model = network(config(**SMALL)).eval()
    model.save_pretrained(tmp_path)
    (tmp_path / "preprocessor_config.json").write_text('{"do_normalize": true, "sampling_rate": 16000}')
    return model, tmp_path


def noise(samples):
    return np.random.default_rng(4).normal(0, 0.1, samples).astype(np.float32)


def test_an_embedding_is_that_of_the_network_with_length_one(made):
    model, folder = made
    encoder = x_vector.encoder(folder)
    signal = noise(9000)
    normal = (signal - signal.mean()) / np.sqrt(signal.var() + 1e-7)
    with torch.no_grad():
        expected = model(torch.from_numpy(normal)[None]).embeddings[0]
    found, problem = encoder.embed(signal)
    assert problem is None and encoder.width == 12
    assert np.allclose(found, (expected / expected.norm()).numpy(), atol=1e-6)


def test_the_shortest_clip_has_a_deviation_and_a_shorter_one_fails(made):
    encoder = x_vector.encoder(made[1])
    # two frames of the last convolution are 10 of the encoder
    needed = 10 * ((10 - 1) * 16 + (2 - 1) * 4 + 3)
    found, problem = encoder.embed(noise(needed))
    assert problem is None and np.isfinite(found).all()
    for samples in (0, needed - 1):
        found, problem = encoder.embed(noise(samples))
        assert found is None and problem.startswith("too short for the encoder")


def test_a_long_clip_is_cut_at_the_centre(made, monkeypatch):
    encoder = x_vector.encoder(made[1])
    monkeypatch.setattr(x_vector, "SECONDS", 1)
    signal = noise(24_000)
    assert np.array_equal(encoder.embed(signal)[0], encoder.embed(signal[4000:20_000])[0])


def test_folders_that_hold_no_such_network_are_refused(made, monkeypatch):
    _, folder = made
    settings, tensors = (
        json.loads((folder / "config.json").read_text()),
        load_file(folder / "model.safetensors"),
    )
    monkeypatch.setattr(torch.hub, "load", None)

    def refused(message, config=settings, weights=tensors, **preprocessor):
        (folder / "config.json").write_text(json.dumps(config))
        save_file(weights, folder / "model.safetensors", {"format": "pt"})
        (folder / "preprocessor_config.json").write_text(json.dumps({"sampling_rate": 16_000} | preprocessor))
        with pytest.raises(SarangiError, match=message):
            x_vector.encoder(folder)

    refused("model_type is 'bert'; expected one of", settings | {"model_type": "bert"})
    refused("lack 2 tensors, first tdnn", weights={k: v for k, v in tensors.items() if "tdnn.1" not in k})
    refused("a different shape", settings | {"xvector_output_dim": 13})
    refused("parameters, and the weights have", settings | {"tdnn_dim": [8000, 8000]})
    refused("not numbers", weights=tensors | {"projector.bias": tensors["projector.bias"] * torch.nan})
    refused("sampling_rate is 8000", sampling_rate=8000)
    # the loss's own weights are of no account
    (folder / "preprocessor_config.json").write_text("{}")
    (folder / "config.json").write_text(json.dumps(settings))
    save_file(
        {k: v for k, v in tensors.items() if "objective" not in k},
        folder / "model.safetensors",
        {"format": "pt"},
    )
    assert x_vector.encoder(folder).width == 12
