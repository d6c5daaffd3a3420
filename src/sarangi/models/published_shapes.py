"""Shapes of published encoders: what their ``config.json`` says that decides a network's size.

So time and memory of a training can be measured without their weights.  No job imports this: a job reads the
``config.json`` that came with the weights.
"""

from typing import Any

Shape = dict[str, Any]

_LARGE: Shape = {
    "hidden_size": 1024, "num_hidden_layers": 24, "num_attention_heads": 16, "intermediate_size": 4096,
    "feat_extract_norm": "layer", "do_stable_layer_norm": True, "conv_bias": True,
}  # fmt: skip
_BILLION = {**_LARGE, "hidden_size": 1280, "num_hidden_layers": 48, "intermediate_size": 5120}
_ROBERTA: Shape = {
    "model_type": "roberta", "vocab_size": 50_265, "type_vocab_size": 1, "max_position_embeddings": 514,
    "pad_token_id": 1,
}  # fmt: skip
_DEBERTA: Shape = {
    "model_type": "deberta-v2", "hidden_size": 768, "num_hidden_layers": 12, "num_attention_heads": 12,
    "intermediate_size": 3072, "vocab_size": 128_100, "type_vocab_size": 0, "relative_attention": True,
    "position_buckets": 256, "norm_rel_ebd": "layer_norm", "share_att_key": True,
    "pos_att_type": "p2c|c2p", "position_biased_input": False,
}  # fmt: skip

SHAPES: dict[str, Shape] = {
    "facebook/wav2vec2-base": {"model_type": "wav2vec2"},
    "facebook/wav2vec2-xls-r-300m": {**_LARGE, "model_type": "wav2vec2"},
    "facebook/wav2vec2-xls-r-1b": {**_BILLION, "model_type": "wav2vec2"},
    "facebook/mms-1b-all": {**_BILLION, "model_type": "wav2vec2", "adapter_attn_dim": 16},
    "facebook/hubert-base-ls960": {"model_type": "hubert"},
    "facebook/hubert-large-ll60k": {**_LARGE, "model_type": "hubert"},
    "microsoft/wavlm-base": {"model_type": "wavlm"},
    "microsoft/wavlm-large": {**_LARGE, "model_type": "wavlm", "conv_bias": False, "num_buckets": 320},
    "facebook/data2vec-audio-base": {"model_type": "data2vec-audio"},
    "facebook/w2v-bert-2.0": {
        "model_type": "wav2vec2-bert", "position_embeddings_type": "relative_key", "hidden_act": "swish",
        "left_max_position_embeddings": 64, "right_max_position_embeddings": 8, "add_adapter": False,
        "feature_projection_input_dim": 160, "conv_depthwise_kernel_size": 31, "intermediate_size": 4096,
    },
    "FacebookAI/roberta-base": _ROBERTA,
    "distilbert/distilroberta-base": {**_ROBERTA, "num_hidden_layers": 6},
    "FacebookAI/xlm-roberta-base": {**_ROBERTA, "model_type": "xlm-roberta", "vocab_size": 250_002},
    "microsoft/mpnet-base": {"model_type": "mpnet", "relative_attention_num_buckets": 32},
    "microsoft/deberta-v3-base": _DEBERTA,
    "microsoft/mdeberta-v3-base": {**_DEBERTA, "vocab_size": 251_000},
    "google/muril-base-cased": {"model_type": "bert", "vocab_size": 197_285},
    "ai4bharat/indic-bert": {
        "model_type": "albert", "vocab_size": 200_000, "embedding_size": 128, "hidden_size": 768,
        "num_attention_heads": 12, "intermediate_size": 3072, "num_hidden_groups": 1, "inner_group_num": 1,
    },
}  # fmt: skip
"""Settings by ``owner/name`` on the Hugging Face hub; what is not stated is the architecture's default."""
