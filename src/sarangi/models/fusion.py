"""From the states of one or two encoders to an emotion: pooling, fusion, classification.

Shapes: ``clips`` utterances at once, ``frames`` of audio, ``tokens`` of text, ``width`` of a state.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from transformers import PreTrainedModel

from sarangi.base.errors import SarangiError
from sarangi.models import replay
from sarangi.models.branches import AudioBranch, Branch, PooledBranch, TextBranch
from sarangi.models.concordance import concordance_loss
from sarangi.models.encoders import build_encoder, freeze
from sarangi.models.family import BRANCHES, load
from sarangi.models.linear_maps import hasten
from sarangi.models.pooling import masked_mean
from sarangi.models.refusals import refuse_larger, refuse_no_numbers, refuse_odd_run, settings_in
from sarangi.models.settings import layers_and_width, size_of_weights
from sarangi.models.shortest import refuse_longer
from sarangi.models.utterances import Packed

WEIGHTED = "weighted"
CONTEXT = "context"
"""Of a described audio branch: seconds of silence behind each clip, as the encoder's entry states them."""


class Concatenation(nn.Module):
    """The means of both, side by side.

    Parameters
    ----------
    audio, text
        Widths of their states.
    """

    def __init__(self, audio: int, text: int) -> None:
        super().__init__()
        self.width = audio + text

    def forward(self, audio: Tensor, audio_mask: Tensor, text: Tensor, text_mask: Tensor) -> Tensor:
        """Return (clips, audio + text width) from states (clips, time, width) and masks (clips, time)."""
        return torch.cat([masked_mean(audio, audio_mask), masked_mean(text, text_mask)], 1)


class Gated(nn.Module):
    """A gated multimodal unit: a learned gate weighs both means (Arevalo et al. 2017, equation 1).

    Parameters
    ----------
    audio, text
        Widths of their states.
    width
        Of the result.
    """

    def __init__(self, audio: int, text: int, width: int) -> None:
        super().__init__()
        self.width = width
        self.audio = nn.Linear(audio, width, bias=False)
        self.text = nn.Linear(text, width, bias=False)
        self.gate = nn.Linear(audio + text, width, bias=False)

    def forward(self, audio: Tensor, audio_mask: Tensor, text: Tensor, text_mask: Tensor) -> Tensor:
        """Return (clips, width) from states (clips, time, width) and masks (clips, time)."""
        audio, text = masked_mean(audio, audio_mask), masked_mean(text, text_mask)
        gate = self.gate(torch.cat([audio, text], 1)).sigmoid()
        return gate * self.audio(audio).tanh() + (1 - gate) * self.text(text).tanh()


class CrossAttention(nn.Module):
    """Audio attends to text and text to audio, each with a residual; the means of both, side by side.

    One crossmodal block each way, without position embeddings of its own, after Tsai et al. 2019
    (multimodal transformer).

    Parameters
    ----------
    audio, text
        Widths of their states.
    width
        Of the attention.
    heads
        A divisor of the width.
    """

    def __init__(self, audio: int, text: int, width: int, heads: int) -> None:
        super().__init__()
        self.width = 2 * width
        self.audio = nn.Linear(audio, width)
        self.text = nn.Linear(text, width)
        self.audio_to_text = nn.MultiheadAttention(width, heads, batch_first=True)
        self.text_to_audio = nn.MultiheadAttention(width, heads, batch_first=True)
        self.audio_norm = nn.LayerNorm(width)
        self.text_norm = nn.LayerNorm(width)

    def forward(self, audio: Tensor, audio_mask: Tensor, text: Tensor, text_mask: Tensor) -> Tensor:
        """Return (clips, 2 * width) from states (clips, time, width) and masks (clips, time)."""
        audio, text = self.audio(audio), self.text(text)
        of_text, _ = self.audio_to_text(audio, text, text, key_padding_mask=~text_mask, need_weights=False)
        of_audio, _ = self.text_to_audio(text, audio, audio, key_padding_mask=~audio_mask, need_weights=False)
        audio, text = self.audio_norm(audio + of_text), self.text_norm(text + of_audio)
        return torch.cat([masked_mean(audio, audio_mask), masked_mean(text, text_mask)], 1)


FUSIONS = {"concatenation": Concatenation, "gated": Gated, "cross_attention": CrossAttention}
"""By ``kind`` of the configuration; its other keys are their parameters."""


class EmotionClassifier(nn.Module):
    """One branch or two with a fusion, dropout, one linear layer.

    A branch alone is pooled by :func:`masked_mean`.

    Parameters
    ----------
    audio, text
        The branches; one of them may be None.
    fusion
        Of :data:`FUSIONS`, where both are there.
    emotions
        Number of classes.
    dropout
        Before the linear layer.
    weights : Tensor of shape (emotions,), optional
        Weights of the classes in the cross-entropy.
    adjusted : Tensor of shape (emotions,), optional
        Added to the logits in the cross-entropy alone (:mod:`sarangi.models.balance`).
    """

    described: Mapping[str, Any]
    """What it was built from by :func:`classifier`."""

    def __init__(
        self,
        audio: Branch | PooledBranch | None,
        text: Branch | None,
        fusion: nn.Module | None,
        emotions: int,
        dropout: float,
        weights: Tensor | None = None,
        adjusted: Tensor | None = None,
    ) -> None:
        super().__init__()
        self.audio, self.text, self.fusion = audio, text, fusion
        self.dropout = nn.Dropout(dropout)
        self.classifier = nn.Linear((fusion or audio or text).width, emotions)
        self.register_buffer("weights", weights, persistent=False)
        self.register_buffer("adjusted", adjusted, persistent=False)

    def forward(
        self,
        signals: Sequence[Tensor] | Packed | None = None,
        tokens: Sequence[Tensor] | Packed | None = None,
        labels: Tensor | None = None,
        targets: Tensor | None = None,
    ) -> dict[str, Tensor]:
        """Return logits of shape (clips, emotions), and the loss where labels (clips,) are given.

        ``targets`` (clips, emotions) are soft labels, times the weights of the emotions, which are learnt in
        place of the labels: see :mod:`sarangi.models.soft_targets`.
        """
        device = self.classifier.weight.device
        found: list[Tensor] = []
        for branch, inputs in ((self.audio, signals), (self.text, tokens)):
            if branch is not None:
                if isinstance(inputs, Packed):  # in one copy
                    inputs = inputs.to(device, non_blocking=True)
                found += branch([entry.to(device) for entry in inputs])
        states = masked_mean(*found) if self.fusion is None else self.fusion(*found)
        logits = self.classifier(self.dropout(states))
        if labels is None:
            return {"logits": logits}
        return {"loss": self._loss(logits, labels, targets), "logits": logits}

    def _loss(self, logits: Tensor, labels: Tensor, targets: Tensor | None) -> Tensor:
        learnt = self.as_learnt(logits)
        if targets is None:
            return nn.functional.cross_entropy(learnt, labels.to(logits.device), weight=self.weights)
        targets = targets.to(logits.device)
        return nn.functional.cross_entropy(learnt, targets, reduction="sum") / targets.sum()

    def as_learnt(self, logits: Tensor) -> Tensor:
        """Return logits as the cross-entropy takes them."""
        return logits if self.adjusted is None else logits + self.adjusted

    @classmethod
    def from_pretrained(cls, folder: Path) -> "EmotionClassifier":
        """Open a run: ``config.json`` and ``model.safetensors``; no file of an encoder is needed.

        Raises
        ------
        SarangiError
            If a file is missing, or they do not go together.
        """
        try:
            described = settings_in(folder / "config.json")
            refuse_odd_run(described)

            def build() -> EmotionClassifier:
                pooler = replay.needs_pooler(described)
                encoders = {
                    b: build_encoder(described[b]["encoder"], pooler) for b in with_encoder(described)
                }
                return classifier(described, encoders)

            refuse_larger(build, (described,), size_of_weights(folder))
            network = build()
            network.load_state_dict(load_file(folder / "model.safetensors"))
            refuse_no_numbers(network, folder)
        except Exception as error:  # whatever torch and transformers stumble over in a damaged description
            raise SarangiError(
                f"{folder}: there is no complete fine-tuned run here: {type(error).__name__}: "
                f"{error}; get its "
                "config.json and model.safetensors again, from one run"
            ) from error
        return network.eval()


class RatingRegressor(EmotionClassifier):
    """The same with an output a dimension in place of one an emotion: a linear head each, on what is pooled.

    Its answers are on the scale of :mod:`sarangi.models.ratings`.
    """

    def _loss(self, logits: Tensor, labels: Tensor, targets: Tensor | None) -> Tensor:
        return concordance_loss(logits.float(), labels.to(logits.device))


def with_encoder(model: Mapping[str, Any]) -> list[str]:
    """Return the branches of a model's entry that run an encoder; one of pooled states does not."""
    return [branch for branch in BRANCHES if branch in model and "states" not in model[branch]]


def classifier(
    described: Mapping[str, Any],
    encoders: Mapping[str, PreTrainedModel],
    weights: Tensor | None = None,
    adjusted: Tensor | None = None,
) -> EmotionClassifier:
    """Build the network that a model of the configuration describes, with its frozen parts frozen.

    Parameters
    ----------
    described
        ``emotions`` or ``dimensions``, ``dropout``, and ``audio``, ``text``, ``fusion`` and ``replay`` of the
        model's entry, as far as they are there.
    encoders
        By branch, those of :func:`with_encoder`.
    weights, adjusted
        Of :class:`EmotionClassifier`.

    Raises
    ------
    SarangiError
        If more layers are to be frozen than there are.
    """
    replayed = bool(described.get("replay"))
    audio = text = fusion = None
    if "audio" in encoders:
        refuse_longer(encoders["audio"].config.to_dict(), described["audio"]["max_audio_s"])
    if "audio" in described and replayed:
        audio = replay.ReplayedAudio(encoders["audio"])
    elif "audio" in described:
        audio = _audio_branch(described["audio"], encoders.get("audio"))
    if "text" in described and replayed:
        most = described["text"]["max_tokens"]
        text = replay.ReplayedText(encoders["text"], most, replay.needs_pooler(described))
    elif "text" in described:
        text = TextBranch(encoders["text"])
    if audio is not None and text is not None:
        shape = {key: value for key, value in described["fusion"].items() if key != "kind"}
        kinds = replay.FUSIONS if replayed else FUSIONS
        shape |= {"dropout": described["dropout"]} if replayed else {}
        fusion = kinds[described["fusion"]["kind"]](audio.width, text.width, **shape)
    for branch, encoder in encoders.items():
        freeze(encoder, described[branch]["frozen_layers"])
        family = load(encoder.config.model_type)
        if branch == "audio" and family is not None and family.spectrum is None:
            hasten(encoder)  # of samples alone: what others give, to the last digit, is in published locks
    kind, answers = (
        (RatingRegressor, "dimensions") if "dimensions" in described else (EmotionClassifier, "emotions")
    )
    outputs, dropout = len(described[answers]), described["dropout"]
    network = kind(audio, text, fusion, outputs, dropout, weights, adjusted)
    network.described = described
    return network


def _audio_branch(entry: Mapping[str, Any], encoder: PreTrainedModel | None) -> AudioBranch | PooledBranch:
    if encoder is None:
        layers, width = layers_and_width(entry["encoder"])
        return PooledBranch(layers + 1, width)
    if not entry.get("spec_augment", True):
        encoder.config.apply_spec_augment = False
    prefix, context = entry["frozen_layers"] if "prefix" in entry else None, entry.get(CONTEXT, 0)
    if context and prefix is not None:
        raise SarangiError(f"the encoder has a {CONTEXT}, with which no prefix is kept; remove `prefix`")
    return AudioBranch(encoder, entry.get("layers") == WEIGHTED, prefix, context)
