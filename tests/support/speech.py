"""Speech in a few lines, for tests of the page."""

import json

import pytest
import torch
from safetensors.torch import save_file

from sarangi.models.fusion import classifier

RATE = 16_000


@pytest.fixture
def run(tmp_path):
    """A folder of a run that hears, with random weights."""
    from transformers import Wav2Vec2Config

    shape = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    few = {"conv_dim": [8] * 3, "conv_kernel": [40, 8, 4], "conv_stride": [20, 8, 2]}
    encoder = Wav2Vec2Config(**shape, **few, num_conv_pos_embeddings=4, num_conv_pos_embedding_groups=2)
    described = {
        "emotions": ["angry", "sad"],
        "dropout": 0.0,
        "audio": {"encoder": encoder.to_dict(), "name": "tiny", "max_audio_s": 3, "frozen_layers": 0,
                  "normalise": True},
    }  # fmt: skip
    from sarangi.models.encoders import build_encoder

    torch.manual_seed(1)
    network = classifier(described, {"audio": build_encoder(described["audio"]["encoder"])})
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps(described))
    save_file({k: v.contiguous() for k, v in network.state_dict().items()}, folder / "model.safetensors")
    return folder
