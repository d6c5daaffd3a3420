"""Pooling of states over time."""

from torch import Tensor


def masked_mean(states: Tensor, mask: Tensor) -> Tensor:
    """Return the mean over time of what the mask leaves.

    Parameters
    ----------
    states : Tensor of shape (clips, time, width)
    mask : Tensor of bool of shape (clips, time)
        True where a state counts; once at least in each row.

    Returns
    -------
    Tensor of shape (clips, width)
    """
    return (states * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
