"""What a network draws at random in training, drawn a second time alike."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm


class Draws(NamedTuple):
    """States of the generators that networks draw from: dropout by torch, SpecAugment by NumPy."""

    torch: Tensor
    cuda: list[Tensor]
    numpy: dict[str, Any] | tuple[Any, ...]
    python: Any

    @classmethod
    def now(cls) -> "Draws":
        """Return the states as they are."""
        cuda = torch.cuda.get_rng_state_all() if torch.cuda.is_initialized() else []
        return cls(torch.get_rng_state(), cuda, np.random.get_state(), random.getstate())

    def again(self) -> None:
        """Have what is drawn from here on be what was drawn after :meth:`now`."""
        torch.set_rng_state(self.torch)
        if self.cuda:
            torch.cuda.set_rng_state_all(self.cuda)
        np.random.set_state(self.numpy)
        random.setstate(self.python)


@contextmanager
def statistics_kept(network: nn.Module) -> Iterator[None]:
    """Have batch normalisations count nothing: what goes through a network twice is to count once."""
    counting = [m for m in network.modules() if isinstance(m, _BatchNorm) and m.track_running_stats]
    for module in counting:
        module.track_running_stats = False
    try:
        yield
    finally:
        for module in counting:
            module.track_running_stats = True
