"""The encoder of a checkpoint of openai-whisper, as a folder that an encoder of speech is loaded from."""

import json
from collections.abc import Mapping
from pathlib import Path

from safetensors.torch import save_file

from sarangi.base.sound import SAMPLE_RATE
from sarangi.transcripts.whisper_checkpoint import load

WINDOW, STEP = 400, 160  # samples of the spectrogram
NAMES = {
    "positional_embedding": "embed_positions.weight",
    "blocks.": "layers.",
    "attn.query.": "self_attn.q_proj.",
    "attn.key.": "self_attn.k_proj.",
    "attn.value.": "self_attn.v_proj.",
    "attn.out.": "self_attn.out_proj.",
    "attn_ln.": "self_attn_layer_norm.",
    "mlp.0.": "fc1.",
    "mlp.2.": "fc2.",
    "mlp_ln.": "final_layer_norm.",
    "ln_post.": "layer_norm.",
}
"""Parts of the names of openai-whisper's tensors, and those of transformers."""


def whisper_encoder(checkpoint: Path, output: Mapping[str, Path]) -> None:
    """Write the encoder of a checkpoint in the form of transformers, without the decoder.

    Parameters
    ----------
    checkpoint
        File of openai-whisper, of any size; nothing in it can run.
    output
        Paths to write ``config.json``, ``preprocessor_config.json`` and ``model.safetensors`` (float32), by
        these names.

    Raises
    ------
    SarangiError
        If the file is no such checkpoint.
    """
    model = load(checkpoint)
    dims = model.dims
    config = {
        "model_type": "whisper",
        "num_mel_bins": dims.n_mels,
        "d_model": dims.n_audio_state,
        "encoder_layers": dims.n_audio_layer,
        "encoder_attention_heads": dims.n_audio_head,
        "encoder_ffn_dim": 4 * dims.n_audio_state,
        "max_source_positions": dims.n_audio_ctx,
    }
    preprocessor = {
        "feature_extractor_type": "WhisperFeatureExtractor",
        "feature_size": dims.n_mels,
        "sampling_rate": SAMPLE_RATE,
        "n_fft": WINDOW,
        "hop_length": STEP,
    }
    state = {
        f"model.encoder.{_renamed(name)}": tensor.detach().cpu().float().contiguous()
        for name, tensor in model.encoder.state_dict().items()
    }
    save_file(state, output["model.safetensors"])
    for name, content in (("config.json", config), ("preprocessor_config.json", preprocessor)):
        output[name].write_text(json.dumps(content, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def _renamed(name: str) -> str:
    for theirs, ours in NAMES.items():
        name = name.replace(theirs, ours)
    return name
