"""The matrix product, in the same tiles as the convolutions, and what a fully connected layer is made of.

NumPy's own product is as quick on an idle machine; but its threads wait by spinning, and on a machine that has other
work, or beside our own threads, a step of training then takes many times as long. Here the threads are those of all
other kernels, and the result does not depend on which BLAS library NumPy was built with.
"""

import numpy as np

from zerokara.arrays import Array
from zerokara.kernels.compiled import definition as reference
from zerokara.kernels.compiled import threads
from zerokara.kernels.compiled.build import compilable, expect_shape
from zerokara.kernels.compiled.conv import channel_sum
from zerokara.kernels.compiled.products import multiply

_SMALL = 200_000  # multiplications; NumPy does smaller products at once and with one thread


def matmul(x: Array, y: Array) -> Array:
    """z[…,m,n] = Σ_k x[…,m,k] · y[…,k,n]. Large products of two matrices are compiled, all others are NumPy's."""
    if not _possible(x, y):
        return reference.matmul(x, y)
    (m, depth), n = x.shape, y.shape[1]
    small = m * depth * n < _SMALL or min(m, n) < 4
    if small and not threads.recording():
        product: Array = np.matmul(x, y)
        return product
    return multiply(x, y, None, None, relu=False)


def linear_fused(x: Array, w: Array, b: Array | None, relu: bool) -> Array:
    """A fully connected layer  y = x·wᵀ + b,  and max(y, 0) of it if `relu`. Shapes: x (N, K), w (F, K)  →  (N, F)."""
    expect_shape("the bias", b, w.shape[:1])
    if not _possible(x, w.T) or not compilable(x, *(() if b is None else (b,))):
        y = reference.matmul(x, w.T)
        y = y if b is None else y + b
        return reference.relu(y) if relu else y
    return multiply(x, w.T, b, None, relu=relu)


def matmul_masked(g: Array, w: Array, mask: Array | None) -> Array:
    """g·w, and 0 where the mask is not positive: back through a layer whose input came out of a ReLU."""
    expect_shape("the mask", mask, (g.shape[0], w.shape[1]))
    if not _possible(g, w) or not compilable(g, *(() if mask is None else (mask,))):
        dx = reference.matmul(g, w)
        return dx if mask is None else reference.relu_grad(dx, mask)
    return multiply(g, w, None, mask, relu=False)


def row_sum(g: Array) -> Array:
    """Σ over the rows of (N, K): the gradient of the bias of a fully connected layer."""
    return channel_sum(g)


def _possible(x: Array, y: Array) -> bool:
    """Whether these are two matrices that can be multiplied here."""
    fit = compilable(x, y) and x.ndim == y.ndim == 2 and x.shape[1] == y.shape[0]
    return fit and 0 not in (*x.shape, *y.shape)
