"""Normalization layers: batch norm (Ioffe, Szegedy 2015; the book's chapter 6.3) and layer norm (Ba et al. 2016)."""

import math

import numpy as np

from zerokara import functional as F
from zerokara import kernels
from zerokara.arrays import Array, DTypeLike, Shape
from zerokara.autodiff import Tensor
from zerokara.kernels import tracing
from zerokara.nn.module import Module
from zerokara.nn.parameter import Parameter
from zerokara.nn.sizes import another_number, expect_dtype, expect_images, whole


class BatchNorm(Module):
    """y = weight · (x − mean)/√(variance + eps) + bias, per channel: the part that 1-d and 2-d share.

    In training mode mean and (biased) variance are the batch's, over every axis but the channels, and
        running ← (1 − momentum) · running + momentum · batch        (with the unbiased variance),
    in evaluation mode they are the running ones. `momentum=None`: the plain average of all batches so far.
    A batch with a single value per channel has no spread and is refused in training mode.
    `track_running_stats=False`: the batch's own statistics always.

    Initial values: weight 1, bias 0, running mean 0, running variance 1. All conventions are PyTorch's.
    """

    weight: Parameter | None
    bias: Parameter | None
    running_mean: Array | None
    running_var: Array | None
    num_batches_tracked: Array | None

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        *,
        dtype: DTypeLike = np.float32,
    ) -> None:
        self.num_features = whole(type(self).__name__, "num_features", num_features)
        self.eps = eps
        self.momentum = momentum
        size = (self.num_features,)
        self.weight = Parameter(np.ones(size, dtype)) if affine else None
        self.bias = Parameter(np.zeros(size, dtype)) if affine else None
        self.register_buffer("running_mean", np.zeros(size, dtype) if track_running_stats else None)
        self.register_buffer("running_var", np.ones(size, dtype) if track_running_stats else None)
        self.register_buffer("num_batches_tracked", np.array(0, np.int64) if track_running_stats else None)

    def forward(self, x: Tensor) -> Tensor:
        """x, normalized per channel."""
        self.expect(x.shape)
        if self.weight is not None:
            expect_dtype(type(self).__name__, x.dtype, self.weight.dtype)
        by_batch = self.training or self.running_mean is None
        if by_batch:
            self._expect_spread(x.shape)
        return F.batch_norm(
            x, self.running_mean, self.running_var, self.weight, self.bias, by_batch, self._count_batch(), self.eps
        )

    def expect(self, shape: Shape) -> None:
        """Refuse a shape that the layer is not made for."""
        raise NotImplementedError(f"{type(self).__name__} says nothing of shapes: use BatchNorm1d or BatchNorm2d")

    def _expect_spread(self, shape: Shape) -> None:
        if math.prod(shape) <= shape[1]:
            raise ValueError(
                f"{type(self).__name__} expects more than one value per channel in training mode; got {shape}: "
                "use a larger batch (of a Loader's last one, drop_last=True), or call eval() first"
            )

    def _count_batch(self) -> float:
        """Count a training batch; returns how much it weighs in the running statistics."""
        if self.training and self.num_batches_tracked is not None:
            kernels.count_up(self.num_batches_tracked)
        if self.momentum is not None:
            return self.momentum
        if tracing.current() is not None:
            tracing.refuse("hold a batch norm with momentum=None, whose weight changes with every batch")
        return 1.0 / max(1, int(self.num_batches_tracked or 1))

    def extra_repr(self) -> str:
        """The settings."""
        shown = f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, affine={self.weight is not None}"
        return shown if self.running_mean is not None else f"{shown}, track_running_stats=False"


class BatchNorm1d(BatchNorm):
    """Batch norm of vectors (N, C): every one of the C features over the batch. Formula at `BatchNorm`."""

    def expect(self, shape: Shape) -> None:
        """(N, num_features)"""
        if len(shape) != 2 or shape[1] != self.num_features:
            advice = another_number(shape, "num_features", self.num_features)
            if len(shape) > 2:
                advice = "take BatchNorm2d for images, or put nn.Flatten() before it"
            raise ValueError(
                f"BatchNorm1d expects (N, {self.num_features}) inputs; got {shape}: "
                f"this layer has num_features={self.num_features}; {advice}"
            )


class BatchNorm2d(BatchNorm):
    """Batch norm of images (N, C, H, W): every one of the C channels over batch and pixels. Formula at `BatchNorm`."""

    def expect(self, shape: Shape) -> None:
        """(N, num_features, H, W)"""
        expect_images("BatchNorm2d", shape, self.num_features, "num_features")


class LayerNorm(Module):
    """y = weight · (x − mean)/√(variance + eps) + bias, over the last axes of every sample (biased variance)

    Shapes: x (…, *normalized_shape) → y the same; weight and bias have `normalized_shape`.
    Initial values: weight 1, bias 0. Training and evaluation do the same.
    """

    weight: Parameter | None
    bias: Parameter | None

    def __init__(
        self,
        normalized_shape: int | Shape,
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
        *,
        dtype: DTypeLike = np.float32,
    ) -> None:
        sizes = normalized_shape if isinstance(normalized_shape, tuple | list) else (normalized_shape,)
        self.normalized_shape = tuple(whole("LayerNorm", "normalized_shape", size) for size in sizes)
        self.eps = eps
        self.weight = Parameter(np.ones(self.normalized_shape, dtype)) if elementwise_affine else None
        self.bias = Parameter(np.zeros(self.normalized_shape, dtype)) if elementwise_affine and bias else None

    def forward(self, x: Tensor) -> Tensor:
        """x, every sample normalized by itself."""
        if x.shape[-len(self.normalized_shape) :] != self.normalized_shape:
            wanted = ", ".join(map(str, self.normalized_shape))
            raise ValueError(
                f"LayerNorm expects (…, {wanted}) inputs; got {x.shape}: this layer has "
                f"normalized_shape={self.normalized_shape}; make it with the lengths of the last axes, or reshape x"
            )
        if self.weight is not None:
            expect_dtype("LayerNorm", x.dtype, self.weight.dtype)
        return F.layer_norm(x, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        """The settings."""
        return f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.weight is not None}"


class RMSNorm(Module):
    """y = weight · x/√(mean x² + eps), over the last axes of every sample: `LayerNorm` without the mean and the bias

    Shapes: x (…, *normalized_shape) → y the same; weight has `normalized_shape`. Initial value: weight 1. `eps` is the
    smallest step of the type at 1 unless given, as in PyTorch. Zhang and Sennrich, 2019 (arXiv 1910.07467).
    """

    weight: Parameter | None

    def __init__(
        self,
        normalized_shape: int | Shape,
        eps: float | None = None,
        elementwise_affine: bool = True,
        *,
        dtype: DTypeLike = np.float32,
    ) -> None:
        sizes = normalized_shape if isinstance(normalized_shape, tuple | list) else (normalized_shape,)
        self.normalized_shape = tuple(whole("RMSNorm", "normalized_shape", size) for size in sizes)
        self.eps = eps
        self.weight = Parameter(np.ones(self.normalized_shape, dtype)) if elementwise_affine else None

    def forward(self, x: Tensor) -> Tensor:
        """x, every sample normalized by itself."""
        if x.shape[-len(self.normalized_shape) :] != self.normalized_shape:
            wanted = ", ".join(map(str, self.normalized_shape))
            raise ValueError(
                f"RMSNorm expects (…, {wanted}) inputs; got {x.shape}: this layer has "
                f"normalized_shape={self.normalized_shape}; make it with the lengths of the last axes, or reshape x"
            )
        if self.weight is not None:
            expect_dtype("RMSNorm", x.dtype, self.weight.dtype)
        return F.rms_norm(x, self.normalized_shape, self.weight, self.eps)

    def extra_repr(self) -> str:
        """The settings."""
        return f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.weight is not None}"


class LocalResponseNorm(Module):
    """y[n,c] = x[n,c] / (k + α/size · Σⱼ x[n,j]²)^β        over `size` neighbouring channels j, c in their middle

    Shapes: (N, C, H, W) → the same. Nothing is learned; channels that do not exist count as 0. AlexNet's has size 5,
    α = 5·10⁻⁴, β = 0.75, k = 2 (Krizhevsky, Sutskever and Hinton, 2012, section 3.3, which does not divide by size).
    """

    def __init__(self, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> None:
        self.size = whole("LocalResponseNorm", "size", size)
        self.alpha = alpha
        self.beta = beta
        self.k = k

    def forward(self, x: Tensor) -> Tensor:
        """x, every channel damped by its neighbours."""
        expect_images("LocalResponseNorm", x.shape)
        return F.local_response_norm(x, self.size, self.alpha, self.beta, self.k)

    def extra_repr(self) -> str:
        """The settings."""
        return f"{self.size}, alpha={self.alpha}, beta={self.beta}, k={self.k}"
