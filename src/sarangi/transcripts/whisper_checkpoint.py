"""Checkpoints of openai-whisper: loaded as data, and refused where they are none."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
import whisper

from sarangi.base.errors import SarangiError
from sarangi.runtime.devices import placed
from sarangi.sources.checkpoints import checkpoint_in, refuse_no_plain, refuse_swollen

BANDS, POSITIONS, FEWEST_POSITIONS = (80, 128), 1500, 8
VOCABULARY = (51_864, 51_766 + len(whisper.tokenizer.LANGUAGES))
"""Sizes of Whisper's vocabularies, the least of English alone."""

MOST, MOST_POSITIONS = 2**20, 2**13  # of any number in a checkpoint's dims, and of the decoder's positions

HUGGING_FACE = ("model.encoder.", "model.decoder.", "proj_out.")
"""How names of tensors begin in the form of transformers."""


def load(checkpoint: Path) -> whisper.model.Whisper:
    """Load a checkpoint of Whisper; nothing in it can run.

    Raises
    ------
    SarangiError
        If the file is no such checkpoint.
    """
    try:
        state = checkpoint_in(checkpoint)
        _refuse_other_form(state)
        refuse_swollen(state["model_state_dict"], checkpoint)
        dims = whisper.ModelDimensions(**state["dims"])
        _refuse_unlike(dims, state["model_state_dict"])
        model = whisper.model.Whisper(dims)
        model.load_state_dict(state["model_state_dict"])
        refuse_no_finite(model.state_dict())
    except (
        SarangiError,
        LookupError,
        TypeError,
        ValueError,
        AttributeError,
        RuntimeError,
        ZeroDivisionError,
    ) as error:
        raise SarangiError(
            f"{checkpoint}: not a Whisper checkpoint (expected dims and model_state_dict): {error}; "
            "fetch it again"
        ) from error
    return placed(model.eval())


def _refuse_other_form(state: Any) -> None:
    """Refuse a checkpoint in the form of another library, by its name."""
    if isinstance(state, dict) and "dims" not in state:
        names = [str(name) for name in list(state)[:100]]
        if any(name.startswith(HUGGING_FACE) for name in names):
            raise ValueError("it is a Whisper of Hugging Face; fetch it with the package openai-whisper")
        raise ValueError(f"it has {', '.join(names[:3]) or 'nothing in it'}")


def _refuse_unlike(dims: whisper.ModelDimensions, state: Mapping[str, torch.Tensor]) -> None:
    """Refuse dimensions that the tensors do not have, before a network of them is made."""
    if any(type(number) is not int or not 0 < number <= MOST for number in vars(dims).values()):
        raise ValueError(f"dims {vars(dims)} are not numbers from 1 to {MOST}")
    expected = {
        "encoder.conv1.weight": (dims.n_audio_state, dims.n_mels, 3),
        "encoder.positional_embedding": (dims.n_audio_ctx, dims.n_audio_state),
        "decoder.positional_embedding": (dims.n_text_ctx, dims.n_text_state),
        "decoder.token_embedding.weight": (dims.n_vocab, dims.n_text_state),
    }
    parts = (
        ("encoder", dims.n_audio_layer, dims.n_audio_state),
        ("decoder", dims.n_text_layer, dims.n_text_state),
    )
    for width, heads in (
        (dims.n_audio_state, dims.n_audio_head),
        (dims.n_text_state, dims.n_text_head),
    ):
        if width % heads:
            raise ValueError(f"{heads} heads do not divide a width of {width}")
    if dims.n_mels not in BANDS or dims.n_audio_ctx != POSITIONS:
        raise ValueError(
            f"n_mels is {dims.n_mels} and n_audio_ctx {dims.n_audio_ctx}, expected one of {BANDS} and "
            f"{POSITIONS}"
        )
    if not VOCABULARY[0] <= dims.n_vocab <= VOCABULARY[1]:
        raise ValueError(f"n_vocab is {dims.n_vocab}, expected one from {VOCABULARY[0]} to {VOCABULARY[1]}")
    if dims.n_text_ctx < FEWEST_POSITIONS:
        raise ValueError(f"n_text_ctx is {dims.n_text_ctx}, expected {FEWEST_POSITIONS} at least")
    for name, tensor in state.items():
        refuse_no_plain(name, tensor)
        if not tensor.is_floating_point():
            raise ValueError(f"{name} is of kind {tensor.dtype}, expected numbers with a point")
    for part, layers, width in parts:
        for layer in range(min(layers, len(state))):
            expected[f"{part}.blocks.{layer}.mlp.0.weight"] = (4 * width, width)
    for name, shape in expected.items():
        if tuple(state[name].shape) != shape:
            raise ValueError(f"{name} has shape {tuple(state[name].shape)}, and dims say {shape}")
    if max(dims.n_audio_layer, dims.n_text_layer) > len(state) or dims.n_text_ctx > MOST_POSITIONS:
        raise ValueError(f"dims {vars(dims)} are those of no Whisper")


def refuse_no_finite(state: Mapping[str, torch.Tensor]) -> None:
    """Refuse tensors that hold what is infinite or no number, once they have the precision that counts."""
    for name, tensor in state.items():
        if not torch.isfinite(tensor).all():
            raise ValueError(f"{name} holds values that are not numbers")
