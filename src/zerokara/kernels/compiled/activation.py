"""ReLU and its gradient, in one pass each. (Other activations are NumPy's own, or `curves`, `gelu`, `silu`.)"""

from zerokara.arrays import Array
from zerokara.kernels.compiled import definition as reference
from zerokara.kernels.compiled import threads
from zerokara.kernels.compiled.build import compilable, kernel
from zerokara.kernels.compiled.layout import flat_like, flat_pair
from zerokara.kernels.compiled.pointwise import back_through, through


def relu(x: Array) -> Array:
    """y = max(x, 0). A NaN stays NaN. The result lies in memory as x does."""
    if not compilable(x):
        return reference.relu(x)
    return through(_relu, x, 1)


def relu_grad(g: Array, x: Array) -> Array:
    """∂L/∂x = g where x > 0, else 0. The result lies in memory as x does."""
    if not compilable(x, g) or g.shape != x.shape:
        return reference.relu_grad(g, x)
    return back_through(_relu_grad, g, x, 1)


def add_relu(a: Array, b: Array) -> Array:
    """y = max(a + b, 0): where a shortcut meets its block. The result lies in memory as a does."""
    if not compilable(a, b) or a.shape != b.shape:
        return reference.relu(a + b)
    memory, y, y_memory = flat_pair(a)
    other = flat_like(b, a)
    threads.share(_add_relu.on(a.dtype), [(memory, other, y_memory, *r) for r in threads.parts(a.size, a.size)])
    return y


@kernel("void(T[::1], T[::1], i8, i8)", writes=("y",))
def _relu(x, y, start, stop):  # type: ignore[no-untyped-def]
    """y = max(x, 0) for the numbers start…stop−1; written so that a NaN passes."""
    x, y = x[start:stop], y[start:stop]
    for k in range(x.size):
        y[k] = x.dtype.type(0) if x[k] <= 0 else x[k]


@kernel("void(T[::1], T[::1], T[::1], i8, i8)", writes=("dx",))
def _relu_grad(g, x, dx, start, stop):  # type: ignore[no-untyped-def]
    """dx = g where x > 0 for the numbers start…stop−1."""
    g, x, dx = g[start:stop], x[start:stop], dx[start:stop]
    for k in range(x.size):
        dx[k] = g[k] if x[k] > 0 else x.dtype.type(0)


@kernel("void(T[::1], T[::1], T[::1], i8, i8)", writes=("y",))
def _add_relu(a, b, y, start, stop):  # type: ignore[no-untyped-def]
    """y = max(a + b, 0) for the numbers start…stop−1."""
    a, b, y = a[start:stop], b[start:stop], y[start:stop]
    for k in range(a.size):
        total = a[k] + b[k]
        y[k] = a.dtype.type(0) if total <= 0 else total
