"""Branches of a network: encoders of speech and of text that give states without a trace of padding.

Shapes: ``clips`` utterances at once, ``frames`` of audio, ``tokens`` of text, ``width`` of a state.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from sarangi.models.encoders import layers_of
from sarangi.models.speech_states import speech_states
from sarangi.models.split_encoder import SplitEncoder
from sarangi.models.text_states import text_states


class LayerSum(nn.Module):
    """The sum of an encoder's layers, weighted by a learned softmax (Yang et al. 2021, SUPERB).

    Parameters
    ----------
    layers
        Number of states to add up: the transformer's layers, and what goes into the first.
    """

    def __init__(self, layers: int) -> None:
        super().__init__()
        self.scores = nn.Parameter(torch.zeros(layers))

    def forward(self, states: Tensor) -> Tensor:
        """Return (clips, time, width) from (layers, clips, time, width)."""
        return torch.einsum("l,lctw->ctw", self.scores.softmax(0), states)


class Branch(nn.Module):
    """An encoder; one that learns nothing stays in evaluation, without dropout."""

    def __init__(self, encoder: PreTrainedModel) -> None:
        super().__init__()
        self.encoder = encoder

    @property
    def takes_frames(self) -> bool:
        """Whether it takes what ``convolved`` gives in place of a signal, the same in every epoch."""
        return False

    @property
    def width(self) -> int:
        """Width of its states."""
        return self.encoder.config.hidden_size

    def train(self, mode: bool = True) -> "Branch":
        """Set training or evaluation."""
        super().train(mode)
        if not any(parameter.requires_grad for parameter in self.encoder.parameters()):
            self.encoder.eval()
        return self


class AudioBranch(Branch):
    """A speech encoder.

    Parameters
    ----------
    encoder
        From :func:`sarangi.models.encoders.load_encoder`.
    weighted
        Whether to give the weighted sum of all layers instead of the last.
    prefix
        Number of layers that are frozen with all that lies below them, as :class:`SplitEncoder` has it; None
        for an encoder in one piece.
    context
        Seconds of silence behind each clip, of :func:`speech_states`; none with a prefix.
    """

    def __init__(
        self,
        encoder: PreTrainedModel,
        weighted: bool = False,
        prefix: int | None = None,
        context: float = 0.0,
    ) -> None:
        super().__init__(encoder)
        self.context = context
        self.layers = LayerSum(len(layers_of(encoder)) + 1) if weighted else None
        self.split = None if prefix is None else SplitEncoder(encoder, prefix)

    @property
    def takes_frames(self) -> bool:
        """Whether it takes what ``convolved`` gives in place of a signal, the same in every epoch.

        A prefix has states of its own, and Whisper masks its spectrum where its settings ask for it, below
        the convolutions; published ones do not.  With silence behind a clip its frames would not say where
        the clip ends.
        """
        return (
            self.split is None
            and not self.context
            and not getattr(self.encoder.feature_extractor, "draws", False)
        )

    def train(self, mode: bool = True) -> "AudioBranch":
        """Set training or evaluation."""
        super().train(mode)
        if self.split is not None:
            self.split.train(mode)
        return self

    def forward(self, signals: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
        """Return states (clips, frames, width) and mask (clips, frames) of signals of shape (samples,).

        In place of a signal there may be what its prefix gave, or without a prefix its convolutions, of
        shape (frames, width).
        """
        if self.split is not None:
            return self.split.above([s if s.dim() == 2 else self.split.below(s) for s in signals])
        states, mask = speech_states(self.encoder, signals, self.layers is not None, self.context)
        return (states if self.layers is None else self.layers(states)), mask


class PooledBranch(nn.Module):
    """The weighted sum of a frozen encoder's layers, whose means over time were computed before.

    The mean of a sum is the sum of the means, so this equals an :class:`AudioBranch` of weighted layers.

    Parameters
    ----------
    layers, width
        Of the encoder's states.
    """

    def __init__(self, layers: int, width: int) -> None:
        super().__init__()
        self.width = width
        self.layers = LayerSum(layers)

    def forward(self, pooled: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
        """Return states (clips, 1, width) and mask (clips, 1) of means of shape (layers, width)."""
        states = self.layers(torch.stack(list(pooled), 1)[:, :, None])
        return states, torch.ones(states.shape[:2], dtype=torch.bool, device=states.device)


class TextBranch(Branch):
    """A text encoder, from :func:`sarangi.models.encoders.load_encoder`."""

    def forward(self, tokens: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
        """Return states (clips, tokens, width) and mask (clips, tokens) of token ids of shape (tokens,)."""
        states, mask, _ = text_states(self.encoder, tokens)
        return states, mask
