"""Where networks run."""

import torch


def device() -> str:
    """Return where networks run: the GPU if there is one."""
    return "cuda" if torch.cuda.is_available() else "cpu"
