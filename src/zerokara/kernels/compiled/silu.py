"""SiLU, number by number, with the exponential function that a loop can do in whole vectors."""

from zerokara.arrays import Array
from zerokara.kernels.compiled import definition as reference
from zerokara.kernels.compiled.build import compilable, kernel
from zerokara.kernels.compiled.exponential import exp
from zerokara.kernels.compiled.pointwise import back_through, through
from zerokara.kernels.reference.activation import SIGMOID_FAR

_WORK = 15  # operations a number, about


def silu(x: Array) -> Array:
    """y = x·σ(x). The result lies in memory as x does."""
    if not compilable(x):
        return reference.silu(x)
    return through(_silu, x, _WORK)


def silu_grad(g: Array, x: Array) -> Array:
    """∂L/∂x = g·σ(x)·(1 + x·(1 − σ(x))). The result lies in memory as x does."""
    if not compilable(x, g) or g.shape != x.shape:
        return reference.silu_grad(g, x)
    return back_through(_silu_grad, g, x, _WORK)


@kernel("void(T[::1], T[::1], i8, i8)", writes=("y",))
def _silu(x, y, start, stop):  # type: ignore[no-untyped-def]
    """The numbers start…stop−1. σ(x) = 1/(1 + e^−x): e^−x may be infinite, then σ is 0."""
    x, y = x[start:stop], y[start:stop]
    one, far = x.dtype.type(1), x.dtype.type(SIGMOID_FAR)
    for k in range(x.size):
        near = -far if x[k] < -far else x[k]
        y[k] = near / (one + exp(-near))


@kernel("void(T[::1], T[::1], T[::1], i8, i8)", writes=("dx",))
def _silu_grad(g, x, dx, start, stop):  # type: ignore[no-untyped-def]
    """The numbers start…stop−1. With z = e^−|x|, of σ and 1 − σ the smaller is z/(1 + z), the larger 1/(1 + z)."""
    g, x, dx = g[start:stop], x[start:stop], dx[start:stop]
    one, far = x.dtype.type(1), x.dtype.type(SIGMOID_FAR)
    for k in range(x.size):
        near = -far if x[k] < -far else far if x[k] > far else x[k]
        z = exp(-abs(near))
        large = one / (one + z)
        small = z * large
        share, rest = (small, large) if near < 0 else (large, small)
        dx[k] = g[k] * (share * (one + near * rest))
