"""Pixels repeated, channels innermost: a pixel is copied with all its channels, a row of them as a whole."""

from zerokara.arrays import Array, Shape
from zerokara.kernels.compiled import definition as reference
from zerokara.kernels.compiled import threads
from zerokara.kernels.compiled.build import compilable, expect_shape, kernel
from zerokara.kernels.compiled.layout import channels_last, new_images
from zerokara.kernels.compiled.simd import copy


def upsample_nearest(x: Array, factors: Shape) -> Array:
    """y[n, c, i, j] = x[n, c, i // a, j // b]. The channels of the result lie innermost."""
    if not compilable(x) or x.size == 0 or x.ndim not in (3, 4) or len(factors) != x.ndim - 2:
        return reference.upsample_nearest(x, factors)
    n, c, *pixels = x.shape
    y, y_memory = new_images((n, c, *(m * k for m, k in zip(pixels, factors, strict=True))), x.dtype)
    rows, plan = _plan(x.shape, factors)
    arguments = channels_last(x).reshape(-1), y_memory, plan
    threads.share(_upsample_nearest.on(x.dtype), [(*arguments, *r) for r in threads.parts(rows, y.size)])
    return y


def upsample_nearest_grad(g: Array, factors: Shape) -> Array:
    """∂L/∂x[n, c, i, j] = Σ_pq g[n, c, a·i + p, b·j + q]. The channels of the result lie innermost."""
    if not compilable(g) or g.size == 0 or g.ndim not in (3, 4) or len(factors) != g.ndim - 2:
        return reference.upsample_nearest_grad(g, factors)
    n, c, *pixels = g.shape
    shape = n, c, *(m // k for m, k in zip(pixels, factors, strict=True))
    expect_shape("g", g, (n, c, *(m * k for m, k in zip(shape[2:], factors, strict=True))))
    dx, dx_memory = new_images(shape, g.dtype)
    rows, plan = _plan(shape, factors)
    arguments = channels_last(g).reshape(-1), dx_memory, plan
    threads.share(_upsample_nearest_grad.on(g.dtype), [(*arguments, *r) for r in threads.parts(rows, g.size)])
    return dx


def _plan(shape: Shape, factors: Shape) -> tuple[int, tuple[int, int, int, int]]:
    """(rows of all images, (pixels of a row, channels, copies down, copies across)) for images before they grow."""
    n, c, *pixels = shape
    height, width = (1, *pixels)[-2:]
    down, across = (1, *factors)[-2:]
    return n * height, (width, c, down, across)


@kernel("void(T[::1], T[::1], UniTuple(i8, 4), i8, i8)", writes=("y",))
def _upsample_nearest(x, y, plan, start, stop):  # type: ignore[no-untyped-def]
    """Of the old rows start…stop−1 the first new row pixel by pixel; the other new rows are copies of that one."""
    width, channels, down, across = plan
    length = width * across * channels
    for i in range(start, stop):
        row = i * down * length
        for j in range(width):
            old, new = (i * width + j) * channels, row + j * across * channels
            for q in range(across):
                copy(y, new + q * channels, x, old, channels)
        for p in range(1, down):
            copy(y, row + p * length, y, row, length)


@kernel("void(T[::1], T[::1], UniTuple(i8, 4), i8, i8)", writes=("dx",))
def _upsample_nearest_grad(g, dx, plan, start, stop):  # type: ignore[no-untyped-def]
    """The old rows start…stop−1: to each pixel the g of its copies is added, all channels at a time."""
    width, channels, down, across = plan
    length = width * across * channels
    for i in range(start, stop):
        for j in range(width):
            sums = dx[(i * width + j) * channels :][:channels]
            for p in range(down):
                for q in range(across):
                    part = g[(i * down + p) * length + (j * across + q) * channels :][:channels]
                    if p + q == 0:
                        for k in range(channels):
                            sums[k] = part[k]
                    else:
                        for k in range(channels):
                            sums[k] += part[k]
