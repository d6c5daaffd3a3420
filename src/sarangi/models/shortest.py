"""The shortest clip of which a speech encoder has any output, by the windows that make its frames."""

from collections.abc import Mapping
from math import prod
from typing import Any

import numpy as np

from sarangi.base.errors import SarangiError
from sarangi.base.sound import SAMPLE_RATE
from sarangi.models.family import load
from sarangi.models.settings import config_of


def samples_needed(config: Any) -> int:
    """Return the receptive field of a frame of an encoder: samples that give one.

    Parameters
    ----------
    config
        Of transformers; 1 for an encoder that has no windows.
    """
    samples = 1
    for kernel, stride in reversed(windows_of(config.to_dict())):
        samples = (samples - 1) * stride + kernel
    return samples


def windows_of(settings: Mapping[str, Any]) -> list[tuple[int, int]]:
    """Return length and step of each window that makes frames of samples.

    Parameters
    ----------
    settings
        An encoder's ``config.json``: with ``conv_kernel`` and ``conv_stride``, or of a family that has a
        spectrum.
    """
    family = load(str(settings.get("model_type")))
    if family is not None and family.spectrum is not None:
        return list(family.spectrum.windows)
    return list(zip(settings.get("conv_kernel", ()), settings.get("conv_stride", ()), strict=True))


def frames_of(samples: np.ndarray, config: Mapping[str, Any]) -> np.ndarray:
    """Return the number of frames of clips.

    Parameters
    ----------
    samples : array of int of shape (clips,)
    config
        As of :func:`windows_of`.
    """
    for kernel, stride in windows_of(config):
        samples = np.maximum((samples - kernel) // stride + 1, 0)
    return samples


def refuse_longer(settings: Mapping[str, Any], seconds: float) -> None:
    """Refuse clips for whose frames an encoder has no positions.

    Parameters
    ----------
    settings
        An encoder's ``config.json``.
    seconds
        Longest clip, ``max_audio_s`` of an audio branch.

    Raises
    ------
    SarangiError
        Says how many seconds it takes.
    """
    samples = samples_at_most(settings)
    if samples is not None and seconds > (most := samples / SAMPLE_RATE):
        raise SarangiError(
            f"max_audio_s is {seconds:g}, and its encoder ({settings['model_type']}) takes at most {most:g} "
            f"s; set max_audio_s to at most {most:g}"
        )


def samples_at_most(settings: Mapping[str, Any]) -> int | None:
    """Return for how many samples an encoder has positions; None for any number.

    Parameters
    ----------
    settings
        An encoder's ``config.json``.
    """
    family = load(str(settings.get("model_type")))
    if family is None or family.longest is None:
        return None
    positions: int = getattr(config_of(settings), family.longest)
    return positions * prod(stride for _, stride in windows_of(settings))


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
