"""The published study's networks, as its code builds them: without masks, so that padding counts.

Ours differ by choice (:mod:`sarangi.models.branches`, :mod:`sarangi.models.fusion`).  The tensors of a fusion
have the names that the study gives them.  What the description of its code leaves open is decided here: texts
are padded to ``max_tokens``, and of both sides joined the text comes first.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from sarangi.base.errors import SarangiError
from sarangi.models.branches import Branch
from sarangi.models.convolutions import convolved
from sarangi.models.family import load
from sarangi.models.pooling import masked_mean
from sarangi.models.speech_states import states_of_frames
from sarangi.models.text_states import text_states

CROSS_ATTENTION = "cross_attention"
WIDTH = 512  # of the study's fusions


def needs_pooler(described: Mapping[str, Any]) -> bool:
    """Whether a network takes of a text what its encoder's pooler gives, and not the tokens' states."""
    fused = described.get("fusion", {}).get("kind")
    return bool(described.get("replay")) and "text" in described and fused != CROSS_ATTENTION


class ReplayedAudio(Branch):
    """A speech encoder that is given clips of one length, and takes all of it for signal.

    Raises
    ------
    SarangiError
        If it takes a spectrum: the study's encoders take samples.
    """

    def __init__(self, encoder: PreTrainedModel) -> None:
        super().__init__(encoder)
        family = load(encoder.config.model_type)
        if family is not None and family.spectrum is not None:
            raise SarangiError(
                f"replay is true, and {family.model_type} takes a spectrum; the study's take samples; "
                "remove `replay` from the model, or choose another encoder"
            )

    @property
    def takes_frames(self) -> bool:
        """Whether it takes what ``convolved`` gives in place of a signal: those of the padded clip."""
        return True

    def forward(self, signals: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
        """Return states (clips, frames, width) and a mask that leaves all of them.

        ``signals`` are of shape (samples,), from :func:`sarangi.models.speech_states.prepared` with padding,
        or what ``convolved`` gives for them, (frames, width).
        """
        states = states_of_frames(self.encoder, torch.stack(convolved(self.encoder, signals)), None)
        return states, _everything(states)


class ReplayedText(Branch):
    """A text encoder.

    Parameters
    ----------
    encoder
        From :func:`sarangi.models.encoders.load_encoder`, with its pooler where ``pooled``.
    tokens
        To which each text is padded.
    pooled
        Whether to give what the encoder's pooler makes of the first token (the masked mean where the encoder
        has no pooler) instead of the states of all tokens.
    """

    def __init__(self, encoder: PreTrainedModel, tokens: int, pooled: bool) -> None:
        super().__init__(encoder)
        self.tokens, self.pooled = tokens, pooled

    def forward(self, tokens: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
        """Return states (clips, max_tokens or 1, width) and a mask that leaves all of them."""
        states, mask, pooled = text_states(self.encoder, tokens, self.tokens)
        if self.pooled:
            states = (masked_mean(states, mask) if pooled is None else pooled)[:, None]
        return states, _everything(states)


def _everything(states: Tensor) -> Tensor:
    return torch.ones(states.shape[:2], dtype=torch.bool, device=states.device)


class ReplayedConcatenation(nn.Module):
    """One linear layer over both pooled vectors, with GELU and dropout.

    Parameters
    ----------
    audio, text
        Widths of their states.
    dropout
        The recipe's.
    width
        Of the result.
    """

    def __init__(self, audio: int, text: int, dropout: float, width: int = WIDTH) -> None:
        super().__init__()
        self.width = width
        self.proj = nn.Linear(text + audio, width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, audio: Tensor, audio_mask: Tensor, text: Tensor, text_mask: Tensor) -> Tensor:
        """Return (clips, width) from states (clips, time, width); the masks leave all of them."""
        joined = self.proj(torch.cat([text.mean(1), audio.mean(1)], 1))
        return self.dropout(nn.functional.gelu(joined))


class ReplayedGate(nn.Module):
    """Both pooled vectors projected, weighed against each other by a sigmoid gate of both projections.

    Parameters
    ----------
    audio, text
        Widths of their states.
    width
        Of the result.
    dropout
        Not used: the study's gate draws none.
    """

    def __init__(self, audio: int, text: int, width: int, dropout: float) -> None:
        super().__init__()
        self.width = width
        self.text_proj = nn.Linear(text, width)
        self.audio_proj = nn.Linear(audio, width)
        self.gate = nn.Linear(2 * width, width)

    def forward(self, audio: Tensor, audio_mask: Tensor, text: Tensor, text_mask: Tensor) -> Tensor:
        """Return (clips, width) from states (clips, time, width); the masks leave all of them."""
        text, audio = self.text_proj(text.mean(1)), self.audio_proj(audio.mean(1))
        gate = self.gate(torch.cat([text, audio], 1)).sigmoid()
        return gate * text + (1 - gate) * audio


class ReplayedCrossAttention(nn.Module):
    """Text attends to audio and audio to text, each with a residual; the means over all positions.

    Parameters
    ----------
    audio, text
        Widths of their states.
    width
        Of the attention.
    heads
        A divisor of the width.
    dropout
        Of the attention and of what it gives.
    """

    def __init__(self, audio: int, text: int, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.width = 2 * width
        self.text_proj = nn.Linear(text, width)
        self.audio_proj = nn.Linear(audio, width)
        self.text_to_audio_attn = nn.MultiheadAttention(width, heads, dropout, batch_first=True)
        self.audio_to_text_attn = nn.MultiheadAttention(width, heads, dropout, batch_first=True)
        self.norm_t = nn.LayerNorm(width)
        self.norm_a = nn.LayerNorm(width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, audio: Tensor, audio_mask: Tensor, text: Tensor, text_mask: Tensor) -> Tensor:
        """Return (clips, 2 * width) from states (clips, time, width); the masks leave all of them."""
        text, audio = self.text_proj(text), self.audio_proj(audio)
        of_audio, _ = self.text_to_audio_attn(text, audio, audio, need_weights=False)
        of_text, _ = self.audio_to_text_attn(audio, text, text, need_weights=False)
        text = self.norm_t(text + self.dropout(of_audio))
        audio = self.norm_a(audio + self.dropout(of_text))
        return torch.cat([text.mean(1), audio.mean(1)], 1)


FUSIONS = {
    "concatenation": ReplayedConcatenation,
    "gated": ReplayedGate,
    CROSS_ATTENTION: ReplayedCrossAttention,
}
"""By ``kind`` of the configuration; its other keys are their parameters, with the recipe's dropout."""
