"""GELU by tanh, number by number, with the exponential function that a loop can do in whole vectors."""

from zerokara.arrays import Array
from zerokara.kernels.compiled import definition as reference
from zerokara.kernels.compiled.build import compilable, kernel
from zerokara.kernels.compiled.exponential import exp
from zerokara.kernels.compiled.pointwise import back_through, through
from zerokara.kernels.reference.activation import CUBIC, FAR, SQRT_8_OVER_PI

_WORK = 20  # operations a number, about


def gelu_tanh(x: Array) -> Array:
    """x·σ(z),  z = 2·√(2/π)·(x + 0.044715·x³). The result lies in memory as x does."""
    if not compilable(x):
        return reference.gelu_tanh(x)
    return through(_gelu_tanh, x, _WORK)


def gelu_tanh_grad(g: Array, x: Array) -> Array:
    """∂L/∂x = g·(σ(z) + x·σ(z)·(1 − σ(z))·z′). The result lies in memory as x does."""
    if not compilable(x, g) or g.shape != x.shape:
        return reference.gelu_tanh_grad(g, x)
    return back_through(_gelu_tanh_grad, g, x, _WORK)


@kernel("void(T[::1], T[::1], i8, i8)", writes=("y",))
def _gelu_tanh(x, y, start, stop):  # type: ignore[no-untyped-def]
    """The numbers start…stop−1. σ(z) = 1/(1 + e^−z): e^−z may be infinite, then σ is 0."""
    x, y = x[start:stop], y[start:stop]
    number = x.dtype.type
    one, root, cubic, far = number(1), number(SQRT_8_OVER_PI), number(CUBIC), number(FAR)
    for k in range(x.size):
        near = -far if x[k] < -far else far if x[k] > far else x[k]
        share = one / (one + exp(-root * (near + cubic * near * near * near)))
        y[k] = (-far if x[k] < -far else x[k]) * share


@kernel("void(T[::1], T[::1], T[::1], i8, i8)", writes=("dx",))
def _gelu_tanh_grad(g, x, dx, start, stop):  # type: ignore[no-untyped-def]
    """The numbers start…stop−1."""
    g, x, dx = g[start:stop], x[start:stop], dx[start:stop]
    number = x.dtype.type
    one, root, cubic, far = number(1), number(SQRT_8_OVER_PI), number(CUBIC), number(FAR)
    for k in range(x.size):
        near = -far if x[k] < -far else far if x[k] > far else x[k]
        share = one / (one + exp(-root * (near + cubic * near * near * near)))
        slope = root * (one + number(3) * cubic * near * near)
        dx[k] = g[k] * (share + near * share * (one - share) * slope)
