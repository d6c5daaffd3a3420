"""States of text encoders."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.functional import pad
from torch.nn.utils.rnn import pad_sequence
from transformers import PreTrainedModel


def text_states(
    model: PreTrainedModel, tokens: Sequence[Tensor], length: int = 0
) -> tuple[Tensor, Tensor, Tensor | None]:
    """Return the last states of each text, a mask of what is padding, and what the encoder's pooler gives.

    Parameters
    ----------
    model
        From :func:`sarangi.models.encoders.load_encoder`.
    tokens : list of int64 tensors of shape (tokens,)
        From the encoder's tokeniser, with its special tokens.
    length
        To which all are padded at least; 0 pads to the longest.

    Returns
    -------
    Tensor of shape (texts, tokens, width)
    Tensor of bool of shape (texts, tokens)
        True where there is a token of the text.
    Tensor of shape (texts, width), or None
        None where the encoder was loaded without a pooler, or has none.
    """
    lengths = torch.tensor([len(text) for text in tokens], device=tokens[0].device)
    together = pad_sequence(list(tokens), batch_first=True, padding_value=model.config.pad_token_id)
    if together.shape[1] < length:
        together = pad(together, (0, length - together.shape[1]), value=model.config.pad_token_id)
    mask = torch.arange(together.shape[1], device=lengths.device)[None] < lengths[:, None]
    states = model(together, attention_mask=mask.long())
    return states.last_hidden_state, mask, getattr(states, "pooler_output", None)
