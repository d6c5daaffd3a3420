"""Adapters: small matrices beside an encoder's own, which learn in their place (LoRA, Hu et al. 2022)."""

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from torch import nn
from transformers import PreTrainedModel

from sarangi.base.errors import SarangiError
from sarangi.models.encoders import freeze, layers_of
from sarangi.models.family import load

if TYPE_CHECKING:
    from peft import LoraModel

log = logging.getLogger("sarangi")

ALPHA = 2
"""Times the rank, where ``alpha`` is not stated: what an adapter gives is then doubled."""
DROPOUT = 0.05
"""Of what goes into an adapter, where it is not stated."""


def add_adapters(model: PreTrainedModel, branch: Mapping[str, Any]) -> "LoraModel":
    """Freeze an encoder, and give projections of its layers adapters, which learn.

    The product of both matrices of an adapter is zero at first, so that the encoder gives what it gave.

    Parameters
    ----------
    model
        From :func:`sarangi.models.encoders.load_encoder`; it is changed.  What the first matrices begin
        with is drawn from torch's own generator.
    branch
        Of a model's entry: ``frozen_layers``, above which the adapters are, and ``adapters`` with ``rank``
        and, as far as they are not :data:`ALPHA`, :data:`DROPOUT` and the targets of the family, ``alpha``,
        ``dropout`` and ``targets``: last parts of the names of linear maps.

    Returns
    -------
    peft.LoraModel
        Whose ``merge_and_unload`` adds the adapters to the weights and removes them.

    Raises
    ------
    SarangiError
        If the encoder has not so many layers, or lacks a target in a layer that is not frozen.
    """
    # transformers loads it, too; what only opens a trained model does without
    from peft import LoraConfig, LoraModel

    freeze(model, branch["frozen_layers"])
    settings, family = branch["adapters"], load(model.config.model_type)
    linear = _linear_maps(model, branch["frozen_layers"])
    there = sorted({name.rpartition(".")[2] for name in linear})
    targets = settings.get("targets", family.attention if family else ())
    lacking = [target for target in targets if target not in there]
    if lacking or not targets:
        of = f"frozen_layers is {branch['frozen_layers']}, and the layers above have"
        raise SarangiError(
            f"adapters.targets: {model.config.model_type} has no {lacking[0] if lacking else 'default'}; "
            f"{of} {', '.join(there) or 'no linear maps: freeze fewer'}"
        )
    chosen = [name for name in linear if name.rpartition(".")[2] in targets]
    rank = settings["rank"]
    adapted = LoraModel(
        model,
        LoraConfig(
            r=rank,
            lora_alpha=settings.get("alpha", ALPHA * rank),
            lora_dropout=settings.get("dropout", DROPOUT),
            target_modules=chosen,
        ),
        "default",
    )
    learning = sum(tensor.numel() for tensor in model.parameters() if tensor.requires_grad)
    total = sum(tensor.numel() for tensor in model.parameters())
    log.info(
        "adapters of rank %d at %d linear maps (%s): %d of the encoder's %d parameters learn",
        rank, len(chosen), ", ".join(targets), learning, total,
    )  # fmt: skip
    return adapted


def _linear_maps(model: PreTrainedModel, frozen: int) -> list[str]:
    """Return the names of the linear maps in the layers of the transformer that are not frozen."""
    layers = {id(part) for layer in layers_of(model)[frozen:] for part in layer.modules()}
    return [
        name for name, part in model.named_modules() if isinstance(part, nn.Linear) and id(part) in layers
    ]
