"""data2vec for speech (Baevski et al. 2022)."""

from typing import Any

from torch import Tensor, nn
from transformers import PreTrainedModel

from sarangi.models.family import Family


def keep_padding_out(model: PreTrainedModel) -> None:
    """Set padding to zero before each convolution of positions, as the end of a clip alone is.

    There are five in a row with a norm after each, so that from the second on padding would not be zero, and
    a clip would have other states next to a longer one.
    """
    encoder = model.encoder
    masks: list[Tensor | None] = [None]

    def note(_: nn.Module, __: tuple, named: dict[str, Any]) -> None:
        masks[0] = named.get("attention_mask")

    def clear(_: nn.Module, arguments: tuple[Tensor]) -> tuple[Tensor] | None:
        return None if masks[0] is None else (arguments[0] * masks[0][:, None],)

    encoder.register_forward_pre_hook(note, with_kwargs=True)
    for layer in encoder.pos_conv_embed.layers:
        layer.register_forward_pre_hook(clear)


FAMILY = Family(
    "data2vec-audio",
    "audio",
    complete=keep_padding_out,
    attention=("q_proj", "v_proj"),
)
