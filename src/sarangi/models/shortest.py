"""The shortest clip of which a speech encoder hears anything, by the convolutions that its settings state."""

from collections.abc import Mapping
from typing import Any

from sarangi.base.sound import SAMPLE_RATE
from sarangi.models.settings import config_of


def samples_needed(config: Any) -> int:
    """Return the receptive field of the convolutions of an encoder: samples that give one frame.

    Parameters
    ----------
    config
        Of transformers, with ``conv_kernel`` and ``conv_stride``; 1 for an encoder that states none.
    """
    layers = zip(getattr(config, "conv_kernel", ()), getattr(config, "conv_stride", ()), strict=True)
    samples = 1
    for kernel, stride in reversed(list(layers)):
        samples = (samples - 1) * stride + kernel
    return samples


def needed_by(settings: Mapping[str, Any]) -> int:
    """Return :func:`samples_needed` of an encoder's ``config.json``."""
    return samples_needed(config_of(settings))


def too_short(samples: int, needed: int) -> str | None:
    """Return why a clip of so many samples at 16 kHz cannot be heard; None for one that can."""
    if samples >= needed:
        return None
    return (
        f"too short for the encoder: {samples} samples ({samples / SAMPLE_RATE:.4f} s), and it needs {needed}"
    )
