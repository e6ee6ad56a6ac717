"""A program: kernels in memory full of numbers too small to be normal. Prints what computed with them.

Run by test_unwritten.py: `python -m tests.kernels.unwritten SEED COUNT`, or `… sampled DTYPE`, with MALLOC_PERTURB_
set, which fills the rooms that kernels take for themselves.
"""

import ctypes
import struct
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from tests.kernels import guarded, sampled
from zerokara.arrays import Array, DTypeLike, Shape
from zerokara.kernels.compiled.memory import allocating

_libm = ctypes.CDLL("libm.so.6")
_ENVIRONMENT, _PLACE = 32, 28  # bytes of glibc's fenv_t on x86-64, and where the state of the vector unit lies in it
SUBNORMAL, UNDERFLOW = 0x02, 0x10


def raised(work: Callable[[], Any]) -> int:
    """Which of both the vector unit of this thread has seen in this work."""
    state = ctypes.create_string_buffer(_ENVIRONMENT)
    _libm.fegetenv(state)
    (register,) = struct.unpack_from("<I", state, _PLACE)
    struct.pack_into("<I", state, _PLACE, register & ~(SUBNORMAL | UNDERFLOW))
    _libm.fesetenv(state)
    work()
    _libm.fegetenv(state)
    return int(struct.unpack_from("<I", state, _PLACE)[0]) & (SUBNORMAL | UNDERFLOW)


def unwritten(shape: Shape, dtype: DTypeLike, at_end: bool = True) -> Array:
    """An array whose numbers are too small to be normal, in whole vectors; where they are none, it is zero."""
    kind = np.dtype(dtype)
    return np.full(shape, 3 if kind.kind == "f" else 0, f"u{kind.itemsize}").view(kind)


def layers(seed: int, count: int) -> None:
    """Layers of random sizes, forward and back."""
    guarded.guarded = unwritten
    random = np.random.default_rng(seed)
    for number in range(count):
        before = random.bit_generator.state
        guarded.one(random)  # compiles, and fills NumPy's own tables
        random.bit_generator.state = before
        tell(f"layers {number}", raised(lambda: guarded.one(random)))


def every_kernel(dtype: str) -> None:
    """The sampled calls, by one thread, and as they are cut for three."""
    for family in sampled.FAMILIES:
        for name, args in sampled.calls(family, dtype):
            sampled.kernel(name)(*_copied(args))  # compiles, and fills NumPy's own tables: np.finfo meets the smallest
            for threads in (1, 3):
                given = _copied(args)
                with sampled.shared_by(threads), allocating(unwritten):
                    seen = raised(partial(sampled.kernel(name), *given))  # a GELU far below 0 does come to nothing
                tell(f"{sampled.said(name, args)}, {threads} threads", seen & SUBNORMAL)


def _copied(args: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(a.copy(order="K") if isinstance(a, np.ndarray) else a for a in args)


def tell(what: str, seen: int) -> None:
    """Print it if numbers were seen that are too small."""
    if seen:
        sys.stdout.write(f"{what}: {'subnormal numbers' if seen & SUBNORMAL else 'underflow'}\n")


if __name__ == "__main__":
    if sys.argv[1] == "sampled":
        every_kernel(sys.argv[2])
    else:
        layers(int(sys.argv[1]), int(sys.argv[2]))
