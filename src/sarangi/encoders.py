"""Speech encoders of the wav2vec 2.0 family, so that neither padding nor batch size changes a result."""

from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence
from transformers import AutoConfig, AutoModel, PreTrainedModel

from sarangi.errors import SarangiError

FAMILIES = ("wav2vec2", "hubert")


def load_encoder(folder: Path) -> PreTrainedModel:
    """Load a speech encoder from a folder with ``config.json`` and ``model.safetensors``.

    Raises
    ------
    SarangiError
        If the folder holds no encoder of the family, or its weights do not fit its configuration.
    """
    config = AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    if config.model_type not in FAMILIES:
        raise SarangiError(f"{folder}: model type {config.model_type}; expected one of {', '.join(FAMILIES)}")
    model = AutoModel.from_config(config, attn_implementation="sdpa")
    state = load_file(folder / "model.safetensors")
    # checkpoints of pretraining name the encoder, and have heads that fine-tuning does not use
    prefix = f"{config.model_type}."
    if any(name.startswith(prefix) for name in state):
        state = {name.removeprefix(prefix): t for name, t in state.items() if name.startswith(prefix)}
    state = {_modern(name): tensor for name, tensor in state.items()}
    missing, _ = model.load_state_dict(state, strict=False)
    missing = [name for name in missing if name != "masked_spec_embed"]
    if missing:
        raise SarangiError(f"{folder}: the weights lack {len(missing)} tensors, first {missing[0]}")
    return model


def _modern(name: str) -> str:
    """Name the halves of a weight norm as torch does now."""
    norm = "pos_conv_embed.conv."
    name = name.replace(f"{norm}weight_g", f"{norm}parametrizations.weight.original0")
    return name.replace(f"{norm}weight_v", f"{norm}parametrizations.weight.original1")


def freeze(model: PreTrainedModel, layers: int) -> None:
    """Keep the convolutions and the lowest ``layers`` of the transformer from learning.

    Raises
    ------
    SarangiError
        If the transformer has fewer layers.
    """
    if layers > len(model.encoder.layers):
        raise SarangiError(
            f"frozen_layers is {layers}, but the encoder has {len(model.encoder.layers)}; choose fewer"
        )
    for part in (model.feature_extractor, *model.encoder.layers[:layers]):
        for parameter in part.parameters():
            parameter.requires_grad = False


def pooled(model: PreTrainedModel, signals: list[Tensor]) -> Tensor:
    """Return the mean over time of the last layer for each signal, without a trace of padding.

    The convolutions run clip by clip: group normalisation over padded clips would make the result
    depend on the batch.  The transformer runs on all of them, masked.

    Parameters
    ----------
    model
        From :func:`load_encoder`.
    signals : list of float32 tensors of shape (samples,)
        At 16 kHz, each with zero mean and unit variance where the encoder asks for it.

    Returns
    -------
    Tensor of shape (clips, width)
    """
    with torch.no_grad():
        frames = [model.feature_extractor(signal[None])[0].T for signal in signals]
    lengths = torch.tensor([len(clip) for clip in frames], device=frames[0].device)
    hidden = model.feature_projection(pad_sequence(frames, batch_first=True))
    hidden = hidden[0] if isinstance(hidden, tuple) else hidden
    mask = torch.arange(hidden.shape[1], device=hidden.device)[None] < lengths[:, None]
    states = model.encoder(hidden, attention_mask=mask).last_hidden_state
    return (states * mask[..., None]).sum(1) / lengths[:, None]


class EmotionClassifier(nn.Module):
    """Encoder, mean over time, dropout, one linear layer.

    Parameters
    ----------
    encoder
        From :func:`load_encoder`.
    emotions
        Number of classes.
    dropout
        Before the linear layer.
    weights : Tensor of shape (emotions,), optional
        Weights of the classes in the cross-entropy.
    """

    def __init__(
        self, encoder: PreTrainedModel, emotions: int, dropout: float, weights: Tensor | None = None
    ) -> None:
        super().__init__()
        self.encoder = encoder
        self.dropout = nn.Dropout(dropout)
        self.classifier = nn.Linear(encoder.config.hidden_size, emotions)
        self.register_buffer("weights", weights, persistent=False)

    def forward(self, signals: list[Tensor], labels: Tensor | None = None) -> dict[str, Tensor]:
        """Return logits of shape (clips, emotions), and the loss where labels (clips,) are given."""
        device = self.classifier.weight.device
        states = pooled(self.encoder, [signal.to(device) for signal in signals])
        logits = self.classifier(self.dropout(states))
        if labels is None:
            return {"logits": logits}
        loss = nn.functional.cross_entropy(logits, labels.to(device), weight=self.weights)
        return {"loss": loss, "logits": logits}
