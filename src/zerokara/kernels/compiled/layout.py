"""Where the numbers of an array lie in memory.

Images have the shape (N, C, H, W), but compiled kernels keep the channels innermost, as if (N, H, W, C): what they hand
out is a view of such memory, and NumPy's elementwise operations keep the order, so a chain of layers never reorders.
"""

from zerokara.arrays import Array, DTypeLike, Shape
from zerokara.kernels.compiled.memory import empty
from zerokara.kernels.compiled.strided import copy_into, flat


def plain(x: Array) -> Array:
    """The array in C order, aligned and writable, as compiled code expects arrays: itself, its memory, or a copy."""
    flags = x.flags
    if flags.carray:
        return x
    if flags.c_contiguous and flags.aligned:  # only the permission to write is missing; kernels do not need it
        return flat(x)[0].reshape(x.shape)
    copied = empty(x.shape, x.dtype)
    copy_into(copied, x)
    return copied


def image_memory(x: Array) -> tuple[Array, tuple[int, int, int, int]]:
    """(1-D view of the numbers, distances between neighbours along N, C, H, W); copied if they are scattered."""
    c, h, w = x.shape[1:]
    if x.flags.c_contiguous and c > 1:
        return plain(x).reshape(-1), (c * h * w, h * w, w, 1)
    return channels_last(x).reshape(-1), (h * w * c, 1, w * c, c)


def channels_last(x: Array) -> Array:
    """(N, C, …)  →  (N, …, C), contiguous: a view if the memory already lies so, else a copy."""
    return plain(x.transpose(0, *range(2, x.ndim), 1))


def new_images(shape: Shape, dtype: DTypeLike) -> tuple[Array, Array]:
    """New images (N, C, H, W): the array itself, and its memory as a 1-D array, channels innermost."""
    n, c, *rest = shape
    memory = empty((n, *rest, c), dtype)
    return memory.transpose(0, len(rest) + 1, *range(1, len(rest) + 1)), memory.reshape(-1)


def flat_pair(x: Array) -> tuple[Array, Array, Array]:
    """(x's numbers in memory order, a new array like x, its numbers in the same order)."""
    if x.flags.c_contiguous:
        y = empty(x.shape, x.dtype)
        return plain(x).reshape(-1), y, y.reshape(-1)
    if x.ndim > 2:
        last = channels_last(x)
        y = empty(last.shape, x.dtype)
        return last.reshape(-1), y.transpose(0, x.ndim - 1, *range(1, x.ndim - 1)), y.reshape(-1)
    return flat_pair(plain(x))


def flat_like(g: Array, x: Array) -> Array:
    """g's numbers in the order in which `flat_pair` lists x's."""
    if x.flags.c_contiguous or x.ndim <= 2:
        return plain(g).reshape(-1)
    return channels_last(g).reshape(-1)
