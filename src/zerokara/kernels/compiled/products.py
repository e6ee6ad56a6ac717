"""One product of two matrices: which kernel does it, and how it is cut into rows or columns for the threads."""

from zerokara.arrays import Array
from zerokara.kernels.compiled import threads
from zerokara.kernels.compiled.layout import plain
from zerokara.kernels.compiled.matrices import FEW, multiply_blocks, multiply_few
from zerokara.kernels.compiled.memory import empty
from zerokara.kernels.compiled.simd import ROWS, VECTOR_BYTES
from zerokara.kernels.compiled.tiles import MASK, RELU


def multiply(x: Array, y: Array, b: Array | None, mask: Array | None, *, relu: bool) -> Array:
    """z = x·y + b, with ReLU, or 0 where the mask is not positive, for matrices that are not empty."""
    (m, depth), n = x.shape, y.shape[1]
    z = empty((m, n), x.dtype)
    left, *along_left = matrix_memory(x)
    right, *along_right = matrix_memory(y)
    few = m <= FEW and along_left[1] == 1 and along_right[0] == 1 and (depth > 1 or n == 1)
    width = 2 * VECTOR_BYTES // x.itemsize
    tiles, panels = -(-m // ROWS), -(-n // width)
    if tiles > panels and not few:
        ranges = [
            (first * ROWS, min(last * ROWS, m), 0, n) for first, last in threads.parts(tiles, 2.0 * z.size * depth)
        ]
    else:
        ranges = [
            (0, m, first * width, min(last * width, n)) for first, last in threads.parts(panels, 2.0 * z.size * depth)
        ]
    bias = right[:0] if b is None else plain(b)
    seen, end = (right, RELU if relu else 0) if mask is None else (plain(mask).reshape(-1), MASK)
    plan = m, n, depth, *along_left, *along_right
    kernel = multiply_few if few else multiply_blocks
    threads.share(kernel.on(x.dtype), [(left, right, bias, z.reshape(-1), seen, plan, end, span) for span in ranges])
    return z


def matrix_memory(a: Array) -> tuple[Array, int, int]:
    """(the numbers as a 1-D array, distance between rows, distance between columns)."""
    if a.T.flags.c_contiguous and not a.flags.c_contiguous:
        return plain(a.T).reshape(-1), 1, a.shape[0]
    return plain(a).reshape(-1), a.shape[1], 1
