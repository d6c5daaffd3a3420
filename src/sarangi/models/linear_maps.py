"""Linear maps of a network that learns, faster on a CPU."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from sarangi.base.device_names import CPU


class Linear(nn.Linear):
    """A linear map that oneDNN computes in float32 on a CPU, and torch everywhere else.

    torch asks MKL, which is slower on some processors: on an AMD EPYC (Zen 4), one thread, 73 to 90 × 10⁹
    operations a second beside 91 to 103 for wav2vec2-base's layers.  Results differ by rounding.
    """

    def forward(self, states: Tensor) -> Tensor:
        """Return (..., out_features) of states of shape (..., in_features)."""
        of_cpu = states.device.type == CPU and states.dtype == torch.float32
        if not of_cpu or torch.is_autocast_enabled(CPU) or not torch.backends.mkldnn.is_available():
            return super().forward(states)
        # rows, since a Function may give no view of what is changed in place later, as padding is
        rows: Tensor = _Product.apply(states.reshape(-1, self.in_features), self.weight, self.bias)
        return rows.view(*states.shape[:-1], self.out_features)


class _Product(torch.autograd.Function):
    """Rows times a weight, and a bias; all three products by oneDNN."""

    @staticmethod
    def forward(ctx: Any, rows: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        """Return (rows, outputs) from (rows, inputs), (outputs, inputs) and (outputs,)."""
        ctx.save_for_backward(rows, weight)
        return _times(rows, weight, bias)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        """Return the gradients of what needs one."""
        rows, weight = ctx.saved_tensors
        of_rows, of_weight, of_bias = ctx.needs_input_grad
        return (
            _times(gradient, weight.T) if of_rows else None,
            _times(gradient.T, rows.T) if of_weight else None,
            gradient.sum(0) if of_bias else None,
        )


def _times(rows: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Return ``rows @ weight.T + bias``."""
    found: Tensor = torch.ops.mkldnn._linear_pointwise(rows, weight, bias, "none", [], "")
    return found


def hasten(model: nn.Module) -> None:
    """Have each plain linear map of a model compute as :class:`Linear` does, with the same parameters."""
    for part in model.modules():
        if type(part) is nn.Linear:
            part.__class__ = Linear
