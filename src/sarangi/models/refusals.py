"""Refusing what somebody's encoder says of itself, before a network is made of it."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import nn

from sarangi.base.documents import DocumentError, json_in
from sarangi.base.errors import SarangiError

LARGEST_NUMBER, MOST_LAYERS = 2**24, 200  # in the settings of an encoder
SPARE_PARAMETERS = 2**23  # those that may be missing from the weights, of heads and of SpecAugment


def settings_in(file: Path) -> dict[str, Any]:
    """Return the settings that a JSON file beside an encoder's weights holds.

    Raises
    ------
    SarangiError
        If it holds something else.
    """
    try:
        found = json_in(file)
        if not isinstance(found, dict):
            raise DocumentError(f"it is {type(found).__name__}")
    except (OSError, DocumentError) as error:
        raise SarangiError(f"{file}: expected settings as a JSON object ({error}); get it again") from error
    return found


def refuse_larger(build: Callable[[], nn.Module], settings: Iterable[Mapping], size: int) -> None:
    """Refuse a network that has more parameters than its file of weights has bytes, before there is one.

    Parameters
    ----------
    build
        Makes the network; it is called where tensors have shapes and no memory.
    settings
        What it is made from; numbers in it that no encoder has are refused first.
    size
        Bytes of the file of the weights.

    Raises
    ------
    ValueError
        Says which number is too large, or how many parameters there would be.
    """
    waiting: list[tuple[str, Any]] = [("settings", entry) for entry in settings]
    while waiting:
        name, value = waiting.pop()
        if isinstance(value, Mapping):
            waiting += [(str(key), inner) for key, inner in value.items()]
        elif isinstance(value, list):
            waiting += [(name, inner) for inner in value]
        most = MOST_LAYERS if "layers" in name else LARGEST_NUMBER
        if isinstance(value, int) and abs(value) > most:
            raise ValueError(f"{name} is {value}, and no encoder has more than {most}")
    with torch.device("meta"):
        count = sum(parameter.numel() for parameter in build().parameters())
    if count > size + SPARE_PARAMETERS:
        raise ValueError(f"it would have {count} parameters, and the weights have {size} bytes")
