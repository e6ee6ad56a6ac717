"""Kernels that go through an array number by number, in the order in which its numbers lie in memory."""

from zerokara.arrays import Array
from zerokara.kernels.compiled import threads
from zerokara.kernels.compiled.build import Kernel
from zerokara.kernels.compiled.layout import flat_like, flat_pair


def through(kernel: Kernel, x: Array, work: float) -> Array:
    """y with y[k] made of x[k] by `kernel(x, y, start, stop)`. It lies in memory as x does.

    work: operations a number, about.
    """
    memory, y, y_memory = flat_pair(x)
    threads.share(kernel.on(x.dtype), [(memory, y_memory, *r) for r in threads.parts(x.size, work * x.size)])
    return y


def back_through(kernel: Kernel, g: Array, x: Array, work: float) -> Array:
    """dx with dx[k] made of g[k] and x[k] by `kernel(g, x, dx, start, stop)`. It lies in memory as x does."""
    memory, dx, dx_memory = flat_pair(x)
    slopes = flat_like(g, x)
    ranges = threads.parts(x.size, work * x.size)
    threads.share(kernel.on(x.dtype), [(slopes, memory, dx_memory, *r) for r in ranges])
    return dx
