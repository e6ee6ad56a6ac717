"""Layers that change the shape, or nothing."""

import math
from collections.abc import Sequence
from typing import Any

from zerokara import functional as F
from zerokara.arguments import short
from zerokara.autodiff import Tensor
from zerokara.nn.module import Module
from zerokara.nn.sizes import chosen_axis
from zerokara.rules import new_shape, one_axis


class Flatten(Module):
    """(N, C, H, W) → (N, C·H·W): the axes from `start_axis` to `end_axis` become one. PyTorch's names end in `_dim`."""

    def __init__(
        self,
        start_axis: int | None = None,
        end_axis: int | None = None,
        *,
        start_dim: int | None = None,
        end_dim: int | None = None,
    ) -> None:
        self.start_axis = chosen_axis("Flatten", start_axis, start_dim, 1)
        self.end_axis = chosen_axis("Flatten", end_axis, end_dim, -1)

    def forward(self, x: Tensor) -> Tensor:
        """x, flattened."""
        if self.end_axis == -1:
            return F.flatten(x, self.start_axis)
        first, last = (one_axis("Flatten", axis, x.shape) for axis in (self.start_axis, self.end_axis))
        if last < first:
            raise ValueError(f"Flatten expects start_axis before end_axis; got {first} and {last} for {x.shape}")
        return x.reshape(*x.shape[:first], math.prod(x.shape[first : last + 1]), *x.shape[last + 1 :])

    def extra_repr(self) -> str:
        """The axes, where they are not the usual ones."""
        usual = (self.start_axis, self.end_axis) == (1, -1)
        return "" if usual else f"start_axis={self.start_axis}, end_axis={self.end_axis}"


class Unflatten(Module):
    """(N, C·H·W) → (N, C, H, W): one axis (PyTorch says `dim`) becomes several, of which one length may be −1."""

    def __init__(
        self, axis: int | None = None, unflattened_size: Sequence[int] = (), *, dim: int | None = None
    ) -> None:
        self.axis = chosen_axis("Unflatten", axis, dim, 1)
        self.unflattened_size = new_shape("Unflatten", tuple(unflattened_size))
        if not self.unflattened_size:
            raise ValueError("Unflatten expects the lengths of the new axes: Unflatten(1, (C, H, W))")

    def forward(self, x: Tensor) -> Tensor:
        """x with more axes."""
        place = one_axis("Unflatten", self.axis, x.shape)
        shape: list[Any] = [*x.shape[:place], *self.unflattened_size, *x.shape[place + 1 :]]
        given = [n for n in self.unflattened_size if n != -1]
        fits = x.shape[place] % max(math.prod(given), 1) == 0 if -1 in shape else math.prod(given) == x.shape[place]
        if not fits:
            raise ValueError(
                f"Unflatten cuts axis {self.axis} into {self.unflattened_size}; got {x.shape}, whose length there is "
                f"{x.shape[place]}: give lengths whose product this is; one of them may be −1"
            )
        if -1 in shape:
            shape[shape.index(-1)] = x.shape[place] // math.prod(given)
        return x.reshape(*shape)

    def extra_repr(self) -> str:
        """The axis and its parts."""
        return f"{self.axis}, {self.unflattened_size}"


class Identity(Module):
    """y = x: holds a place where a layer may stand."""

    def forward(self, x: Tensor) -> Tensor:
        """x itself."""
        return x


class Upsample(Module):
    """(N, C, H, W) → (N, C, H', W'): pictures in another size, `size` or `scale_factor` times their own

    The modes "nearest", "nearest-exact", "linear" for rows (N, C, L) and "bilinear" stand at `F.interpolate`.
    """

    def __init__(
        self,
        size: int | Sequence[int] | None = None,
        scale_factor: float | Sequence[float] | None = None,
        mode: str = "nearest",
        align_corners: bool | None = None,
    ) -> None:
        if (size is None) == (scale_factor is None):
            raise ValueError("Upsample expects either size or scale_factor")
        self.size, self.scale_factor, self.mode, self.align_corners = size, scale_factor, mode, align_corners

    def forward(self, x: Tensor) -> Tensor:
        """x in its new size."""
        return F.interpolate(x, self.size, self.scale_factor, self.mode, self.align_corners)

    def extra_repr(self) -> str:
        """The size and the mode."""
        size = f"size={self.size}" if self.scale_factor is None else f"scale_factor={self.scale_factor}"
        corners = "" if self.align_corners is None else f", align_corners={self.align_corners}"
        return f"{size}, mode={self.mode!r}{corners}"


class ZeroPad2d(Module):
    """Zeros around pictures: `padding` on all sides, or (left, right, top, bottom). Negative numbers cut away."""

    def __init__(self, padding: int | Sequence[int]) -> None:
        sides = (padding,) * 4 if isinstance(padding, int) else tuple(padding)
        if len(sides) != 4:
            raise ValueError(f"ZeroPad2d expects one number or (left, right, top, bottom); got {short(padding)}")
        self.padding = new_shape("ZeroPad2d", sides)

    def forward(self, x: Tensor) -> Tensor:
        """x with zeros around it."""
        return F.pad(x, self.padding)

    def extra_repr(self) -> str:
        """The sides."""
        return f"{self.padding}"
