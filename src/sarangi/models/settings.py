"""What is taken from the settings of somebody's encoder: a list of names, and values in bounds.

``config.json`` of transformers may name code to load, kernels and adapters to fetch, how attention is
computed, a kind of number.  None of that is ours to follow: what is not listed here is not read.
"""

import math
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from safetensors import safe_open
from transformers import PreTrainedConfig
from transformers.models.auto.configuration_auto import CONFIG_MAPPING

from sarangi.base.documents import json_in
from sarangi.models.refusals import LARGEST_NUMBER, MOST_LAYERS
from sarangi.sources.incomplete import WEIGHTS

LONGEST_LIST, LONGEST_TEXT = 64, 64
COUNTS = ("_ids", "num_batches_tracked")  # of tensors that are no weights
NUMBERS = ("F16", "BF16", "F32", "F64")
PART = re.compile(r"[\w.-]+\.safetensors")

TRANSFORMER = """
    hidden_size num_hidden_layers num_attention_heads intermediate_size hidden_act layer_norm_eps
    initializer_range hidden_dropout hidden_dropout_prob attention_dropout attention_probs_dropout_prob
    activation_dropout final_dropout layerdrop vocab_size pad_token_id bos_token_id eos_token_id
"""
TEXT = """
    max_position_embeddings type_vocab_size attention_head_size embedding_size relative_attention
    max_relative_positions position_biased_input position_buckets pos_att_type share_att_key norm_rel_ebd
    relative_attention_num_buckets num_hidden_groups inner_group_num conv_act conv_groups conv_kernel_size
    pooler_dropout pooler_hidden_act pooler_hidden_size
"""
SPEECH = """
    feat_extract_norm feat_extract_activation feat_proj_dropout feat_proj_layer_norm feature_layer_norm_eps
    conv_dim conv_stride conv_kernel conv_bias num_conv_pos_embeddings num_conv_pos_embedding_groups
    conv_pos_kernel_size conv_pos_batch_norm do_stable_layer_norm num_buckets max_bucket_distance
    apply_spec_augment mask_time_prob mask_time_length mask_time_min_masks mask_feature_prob
    mask_feature_length mask_feature_min_masks squeeze_factor position_embeddings_type rotary_embedding_base
    max_source_positions left_max_position_embeddings right_max_position_embeddings
    feature_projection_input_dim conv_depthwise_kernel_size conformer_conv_dropout
    add_adapter adapter_act adapter_attn_dim adapter_kernel_size adapter_stride num_adapter_layers
    output_hidden_size use_intermediate_ffn_before_adapter
"""
SPECTROGRAM = """
    patch_size qkv_bias frequency_stride time_stride max_length num_mel_bins d_model encoder_layers
    encoder_attention_heads encoder_ffn_dim encoder_layerdrop decoder_layers decoder_attention_heads
    decoder_ffn_dim activation_function dropout init_std scale_embedding max_target_positions
"""
HEAD = "use_weighted_layer_sum classifier_proj_size classifier_dropout classifier_dropout_prob cls_dropout"
TAKEN = frozenset(f"{TRANSFORMER} {TEXT} {SPEECH} {SPECTROGRAM} {HEAD}".split())
"""Names of settings that say what a network is made of, and what its training draws."""


def config_of(settings: Mapping[str, Any], **ours: Any) -> PreTrainedConfig:
    """Return the settings of a network in the form of transformers.

    Parameters
    ----------
    settings
        Of somebody's ``config.json``; only :data:`TAKEN` and ``model_type`` are read.
    ours
        More settings, which stand as they are.

    Raises
    ------
    ValueError
        If the architecture is unknown, or a value is none that a network has; says which.
    """
    model_type = settings.get("model_type")
    if not isinstance(model_type, str) or model_type not in CONFIG_MAPPING:
        raise ValueError(f"model_type is {model_type!r}, which transformers does not know")
    taken = {name: value for name, value in settings.items() if name in TAKEN}
    for name, value in taken.items():
        refuse_odd(name, value)
    return CONFIG_MAPPING[model_type](**taken, **ours)


def stated_or_default(settings: Mapping[str, Any], name: str) -> Any:
    """Return a setting of a ``config.json``, or what transformers takes where it does not state it.

    A published file states only what differed from the defaults of its day, so a padding token of 0 may be
    missing from it.  None where neither the file nor the architecture has it.
    """
    model_type = settings.get("model_type")
    if name in settings or not isinstance(model_type, str) or model_type not in CONFIG_MAPPING:
        return settings.get(name)
    return getattr(CONFIG_MAPPING[model_type](), name, None)


def layers_and_width(settings: Mapping[str, Any]) -> tuple[int, int]:
    """Return the number of layers of an encoder's ``config.json``, and the width of its states."""
    if {"num_hidden_layers", "hidden_size"} <= set(settings):
        return settings["num_hidden_layers"], settings["hidden_size"]
    config = config_of(settings)  # which knows Whisper's names of them
    return config.num_hidden_layers, config.hidden_size


def refuse_odd(name: str, value: Any) -> None:
    """Refuse a value of a setting that no network has.

    Raises
    ------
    ValueError
        Says which, and what is expected.
    """
    if isinstance(value, list):
        if len(value) > LONGEST_LIST:
            raise ValueError(f"{name} has {len(value)} entries, and no encoder has more than {LONGEST_LIST}")
        for entry in value:
            if isinstance(entry, list):
                raise ValueError(f"{name} has lists in its list; expected numbers")
            refuse_odd(name, entry)
        if name in ("conv_stride", "conv_kernel") and not all(
            isinstance(entry, int) and 0 < entry < LARGEST_NUMBER for entry in value
        ):
            raise ValueError(f"{name} is {value}; expected whole numbers above 0")
    elif isinstance(value, str):
        if len(value) > LONGEST_TEXT:
            raise ValueError(f"{name} is a text of {len(value)} characters; at most {LONGEST_TEXT} are read")
    elif isinstance(value, float):
        if not math.isfinite(value) or abs(value) > LARGEST_NUMBER:
            raise ValueError(f"{name} is {value}; expected a number up to {LARGEST_NUMBER}")
    elif isinstance(value, int):
        most = MOST_LAYERS if "layers" in name else LARGEST_NUMBER
        if abs(value) > most:
            raise ValueError(f"{name} is {value}, and no encoder has more than {most}")
    elif value is not None:
        raise ValueError(f"{name} is {type(value).__name__}; expected a number, a text or a list of them")


@contextmanager
def weights_alone(folder: Path) -> Iterator[Path]:
    """Give a folder with links to the weights of another and nothing else that a library could follow.

    Parameters
    ----------
    folder
        With ``model.safetensors``, or with the parts that ``model.safetensors.index.json`` lists.

    Raises
    ------
    ValueError
        If the list names what is no part beside it.
    """
    index = folder / f"{WEIGHTS}.index.json"
    parts = [folder / WEIGHTS]
    if not parts[0].is_file() and index.is_file():
        found = json_in(index)
        names = set(found["weight_map"].values()) if isinstance(found, dict) else set()
        odd = [name for name in names if not PART.fullmatch(str(name)) or not (folder / name).is_file()]
        if odd or not names:
            raise ValueError(
                f"{index.name} lists {odd[0] if odd else 'nothing'}, which is not a file next to it"
            )
        parts = [index, *(folder / name for name in sorted(names))]
    with tempfile.TemporaryDirectory(prefix="sarangi_") as alone:
        for part in parts:
            (Path(alone) / part.name).symlink_to(part.resolve())
        yield Path(alone)


def size_of_weights(alone: Path) -> int:
    """Return the bytes of the tensors' files in a folder of :func:`weights_alone`.

    Raises
    ------
    ValueError
        If a weight is of another kind than a number with a point: quantised ones need more than themselves.
    """
    for file in sorted(alone.glob("*.safetensors")):
        with safe_open(file, "pt") as tensors:
            for name in tensors.keys():  # noqa: SIM118 (no dict)
                kind = tensors.get_slice(name).get_dtype()
                if kind not in NUMBERS and not name.endswith(COUNTS):
                    raise ValueError(f"{name} is of kind {kind}; expected {', '.join(NUMBERS)}")
    return sum(file.stat().st_size for file in alone.glob("*.safetensors"))
