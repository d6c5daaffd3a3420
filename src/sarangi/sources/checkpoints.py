"""Checkpoints of torch from elsewhere: opened without running anything, refused where they swell."""

import re
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file

from sarangi.base.errors import SarangiError

ADVICE = re.compile(r"weights_only|add_safe_globals|safe_globals|torch\.load|PyTorch 2\.|arbitrary code")
"""In sentences of torch that tell a programmer how to open a pickle all the same."""

CODE = re.compile(r"GLOBAL (\S+)|Unsupported class (\S+)|unrecognized function (\S+)")
"""What a pickle names that torch does not load: a function or a class."""


def as_safetensors(fetched: Path, output: Path) -> None:
    """Write the tensors of a checkpoint of torch as safetensors.

    Raises
    ------
    SarangiError
        If it is no checkpoint, or holds something else than named tensors.
    """
    state = checkpoint_in(fetched)
    if (
        not isinstance(state, dict)
        or not state
        or not all(
            isinstance(name, str) and isinstance(tensor, torch.Tensor) for name, tensor in state.items()
        )
    ):
        what = type(state).__name__ if state else "nothing"
        raise SarangiError(
            f"{fetched}: expected named tensors, found {what}; look for the weights themselves"
        )
    try:
        for name, tensor in state.items():
            refuse_no_plain(name, tensor)
        refuse_swollen(state, fetched)
    except ValueError as error:
        raise SarangiError(f"{fetched}: {error}; fetch it again") from error
    # tied weights are one tensor under two names, which safetensors refuses
    save_file({name: tensor.clone().contiguous() for name, tensor in state.items()}, output)


def refuse_no_plain(name: str, tensor: torch.Tensor) -> None:
    """Refuse a tensor that is no plain array of real numbers in memory.

    Raises
    ------
    ValueError
        Says what it is.
    """
    kinds = {
        "sparse": tensor.layout is not torch.strided,
        "without numbers": tensor.is_meta,
        "quantised": tensor.is_quantized,
        "complex": tensor.is_complex(),
    }
    for kind, is_so in kinds.items():
        if is_so:
            raise ValueError(f"{name} is {kind}, expected a plain tensor of numbers")


def refuse_swollen(state: Mapping[str, torch.Tensor], path: Path) -> None:
    """Refuse tensors that are larger than their file: a stride of zero makes any size of one number.

    Raises
    ------
    ValueError
        Says how large they would be.
    """
    size = sum(tensor.nbytes for tensor in state.values())
    if size > 4 * path.stat().st_size:  # tied weights stand there once, and come under several names
        raise ValueError(f"its tensors have {size} bytes, the file {path.stat().st_size}")


def checkpoint_in(path: Path) -> Any:
    """Return what a checkpoint of torch holds: tensors and plain values, and nothing that runs.

    Raises
    ------
    SarangiError
        If it is no checkpoint, or would open to more than its own size.
    """
    try:
        if not path.is_file():
            raise ValueError("it is not a regular file")
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                for entry in archive.infolist():
                    # torch packs nothing, so that a record cannot be larger than the file
                    if entry.compress_type != zipfile.ZIP_STORED or entry.file_size > path.stat().st_size:
                        raise ValueError(
                            f"its record {entry.filename!r} is compressed or larger than the file"
                        )
        # weights_only: a pickle from elsewhere may hold tensors, and nothing that runs
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of another protocol of pickles: what it cannot hold is refused
            return torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # a damaged pickle raises whatever torch stumbles over
        raise SarangiError(
            f"{path}: not a checkpoint of torch that can be read ({_said_by_torch(error)}); fetch it again"
        ) from error


def _said_by_torch(error: Exception) -> str:
    """Return what torch found, without its advice to load the file in a way that runs what is in it."""
    text = " ".join(str(error).split())
    code = CODE.search(text)
    if code:
        return f"it names {next(filter(None, code.groups()))}, which is not a tensor; nothing in it was run"
    inner = re.search(r"WeightsUnpickler error: (.*?)(?: Check the documentation|$)", text)
    text = inner[1] if inner else text
    # sentences of torch to programmers
    told = [part for part in re.split(r"(?<=[.!]) ", text) if not ADVICE.search(part)]
    return f"{type(error).__name__}: {' '.join(told)}" if told else type(error).__name__
