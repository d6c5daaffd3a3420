"""Agreement of ratings with outputs of a network, as a loss."""

import torch
from torch import Tensor


def concordance(outputs: Tensor, ratings: Tensor) -> Tensor:
    """Return the concordance correlation coefficient of each dimension, of shape (dimensions,).

    After Lin 1989 with 1/n: twice the covariance over the sum of both variances and the squared difference of
    the means.  It is 0 where the outputs or the ratings are constant, and so of fewer than two ratings; its
    gradient is finite there, too.

    Parameters
    ----------
    outputs, ratings : floating tensors of shape (clips, dimensions)
        On one scale.  A rating that is NaN is missing, and its output is left out.
    """
    rated = ~ratings.isnan()
    count = rated.sum(0).clamp(min=1)
    zero = torch.zeros((), dtype=outputs.dtype, device=outputs.device)
    given = torch.where(rated, ratings.to(outputs.dtype), zero)
    answered = torch.where(rated, outputs, zero)
    means = answered.sum(0) / count, given.sum(0) / count
    off = torch.where(rated, answered - means[0], zero), torch.where(rated, given - means[1], zero)
    apart = ((off[0] ** 2).sum(0) + (off[1] ** 2).sum(0)) / count + (means[0] - means[1]) ** 2
    alike = apart == 0  # both are constant and the same; what is no number stays so
    together = 2 * (off[0] * off[1]).sum(0) / count
    return torch.where(alike, zero, together / torch.where(alike, torch.ones_like(apart), apart))


def concordance_loss(outputs: Tensor, ratings: Tensor) -> Tensor:
    """Return the mean over dimensions of 1 - :func:`concordance`, a scalar between 0 and 2.

    It is no mean over clips: that of a batch is another loss than that of all batches of an update.
    """
    return 1 - concordance(outputs, ratings).mean()
