"""A program: kernels on arrays that end (or begin) where the process may not look. A look beyond ends it.

Run by test_bounds.py: `python -m tests.kernels.guarded drawn SEED COUNT` for layers of random sizes, and
`python -m tests.kernels.guarded sampled DTYPE SIDE` for the sampled calls of every kernel, each array of which ends (or
begins, where SIDE is "start") there.
"""

import ctypes
import mmap
import sys
from typing import Any

import numpy as np

from tests.kernels import sampled
from zerokara import functional as F
from zerokara.arrays import Array, DTypeLike, Shape
from zerokara.autodiff import Tensor, gradients, no_grad
from zerokara.capture import capture
from zerokara.kernels.compiled.memory import allocating

PAGE = mmap.PAGESIZE
_held: list[mmap.mmap] = []


def guarded(shape: Shape, dtype: DTypeLike, at_end: bool = True) -> Array:
    """An array whose last byte (or first) is next to a page that nobody may touch."""
    size = int(np.prod(shape)) * np.dtype(dtype).itemsize
    pages = max(1, -(-size // PAGE))
    memory = mmap.mmap(-1, (pages + 2) * PAGE)
    _held.append(memory)
    start = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    protect = ctypes.CDLL(None, use_errno=True).mprotect
    for page in (0, pages + 1):
        assert protect(ctypes.c_void_p(start + page * PAGE), ctypes.c_size_t(PAGE), 0) == 0
    offset = (pages + 1) * PAGE - size if at_end else PAGE
    return np.frombuffer(memory, dtype, int(np.prod(shape)), offset).reshape(shape)


def filled(rng: np.random.Generator, shape: Shape, dtype: Any, at_end: bool) -> Array:
    array = guarded(shape, dtype, at_end)
    array[...] = rng.standard_normal(shape)
    return array


def images(rng: np.random.Generator, shape: Shape, dtype: Any, at_end: bool) -> Array:
    """Images with the channels first or last in memory."""
    if rng.integers(2):
        return filled(rng, shape, dtype, at_end)
    n, c, h, w = shape
    return filled(rng, (n, h, w, c), dtype, at_end).transpose(0, 3, 1, 2)


def one(rng: np.random.Generator) -> None:
    """Some layers, forward and back, of random sizes."""
    dtype, at_end = rng.choice([np.float32, np.float64]), bool(rng.integers(2))
    n, c, f, size, taps = (int(rng.integers(a, b)) for a, b in ((1, 9), (1, 40), (1, 40), (4, 19), (1, 6)))
    taps, pad, stride = min(taps, size), int(rng.integers(0, 3)), int(rng.integers(1, 3))
    with allocating(lambda shape, kind: guarded(shape, kind, at_end)):
        x = Tensor(images(rng, (n, c, size, size), dtype, at_end), requires_grad=True)
        w = Tensor(filled(rng, (f, c, taps, taps), dtype, at_end), requires_grad=True)
        b = Tensor(filled(rng, (f,), dtype, at_end), requires_grad=True)
        y = F.conv2d(x, w, b, stride, pad)
        gradients(F.sum(F.relu(y)), at=[x, w, b])
        groups = int(rng.choice([k for k in range(1, c + 1) if c % k == 0]))
        part = Tensor(filled(rng, (c * 2, c // groups, min(taps, 2), taps), dtype, at_end), requires_grad=True)
        each = Tensor(filled(rng, (c, 1, taps, taps), dtype, at_end), requires_grad=True)
        for filters, several, dilation in ((part, groups, int(rng.integers(1, 3))), (each, c, 1)):
            reach = dilation * (filters.shape[3] - 1) + 1
            if reach <= size + 2 * pad:
                gradients(F.sum(F.conv2d(x, filters, None, stride, pad, dilation, several)), at=[x, filters])
        window = int(rng.integers(1, 4))
        grown = F.interpolate(F.silu(x), scale_factor=(window, stride))
        for pooled in (F.max_pool2d(x, window, stride), F.avg_pool2d(x, window, stride), grown):
            gradients(F.sum(pooled * pooled), at=[x])
        rows, inputs, outputs = (int(rng.integers(1, k)) for k in (1200, 120, 120))
        v = Tensor(filled(rng, (rows, inputs), dtype, at_end), requires_grad=True)
        m = Tensor(filled(rng, (outputs, inputs), dtype, at_end), requires_grad=True)
        scores = F.linear(v, m, Tensor(filled(rng, (outputs,), dtype, at_end), requires_grad=True))
        labels = guarded((rows,), np.int64, at_end)
        labels[:] = rng.integers(0, outputs, rows)
        gradients(F.cross_entropy(scores * 0.1, labels), at=[v, m])  # so that no gradient is subnormal
        normal = F.batch_norm(x, None, None, None, None, True, 0.1, 1e-5) if n * size > 1 else x
        gradients(F.sum(normal * normal), at=[x])
    replayed = capture(
        lambda images, filters, rows, matrix: (F.conv2d(images, filters, None, stride, pad), rows @ matrix.T)
    )
    given = (x.data, w.data, v.data, m.data)
    with no_grad():
        replayed(*(Tensor(np.array(a)) for a in given))
        replayed(*(Tensor(a) for a in given))
    _held.clear()


def placed(array: Array, at_end: bool, turned: bool) -> Array:
    """The same numbers in guarded memory, in the order in which they lay; of images `turned` with the channels last."""
    by_distance = sorted(range(array.ndim), key=lambda axis: -array.strides[axis])
    order = (0, 2, 3, 1) if turned and array.ndim == 4 else tuple(by_distance)
    memory = guarded(tuple(array.shape[axis] for axis in order), array.dtype, at_end)
    found = memory.transpose([order.index(axis) for axis in range(array.ndim)])
    found[...] = array
    return found


def every_kernel(dtype: str, at_end: bool) -> None:
    """The sampled calls, cut for one thread to three. The last that is told of ended the process."""
    for family in sampled.FAMILIES:
        for k, (name, args) in enumerate(sampled.calls(family, dtype)):
            sys.stderr.write(f"{sampled.said(name, args)}\n")
            given = (placed(a, at_end, bool(k % 2)) if isinstance(a, np.ndarray) else a for a in args)
            with sampled.shared_by(1 + k % 3), allocating(lambda shape, kind: guarded(shape, kind, at_end)):
                sampled.kernel(name)(*given)
            _held.clear()


if __name__ == "__main__":
    if sys.argv[1] == "sampled":
        every_kernel(sys.argv[2], sys.argv[3] == "end")
    else:
        random = np.random.default_rng(int(sys.argv[2]))
        for _ in range(int(sys.argv[3])):
            one(random)
