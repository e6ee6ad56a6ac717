"""Pictures a whole number of times as large, every pixel repeated; and the way back."""

from zerokara import kernels
from zerokara.arrays import Array, Shape
from zerokara.rules.axes import in_short
from zerokara.rules.rule import Ruled


def upsample_nearest(x: Array, *, factors: Shape) -> Ruled:
    """y[n,c,i,j] = x[n, c, i // a, j // b]        ∂L/∂x[n,c,i,j] = Σ_pq g[n, c, a·i + p, b·j + q],  p < a, q < b

    factors: (a, b), whole numbers of at least 1. Shapes: x (N, C, H, W)  →  y (N, C, a·H, b·W); (N, C, L) likewise
    with one factor. Raises ValueError where there is not one such factor for each axis of pixels.
    """
    _expect_factors("upsample_nearest", x.shape, factors)
    return kernels.upsample_nearest(x, factors), (lambda g: kernels.upsample_nearest_grad(g, factors),)


def upsample_nearest_grad(g: Array, *, factors: Shape) -> Ruled:
    """y[n,c,i,j] = Σ_pq g[n, c, a·i + p, b·j + q],  p < a, q < b        ∂L/∂g[n,c,i,j] = v[n, c, i // a, j // b]

    Raises ValueError where the pixels are no multiples of the factors. v = ∂L/∂y.
    """
    _expect_factors("upsample_nearest_grad", g.shape, factors)
    if any(n % k for n, k in zip(g.shape[2:], factors, strict=True)):
        raise ValueError(f"upsample_nearest_grad expects multiples of {tuple(factors)} pixels; got the shape {g.shape}")
    return kernels.upsample_nearest_grad(g, factors), (lambda v: kernels.upsample_nearest(v, factors),)


def _expect_factors(name: str, shape: Shape, factors: Shape) -> None:
    """ValueError unless there is one whole factor for each axis of pixels."""
    if len(shape) < 3 or len(factors) != len(shape) - 2 or not all(isinstance(k, int) and k >= 1 for k in factors):
        raise ValueError(
            f"{name} expects (N, C, …) and a whole factor of at least 1 for each axis of pixels; "
            f"got the shape {tuple(shape)} and the factors {in_short(tuple(factors))}"
        )
