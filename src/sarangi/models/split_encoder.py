"""A speech encoder in two: what never learns, whose states can be kept, and the rest."""

import copy
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from sarangi.models.encoders import freeze, has_bias_of_first_layer, norm_is_last
from sarangi.models.speech_states import padded, projected


class SplitEncoder:
    """A speech encoder in two: a prefix that never learns and draws nothing at random, and the rest.

    Both share all parameters with the encoder.  What the prefix gives for a clip is the same each time, and
    so can be kept: it is run clip by clip, without padding, dropout, LayerDrop or SpecAugment.

    Parameters
    ----------
    model
        From :func:`sarangi.models.encoders.load_encoder`.
    layers
        Number of layers of the transformer in the prefix.

    Raises
    ------
    SarangiError
        If the transformer has fewer layers.
    """

    def __init__(self, model: PreTrainedModel, layers: int) -> None:
        freeze(model, layers, prefix=True)
        self.model = model
        self.lower = _part_of_transformer(model, layers, lower=True)
        self.upper = _part_of_transformer(model, layers, lower=False)

    def train(self, mode: bool) -> None:
        """Set the rest to training or evaluation; the prefix stays in evaluation."""
        self.upper.train(mode)
        for part in (self.model.feature_extractor, self.model.feature_projection, self.lower):
            part.eval()

    @torch.no_grad()
    def below(self, signal: Tensor) -> Tensor:
        """Return what the prefix gives for a clip.

        Parameters
        ----------
        signal : float32 tensor of shape (samples,)
            As for :func:`sarangi.models.speech_states.speech_states`.

        Returns
        -------
        Tensor of shape (frames, width)
        """
        hidden = projected(self.model, self.model.feature_extractor(signal[None]).transpose(1, 2))
        everything = torch.ones(hidden.shape[:2], dtype=torch.bool, device=hidden.device)
        return self.lower(hidden, attention_mask=everything).last_hidden_state[0]

    def above(self, states: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
        """Return what ``speech_states`` does, from what :meth:`below` gives for each clip."""
        together, mask = padded(states)
        return self.upper(together, attention_mask=mask).last_hidden_state, mask


class _NoPositions(nn.Module):
    """Adds nothing in place of the positional convolution, which the states have behind them."""

    def forward(self, hidden: Tensor) -> Tensor:
        """Return one zero."""
        return hidden.new_zeros(())


def _part_of_transformer(model: PreTrainedModel, layers: int, lower: bool) -> nn.Module:
    """Return a speech encoder's transformer with its lowest layers alone, or with the others alone.

    It shares all parameters with the encoder.  What stands below the layers goes with the lower part, a norm
    above them with the upper.
    """
    whole = model.encoder
    part = _twin(whole)
    above = norm_is_last(model)
    chosen = list(whole.layers[:layers] if lower else whole.layers[layers:])
    if not lower:
        part.dropout = nn.Identity()
        if hasattr(whole, "pos_conv_embed"):
            part.pos_conv_embed = _NoPositions()
        if not above and hasattr(whole, "layer_norm"):
            part.layer_norm = nn.Identity()
        if chosen and has_bias_of_first_layer(model):
            chosen[0] = _twin(chosen[0])
            chosen[0].attention = _twin(chosen[0].attention)
            chosen[0].attention.rel_attn_embed = whole.layers[0].attention.rel_attn_embed
    elif above:
        part.layer_norm = nn.Identity()
    part.layers = nn.ModuleList(chosen)
    return part


def _twin(module: nn.Module) -> nn.Module:
    """Return a module of the same parameters, whose own parts can be exchanged."""
    twin = copy.copy(module)
    twin._modules = dict(module._modules)
    return twin
