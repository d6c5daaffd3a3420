"""Pretrained encoders of speech and of text: loading, building and freezing them."""

import re
from collections.abc import Callable, Collection, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import nn
from torch.utils.checkpoint import checkpoint
from transformers import AutoModel, PreTrainedConfig, PreTrainedModel

from sarangi.base.errors import SarangiError
from sarangi.base.sound import SAMPLE_RATE
from sarangi.models.family import Family, module_of, names
from sarangi.models.family import load as family_named
from sarangi.models.loading import quietly, refuse_other_shapes, said_by
from sarangi.models.refusals import refuse_larger, refuse_no_numbers, settings_in
from sarangi.models.settings import config_of, size_of_weights, stated_or_default, weights_alone
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
            refuse_larger(lambda: _built(config, family, options), (), size_of_weights(alone))
            model, found = (family.network or AutoModel).from_pretrained(
                alone,
                config=config,
                local_files_only=True,
                trust_remote_code=False,
                use_safetensors=True,
                dtype=torch.float32,
                output_loading_info=True,
                ignore_mismatched_sizes=True,  # they are refused below, by name
                key_mapping=dict(family.renamed) or None,
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
    return _completed(model, family)


def beyond(name: str, layers: int) -> bool:
    """Whether a tensor is of a layer of the transformer beyond so many."""
    found = re.search(r"(?:^|\.)encoder\.layers?\.(\d+)\.", name)
    return found is not None and int(found[1]) >= layers


def build_encoder(settings: Mapping[str, Any], pooler: bool = False) -> PreTrainedModel:
    """Return an encoder of the shape that a ``config.json`` describes, with random weights."""
    config = config_of(settings)
    family = family_named(config.model_type)
    options = family.options(pooler) if family else {}
    return _completed(_built(config, family, {"dtype": torch.float32, **options}), family)


def _built(config: PreTrainedConfig, family: Family | None, options: Mapping[str, Any]) -> PreTrainedModel:
    if family is not None and family.network is not None:
        return family.network._from_config(config, **options)
    return AutoModel.from_config(config, **options)


def _completed(model: PreTrainedModel, family: Family | None) -> PreTrainedModel:
    if family is not None and family.complete is not None:
        family.complete(model)
    return model


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
        If its ``preprocessor_config.json`` is of another sample rate, of more than one channel, or of
        another spectrum than its family takes.
    """
    file = folder / "preprocessor_config.json"
    settings = settings_in(file)
    of_encoder = settings_in(folder / "config.json")
    family = family_named(str(of_encoder.get("model_type")))
    spectrum = family.spectrum if family is not None else None
    takes = {"sampling_rate": SAMPLE_RATE} | dict(spectrum.preprocessor if spectrum else {"feature_size": 1})
    if spectrum and spectrum.bands:
        takes["feature_size"] = stated_or_default(of_encoder, spectrum.bands)
    for key, expected in takes.items():
        value = settings.get(key, expected)
        if isinstance(value, bool) or value != expected:
            taken = (
                f"its family takes {expected}"
                if spectrum and key != "sampling_rate"
                else (f"the audio is mono at {SAMPLE_RATE} Hz")
            )
            raise SarangiError(
                f"{file}: {key} is {value!r}, and {taken}; "
                "this encoder cannot be used on it; correct the file if it is wrong, or choose another one"
            )
    if spectrum:
        return False  # its spectrum is normalised, and not its signal
    normalise = settings.get("do_normalize", True)
    if not isinstance(normalise, bool):
        raise SarangiError(f"{file}: do_normalize is {normalise!r}; expected true or false; get it again")
    return normalise


def layers_of(model: PreTrainedModel) -> nn.ModuleList:
    """Return the layers of the transformer, the lowest first."""
    names = ("layers", "layer", "albert_layer_groups")  # the last: layers that share their weights
    return next(getattr(model.encoder, name) for name in names if hasattr(model.encoder, name))


def checkpoint_gradients(model: PreTrainedModel) -> None:
    """Compute each layer again in the backward pass, so that less memory is needed (Chen et al. 2016)."""
    if model.supports_gradient_checkpointing:
        model.activation_checkpointing_enable({"use_reentrant": False})
        return
    for layer in layers_of(model):  # of an architecture for which transformers has not written it
        layer.forward = partial(_forward_twice, layer, layer.forward)


def _forward_twice(layer: nn.Module, forward: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    if not (layer.training and torch.is_grad_enabled()):
        return forward(*arguments, **named)
    return checkpoint(forward, *arguments, use_reentrant=False, **named)


def freeze(model: PreTrainedModel, layers: int | str, prefix: bool = False) -> None:
    """Keep the lowest ``layers`` of the transformer from learning, and what lies below them.

    Of speech that is the convolutional feature extractor, which never learns; of text the embeddings, which
    learn where no layer is frozen.  ``all`` keeps the whole encoder from learning, ``prefix`` (of speech)
    also what lies between the convolutions and the frozen layers.

    Raises
    ------
    SarangiError
        If the transformer has fewer layers, or its layers share their weights and only some are to be frozen.
    """
    own = layers_of(model)
    if layers == ALL:
        model.requires_grad_(False)
        return
    family = family_named(model.config.model_type)
    if layers and family is not None and family.shared_layers:
        raise SarangiError(
            f"frozen_layers is {layers}, but the layers of {family.model_type} share their weights; "
            f"choose 0 or {ALL}"
        )
    if layers > len(own):
        raise SarangiError(f"frozen_layers is {layers}, but the encoder has {len(own)}; choose fewer")
    frozen = list(own[:layers])
    if hasattr(model, "feature_extractor"):
        frozen.append(model.feature_extractor)
    elif layers:
        frozen.append(model.embeddings)
    if prefix:
        below = ("pos_conv_embed",) if norm_is_last(model) else ("pos_conv_embed", "layer_norm")
        frozen += [getattr(model.encoder, name) for name in below if hasattr(model.encoder, name)]
        frozen.append(model.feature_projection)
        if has_bias_of_first_layer(model):
            frozen.append(own[0].attention.rel_attn_embed)
    for part in frozen:
        part.requires_grad_(False)


def norm_is_last(model: PreTrainedModel) -> bool:
    """Whether the transformer's own norm stands above its layers, and not below them."""
    stated: bool | None = getattr(model, "norm_is_last", None)
    if stated is not None:
        return stated
    return getattr(model.config, "do_stable_layer_norm", False)


def has_bias_of_first_layer(model: PreTrainedModel) -> bool:
    """Whether the first layer makes the bias of positions for all, as WavLM's does."""
    return hasattr(getattr(layers_of(model)[0], "attention", None), "rel_attn_embed")
