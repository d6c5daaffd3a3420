"""Pretrained encoders of speech and of text: loading, building and freezing them."""

import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import nn
from transformers import AutoModel, PreTrainedModel

from sarangi.base.errors import SarangiError
from sarangi.base.sound import SAMPLE_RATE
from sarangi.models.family import Family, module_of, names
from sarangi.models.family import load as family_named
from sarangi.models.loading import quietly, refuse_other_shapes, said_by
from sarangi.models.refusals import refuse_larger, refuse_no_numbers, settings_in
from sarangi.models.settings import config_of, size_of_weights, weights_alone
from sarangi.sources.incomplete import WEIGHTS, refuse_incomplete

# by itself a GPU rounds what it convolves in whole precision about as in half (TF32)
torch.backends.cudnn.allow_tf32 = False

ALL = "all"
OPTIONAL = ("masked_spec_embed", "pooler.")  # of heads, and of SpecAugment, which draws its own


class Encoder(NamedTuple):
    """Where an encoder lies, and what the configuration says of it.

    ``families`` are the modules of the families that it may be of; None is any.
    """

    folder: Path
    branch: str = "audio"
    families: Collection[str] | None = None

    def load(self, pooler: bool = False) -> PreTrainedModel:
        """Load it; see :func:`load_encoder`."""
        return load_encoder(self.folder, self.branch, self.families, pooler)


def load_encoder(
    folder: Path, branch: str = "audio", families: Collection[str] | None = None, pooler: bool = False
) -> PreTrainedModel:
    """Load an encoder from a folder with ``config.json`` and ``model.safetensors``.

    Parameters
    ----------
    folder
        With weights in float16 or float32; they become float32.
    branch
        ``audio`` for an encoder of speech, ``text`` for one of text.
    families
        Modules of the families that it may be of, as the configuration states them; None is any.
    pooler
        Whether to load the pooler of a text encoder, too; one whose weights lack it is drawn at random.

    Raises
    ------
    SarangiError
        If the folder holds no encoder of the branch or of the families, or its weights do not fit its
        configuration.
    """
    refuse_incomplete(folder, ["config.json"])
    settings = settings_in(folder / "config.json")
    try:
        config = config_of(settings)
    except Exception as error:  # whatever transformers stumbles over in somebody's settings
        raise SarangiError(
            f"{folder}: config.json describes no encoder that is known: {error or type(error).__name__}; "
            "get it again"
        ) from error
    family = _family_of(config.model_type, branch, families, folder)
    refuse_incomplete(folder, [WEIGHTS])
    try:
        with weights_alone(folder) as alone, quietly():
            options = family.options(pooler)
            refuse_larger(lambda: AutoModel.from_config(config, **options), (), size_of_weights(alone))
            model, found = AutoModel.from_pretrained(
                alone,
                config=config,
                local_files_only=True,
                trust_remote_code=False,
                use_safetensors=True,
                dtype=torch.float32,
                output_loading_info=True,
                ignore_mismatched_sizes=True,  # they are refused below, by name
                **options,
            )
        refuse_other_shapes(found["mismatched_keys"])
    except Exception as error:  # and in weights that do not go with them
        raise SarangiError(
            f"{folder}: model.safetensors does not fit config.json: {said_by(error)}; get both again, from "
            "one place"
        ) from error
    missing = sorted(name for name in found["missing_keys"] if not name.startswith(OPTIONAL))
    if missing:
        raise SarangiError(
            f"{folder}: the weights lack {len(missing)} tensors, first {missing[0]}; get them again"
        )
    left = [name for name in sorted(found["unexpected_keys"]) if beyond(name, len(layers_of(model)))]
    if left:
        raise SarangiError(
            f"{folder}: config.json has {len(layers_of(model))} layers, and the weights have more, such as "
            f"{left[0]}; get both from one place"
        )
    refuse_no_numbers(model, folder)
    return model


def beyond(name: str, layers: int) -> bool:
    """Whether a tensor is of a layer of the transformer beyond so many."""
    found = re.search(r"(?:^|\.)encoder\.layers?\.(\d+)\.", name)
    return found is not None and int(found[1]) >= layers


def build_encoder(settings: Mapping[str, Any], pooler: bool = False) -> PreTrainedModel:
    """Return an encoder of the shape that a ``config.json`` describes, with random weights."""
    config = config_of(settings)
    family = family_named(config.model_type)
    return AutoModel.from_config(config, dtype=torch.float32, **(family.options(pooler) if family else {}))


def _family_of(model_type: str, branch: str, families: Collection[str] | None, folder: Path) -> Family:
    family = family_named(model_type)
    if family is None or family.branch != branch:
        kinds = {"audio": "a speech encoder", "text": "a text encoder"}
        of_it = f", {kinds[family.branch]}" if family else ""
        raise SarangiError(
            f"{folder}/config.json: model_type is {model_type}{of_it}; the branch {branch!r} takes "
            f"{kinds[branch]}, one of {', '.join(names(branch))}"
        )
    if families is not None and module_of(model_type) not in families:
        raise SarangiError(
            f"{folder}/config.json: model_type is {model_type}, and the configuration states another family "
            f"({', '.join(families)}); correct `family` of the encoder"
        )
    return family


def normalises(folder: Path) -> bool:
    """Whether a speech encoder takes signals of zero mean and unit variance.

    Raises
    ------
    SarangiError
        If its ``preprocessor_config.json`` is of another sample rate or of more than one channel.
    """
    file = folder / "preprocessor_config.json"
    settings = settings_in(file)
    for key, expected in (("sampling_rate", SAMPLE_RATE), ("feature_size", 1)):
        value = settings.get(key, expected)
        if isinstance(value, bool) or value != expected:
            raise SarangiError(
                f"{file}: {key} is {value!r}, and the audio is mono at {SAMPLE_RATE} Hz; "
                "this encoder cannot be used on it; correct the file if it is wrong, or choose another one"
            )
    normalise = settings.get("do_normalize", True)
    if not isinstance(normalise, bool):
        raise SarangiError(f"{file}: do_normalize is {normalise!r}; expected true or false; get it again")
    return normalise


def layers_of(model: PreTrainedModel) -> nn.ModuleList:
    """Return the layers of the transformer, the lowest first."""
    return model.encoder.layers if hasattr(model.encoder, "layers") else model.encoder.layer


def freeze(model: PreTrainedModel, layers: int | str, prefix: bool = False) -> None:
    """Keep the lowest ``layers`` of the transformer from learning, and what lies below them.

    Of speech that is the convolutional feature extractor, which never learns; of text the embeddings, which
    learn where no layer is frozen.  ``all`` keeps the whole encoder from learning, ``prefix`` (of speech)
    also what lies between the convolutions and the frozen layers.

    Raises
    ------
    SarangiError
        If the transformer has fewer layers.
    """
    own = layers_of(model)
    if layers == ALL:
        model.requires_grad_(False)
        return
    if layers > len(own):
        raise SarangiError(f"frozen_layers is {layers}, but the encoder has {len(own)}; choose fewer")
    frozen = list(own[:layers])
    if hasattr(model, "feature_extractor"):
        frozen.append(model.feature_extractor)
    elif layers:
        frozen.append(model.embeddings)
    if prefix:
        frozen += [model.feature_projection, model.encoder.pos_conv_embed]
        if not norm_is_last(model):
            frozen.append(model.encoder.layer_norm)
        if hasattr(own[0].attention, "rel_attn_embed"):
            frozen.append(own[0].attention.rel_attn_embed)
    for part in frozen:
        part.requires_grad_(False)


def norm_is_last(model: PreTrainedModel) -> bool:
    """Whether the transformer's own norm stands above its layers, and not below them."""
    return model.config.do_stable_layer_norm
