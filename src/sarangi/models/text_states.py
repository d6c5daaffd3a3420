"""States of text encoders."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence
from transformers import PreTrainedModel


def text_states(model: PreTrainedModel, tokens: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
    """Return the last states of each text, and a mask of what is padding.

    Parameters
    ----------
    model
        From :func:`sarangi.models.encoders.load_encoder`.
    tokens : list of int64 tensors of shape (tokens,)
        From the encoder's tokeniser, with its special tokens.

    Returns
    -------
    Tensor of shape (texts, tokens, width)
    Tensor of bool of shape (texts, tokens)
        True where there is a token of the text.
    """
    lengths = torch.tensor([len(text) for text in tokens], device=tokens[0].device)
    together = pad_sequence(list(tokens), batch_first=True, padding_value=model.config.pad_token_id)
    mask = torch.arange(together.shape[1], device=lengths.device)[None] < lengths[:, None]
    return model(together, attention_mask=mask.long()).last_hidden_state, mask
