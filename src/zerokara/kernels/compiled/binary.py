"""Binary cross-entropy from scores, and its gradient, in one pass each: what sums up the pixels of an auto-encoder."""

from zerokara.arrays import Array
from zerokara.kernels.compiled import definition as reference
from zerokara.kernels.compiled import threads
from zerokara.kernels.compiled.build import compilable, inner, kernel
from zerokara.kernels.compiled.exponential import exp, log_of_one_more
from zerokara.kernels.compiled.layout import flat_like, flat_pair

_WORK = 20  # operations a number, about


def binary_cross_entropy_with_logits(x: Array, t: Array) -> Array:
    """u·|x| + ln(1 + e^(−|x|)),  u = 1 − t where x > 0, else t. The result lies in memory as x does."""
    if not compilable(x, t) or x.shape != t.shape:
        return reference.binary_cross_entropy_with_logits(x, t)
    memory, y, target = flat_pair(x)
    given = memory, flat_like(t, x), target
    threads.share(_binary.on(x.dtype), [(*given, *r) for r in threads.parts(x.size, _WORK * x.size)])
    return y


def binary_cross_entropy_with_logits_grad(g: Array, x: Array, t: Array) -> Array:
    """∂L/∂x = g·(u − s) where x > 0, else g·(s − u),  s = σ(−|x|). g may be one number for all, spread over x."""
    if not compilable(g, x, t) or not g.shape == x.shape == t.shape:
        return reference.binary_cross_entropy_with_logits_grad(g, x, t)
    memory, dx, target = flat_pair(x)
    single = x.size > 0 and not any(g.strides)
    slopes = g[tuple(slice(1) for _ in g.shape)].reshape(-1) if single else flat_like(g, x)
    given = slopes, memory, flat_like(t, x), target
    threads.share(_binary_grad.on(x.dtype), [(*given, *r) for r in threads.parts(x.size, _WORK * x.size)])
    return dx


@kernel("void(T[::1], T[::1], T[::1], i8, i8)", writes=("y",))
def _binary(x, t, y, start, stop):  # type: ignore[no-untyped-def]
    """The numbers start…stop−1."""
    x, t, y = x[start:stop], t[start:stop], y[start:stop]
    one, zero = x.dtype.type(1), x.dtype.type(0)
    for k in range(x.size):
        u = one - t[k] if x[k] > zero else t[k]
        size = x[k] if x[k] > zero else -x[k]
        e = exp(-size)
        y[k] = u * (zero if u == zero else size) + log_of_one_more(e)


@inner
def _slope(x, t):  # type: ignore[no-untyped-def]
    """σ(x) − t"""
    one, zero = type(x)(1), type(x)(0)
    u = one - t if x > zero else t
    e = exp(-(x if x > zero else -x))
    d = e / (one + e) - u
    return -d if x > zero else d


@kernel("void(T[::1], T[::1], T[::1], T[::1], i8, i8)", writes=("dx",))
def _binary_grad(g, x, t, dx, start, stop):  # type: ignore[no-untyped-def]
    """The numbers start…stop−1; a single g is that of all."""
    x, t, dx = x[start:stop], t[start:stop], dx[start:stop]
    if g.size == 1:
        single = g[0]
        for k in range(x.size):
            dx[k] = single * _slope(x[k], t[k])
        return
    g = g[start:stop]
    for k in range(x.size):
        dx[k] = g[k] * _slope(x[k], t[k])
