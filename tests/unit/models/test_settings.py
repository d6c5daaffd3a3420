"""What is taken from the settings of somebody's encoder, and what is not."""

import importlib
import inspect
import json
import re
import shutil

import pytest
import torch
from support.small_encoders import HEARERS, encoders  # noqa: F401  (fixtures)
from transformers import AutoConfig
from transformers.models.auto.configuration_auto import CONFIG_MAPPING

from sarangi.base.errors import SarangiError
from sarangi.models.encoders import build_encoder, load_encoder
from sarangi.models.family import BRANCHES, names
from sarangi.models.settings import TAKEN, config_of

FOLLOWED = {
    "_attn_implementation": "kernels-community/flash-attn3",
    "attn_implementation": "somebody/kernel",
    "auto_map": {"AutoConfig": "somebody/code--evil.Config", "AutoModel": "evil.Model"},
    "quantization_config": {"quant_method": "bitsandbytes", "load_in_4bit": True},
    "kernel_config": {"kernel_mapping": {"RMSNorm": "somebody/kernel"}},
    "use_kernels": True,
    "_name_or_path": "somebody/else",
    "base_model_name_or_path": "somebody/else",
    "tokenizer_class": "EvilTokenizer",
    "dtype": "float8_e4m3fn",
    "torch_dtype": "no_such_type",
    "output_hidden_states": True,
    "return_dict": False,
    "num_labels": 500_000_000,
    "pruned_heads": {"0": [0]},
    "gradient_checkpointing": True,
    "is_decoder": True,
    "chunk_size_feed_forward": -1,
    "transformers_weights": "../elsewhere.safetensors",
}
# read in classes of heads and by what makes text alone, or set by the class itself
NOT_OURS = {
    "_attn_implementation", "_name_or_path", "add_cross_attention", "chunk_size_feed_forward", "is_decoder",
    "is_encoder_decoder", "num_labels", "problem_type", "output_attentions", "output_hidden_states",
    "return_dict", "tie_word_embeddings", "use_cache", "legacy", "num_feat_extract_layers",
    "proj_codevector_dim", "codevector_dim", "num_codevectors_per_group", "num_codevector_groups",
    "contrastive_logits_temperature", "num_negatives", "diversity_loss_weight", "feat_quantizer_dropout",
    "ctc_loss_reduction", "ctc_zero_infinity", "tdnn_dim", "tdnn_kernel", "tdnn_dilation",
    "xvector_output_dim", "dtype", "to_dict", "id2label", "decoder_layerdrop", "decoder_start_token_id",
    "n_positions",
}  # fmt: skip


@pytest.mark.parametrize("name", FOLLOWED)
def test_nothing_that_loads_fetches_or_swells_is_taken_from_a_file(encoders, tmp_path, name):
    shutil.copytree(encoders["wav2vec2"], tmp_path, dirs_exist_ok=True)
    settings = json.loads((tmp_path / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps(settings | {name: FOLLOWED[name]}))
    (tmp_path / "adapter_config.json").write_text('{"base_model_name_or_path": "somebody/else"}')
    model, plain = load_encoder(tmp_path).eval(), load_encoder(encoders["wav2vec2"]).eval()
    assert model.config._attn_implementation == plain.config._attn_implementation
    signal = torch.randn(1, 4000)
    with torch.no_grad():
        assert torch.equal(model(signal).last_hidden_state, plain(signal).last_hidden_state)
    # nor in the settings that a run of fine-tuning carries
    built = build_encoder(settings | {name: FOLLOWED[name]})
    assert built.config._attn_implementation == plain.config._attn_implementation
    assert built.dtype == torch.float32


@pytest.mark.parametrize("model_type", sorted(name for branch in BRANCHES for name in names(branch)))
def test_whatever_a_network_reads_of_its_settings_is_taken(model_type):
    kind = CONFIG_MAPPING[model_type]
    source = inspect.getsource(importlib.import_module(kind.__module__.replace("configuration", "modeling")))
    read = set(re.findall(r"config\.(\w+)", source))
    read |= set(re.findall(r"getattr\((?:self\.)?config, \"(\w+)\"", source))
    assert read - TAKEN <= NOT_OURS
    assert len(read & TAKEN) > 10


@pytest.mark.parametrize("name", HEARERS)
def test_what_is_taken_gives_the_settings_that_transformers_reads(encoders, name):
    settings = json.loads((encoders[name] / "config.json").read_text())
    ours, theirs = config_of(settings), AutoConfig.from_pretrained(encoders[name])
    assert {key: getattr(ours, key, None) for key in TAKEN} == {
        key: getattr(theirs, key, None) for key in TAKEN
    }


@pytest.mark.parametrize(
    ("changed", "said"),
    [({"num_hidden_layers": 10**6}, "num_hidden_layers is 1000000, and no encoder has more than 200"),
     ({"conv_dim": [8] * 10**5}, "conv_dim has 100000 entries"),
     ({"conv_stride": [5, 2, 2, 2, 2, 2, 0]}, "conv_stride is .*expected whole numbers above 0"),
     ({"conv_kernel": [10, 3, "x", 3, 3, 2, 2]}, "conv_kernel is .*expected whole numbers above 0"),
     ({"layer_norm_eps": float("nan")}, "layer_norm_eps is nan"),
     ({"hidden_act": "x" * 100}, "hidden_act is a text of 100 characters"),
     ({"hidden_size": {"a": 1}}, "hidden_size is dict"),
     ({"conv_dim": [[8]] * 7}, "conv_dim has lists in its list"),
     ({"model_type": ["wav2vec2"]}, r"model_type is \['wav2vec2'\]"),
     ({"model_type": None}, "model_type is None"),
     ({"hidden_size": "x"}, "hidden_size")],
)  # fmt: skip
def test_odd_values_are_refused_before_anything_is_built(encoders, tmp_path, changed, said):
    settings = json.loads((encoders["wav2vec2"] / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps(settings | changed))
    with pytest.raises(SarangiError, match=f"config.json describes no encoder that is known: .*{said}"):
        load_encoder(tmp_path)


def test_an_encoder_without_its_weights_says_what_lies_there(encoders, tmp_path):
    (tmp_path / "config.json").write_bytes((encoders["wav2vec2"] / "config.json").read_bytes())
    (tmp_path / "pytorch_model.bin").write_bytes(b"")
    with pytest.raises(SarangiError, match=r"no model\.safetensors; .*convert them with `python -c"):
        load_encoder(tmp_path)
