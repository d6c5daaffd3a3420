"""States of speech encoders; neither padding nor batch size changes what they give."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence
from transformers import PreTrainedModel

from sarangi.base.sound import SAMPLE_RATE
from sarangi.models.convolutions import convolved
from sarangi.models.encoders import layers_of
from sarangi.models.shortest import frames_of, samples_at_most


def prepared(signal: np.ndarray, seconds: float, normalise: bool, padded_out: bool = False) -> Tensor:
    """Return a clip as an encoder takes it: cut at the centre, of zero mean and unit variance if it asks.

    Parameters
    ----------
    signal : array of float32 of shape (samples,)
        At 16 kHz.
    seconds
        Longest clip.
    normalise
        From :func:`sarangi.models.encoders.normalises`.
    padded_out
        Whether to pad with zeros to ``seconds`` before that, as the published study does.

    Returns
    -------
    Tensor of float32 of shape (samples,)
    """
    most = round(seconds * SAMPLE_RATE)
    start = max(0, (len(signal) - most) // 2)
    signal = signal[start : start + most]
    if padded_out:
        signal = np.pad(signal, (0, most - len(signal)))
    if normalise:
        signal = (signal - signal.mean()) / np.sqrt(signal.var() + 1e-7)
    return torch.from_numpy(signal)


def speech_states(
    model: PreTrainedModel, signals: Sequence[Tensor], every_layer: bool = False, context: float = 0.0
) -> tuple[Tensor, Tensor]:
    """Return the states of each signal without a trace of padding, and a mask of what is padding.

    The transformer runs on all of them, masked.  In training stretches are masked where the model's
    configuration says so (SpecAugment, Park et al. 2019), and the batch does count.

    Parameters
    ----------
    model
        From :func:`sarangi.models.encoders.load_encoder`.
    signals : list of float32 tensors of shape (samples,)
        At 16 kHz, each with zero mean and unit variance where the encoder asks for it; or in its place what
        :func:`~sarangi.models.convolutions.convolved` gives for it.
    every_layer
        Whether to return what goes into each layer, too, and not the last state alone.
    context
        Seconds of silence behind each clip that the encoder attends to, as many as it has positions for; no
        states of the silence are returned.  It goes with signals, and with nothing in their place.

    Returns
    -------
    Tensor of shape (clips, frames, width), or (layers + 1, clips, frames, width) with ``every_layer``
    Tensor of bool of shape (clips, frames)
        True where there is a frame of the clip.
    """
    heard = [_before_silence(model, signal, context) for signal in signals] if context else signals
    together, mask = padded(convolved(model, heard))
    states = states_of_frames(model, together, mask, every_layer)
    if context:
        lengths = np.array([len(signal) for signal in signals])
        mask = _mask(frames_of(lengths, model.config.to_dict()), mask.device)
        states = states[..., : mask.shape[1], :]
    return states, mask


def _before_silence(model: PreTrainedModel, signal: Tensor, seconds: float) -> Tensor:
    """Return a clip with silence behind it, but no more samples than the encoder has positions for."""
    samples = len(signal) + round(seconds * SAMPLE_RATE)
    most = samples_at_most(model.config.to_dict())
    samples = samples if most is None else min(samples, most)
    return nn.functional.pad(signal, (0, max(0, samples - len(signal))))


def states_of_frames(
    model: PreTrainedModel, frames: Tensor, mask: Tensor | None, every_layer: bool = False
) -> Tensor:
    """Return the states of frames from :func:`~sarangi.models.convolutions.convolved`.

    Parameters
    ----------
    model, every_layer
        As for :func:`speech_states`.
    frames : tensor of shape (clips, frames, width)
    mask : tensor of bool of shape (clips, frames)
        True where there is a frame of the clip; None takes all of them for frames.
    """
    hidden = projected(model, frames)
    if model.training and hidden.shape[1] >= model.config.mask_time_length:
        hidden = model._mask_hidden_states(hidden, attention_mask=mask)  # as the model's own forward does
    below: list[Tensor] = []
    hooks = [
        layer.register_forward_pre_hook(lambda _, arguments: below.append(arguments[0]))
        for layer in (layers_of(model) if every_layer else ())
    ]
    try:
        states = model.encoder(hidden, attention_mask=mask).last_hidden_state
    finally:
        for hook in hooks:
            hook.remove()
    return torch.stack([*below, states]) if every_layer else states


def padded(clips: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
    """Return clips of shape (frames, width) as one, (clips, frames, width), and a mask of what is there."""
    together = pad_sequence(list(clips), batch_first=True)
    return together, _mask([len(clip) for clip in clips], together.device)


def _mask(lengths: Sequence[int] | np.ndarray, device: torch.device) -> Tensor:
    """Return a mask of shape (clips, longest), True where there is a frame of a clip of so many frames."""
    counts = torch.as_tensor(lengths)  # not on a GPU, which the longest would then have to come from
    return (torch.arange(int(counts.max()))[None] < counts[:, None]).to(device)


def projected(model: PreTrainedModel, frames: Tensor) -> Tensor:
    """Return the frames of the convolutions, (clips, frames, width), as the transformer takes them."""
    hidden = model.feature_projection(frames)
    return hidden[0] if isinstance(hidden, tuple) else hidden
