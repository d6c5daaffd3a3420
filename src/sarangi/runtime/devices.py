"""Where networks run: a GPU of NVIDIA or of Apple, or the CPU; chosen here alone."""

import multiprocessing
import os
from typing import TYPE_CHECKING

from sarangi.base.device_names import CPU, CUDA, FORCED, MPS
from sarangi.base.errors import SarangiError

if TYPE_CHECKING:
    from torch import nn


def device() -> str:
    """Return where networks run: ``cuda`` if it is there, else Apple's ``mps``, else ``cpu``.

    ``SARANGI_DEVICE=cpu`` has them run on the CPU.  What is promised of bytes is promised for the CPU alone.

    Raises
    ------
    SarangiError
        If ``SARANGI_DEVICE`` has another value.
    """
    # here, since what asks for no device needs no torch
    import torch

    forced = os.environ.get(FORCED, "")
    if forced not in ("", CPU):
        raise SarangiError(
            f"{FORCED} is {forced!r}; expected {CPU}, or no value for the GPU that this machine has"
        )
    if forced == CPU:
        return CPU
    if torch.cuda.is_available():
        return CUDA
    return MPS if torch.backends.mps.is_available() else CPU


def half_precision() -> bool:
    """Return whether Whisper transcribes with 16 bits, and networks are trained so: on CUDA alone.

    On Apple's GPU they have 32 bits, since what 16 would do there was not tried.
    """
    return device() == CUDA


def training_precision() -> str:
    """Return in what networks are trained: ``bf16``, ``fp16`` where a GPU does not compute in that, ``fp32``.

    In ``bf16`` numbers reach as far as in ``fp32``, so that no gradient is scaled, and no update left out.
    """
    import torch

    if not half_precision():
        return "fp32"
    return "bf16" if torch.cuda.is_bf16_supported(including_emulation=False) else "fp16"


def loading_processes() -> int:
    """Return how many processes prepare batches beside a network: some for CUDA, else none.

    Results do not depend on their number.  A process that may have none of its own has none.
    """
    if device() != CUDA or multiprocessing.current_process().daemon:
        return 0
    return max(1, min(4, (os.cpu_count() or 1) - 1))


def placed(network: "nn.Module") -> "nn.Module":
    """Return a network, moved to :func:`device`; its sparse buffers are made dense for Apple's GPU.

    That takes no sparse tensor, and Whisper keeps one, of heads that only times of words are read from.
    """
    where = device()
    if where == MPS:
        for module in network.modules():
            for name, buffer in list(module.named_buffers(recurse=False)):
                if buffer.is_sparse:
                    module.register_buffer(name, buffer.to_dense(), persistent=False)
    return network.to(where)


def lacks_memory(error: RuntimeError) -> bool:
    """Return whether an error says that the memory of a GPU does not suffice.

    That of Apple's GPU has no class of its own.
    """
    import torch

    return isinstance(error, torch.OutOfMemoryError) or str(error).startswith("MPS backend out of memory")
