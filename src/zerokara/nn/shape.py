"""Layers that change the shape, or nothing."""

from zerokara import functional as F
from zerokara.autodiff import Tensor
from zerokara.nn.module import Module


class Flatten(Module):
    """(N, C, H, W) → (N, C·H·W): all axes from `start_axis` on become one."""

    def __init__(self, start_axis: int = 1) -> None:
        self.start_axis = start_axis

    def forward(self, x: Tensor) -> Tensor:
        """x, flattened."""
        return F.flatten(x, self.start_axis)


class Identity(Module):
    """y = x: holds a place where a layer may stand."""

    def forward(self, x: Tensor) -> Tensor:
        """x itself."""
        return x
