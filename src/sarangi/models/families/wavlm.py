"""WavLM (Chen et al. 2022)."""

import warnings

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel
from transformers.models.wavlm.modeling_wavlm import WavLMAttention

from sarangi.base.device_names import CUDA
from sarangi.models.family import Family

# its own mixture of a mask and a position bias
warnings.filterwarnings("ignore", "Support for mismatched key_padding_mask and attn_mask")


IN_ONE = (CUDA,)
"""Devices on which the bias of positions is a mask of torch's attention: elsewhere bytes stay as they are."""


class OwnAttention(WavLMAttention):
    """WavLM's attention, in one operation on a GPU, and which calls projections that are more than linear.

    That of transformers keeps the weights of attention, of each pair of frames, and takes the weights of its
    projections without calling them, so that adapters would do nothing.
    """

    def torch_multi_head_self_attention(
        self, hidden_states: Tensor, attention_mask: Tensor | None, gated_position_bias: Tensor
    ) -> tuple[Tensor, Tensor | None]:
        """Return states of shape (clips, frames, width), with the weights of attention or None."""
        projections = (self.q_proj, self.k_proj, self.v_proj, self.out_proj)
        linear = all(isinstance(projection, nn.Linear) for projection in projections)
        if linear and hidden_states.device.type not in IN_ONE:
            return super().torch_multi_head_self_attention(hidden_states, attention_mask, gated_position_bias)
        clips, frames, width = hidden_states.shape
        query, key, value = (
            projection(hidden_states).view(clips, frames, self.num_heads, self.head_dim).transpose(1, 2)
            for projection in projections[:3]
        )
        bias = gated_position_bias.view(clips, self.num_heads, frames, frames)
        if attention_mask is not None:
            bias = bias.masked_fill(attention_mask.ne(1)[:, None, None], -torch.inf)
        dropout = self.dropout if self.training else 0.0
        attended = nn.functional.scaled_dot_product_attention(
            query, key, value, attn_mask=bias.to(query.dtype), dropout_p=dropout
        )
        return self.out_proj(attended.transpose(1, 2).reshape(clips, frames, width)), None


def complete(model: PreTrainedModel) -> None:
    """Give each layer our attention."""
    for layer in model.encoder.layers:
        layer.attention.__class__ = OwnAttention


FAMILY = Family("wavlm", "audio", attention=("q_proj", "v_proj"), complete=complete)
