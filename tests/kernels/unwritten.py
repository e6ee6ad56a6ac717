"""A program: kernels in memory full of numbers too small to be normal. Prints what computed with them.

Run by test_unwritten.py: `python -m tests.kernels.unwritten SEED COUNT`, with MALLOC_PERTURB_ set, which fills the rooms
that kernels take for themselves.
"""

import ctypes
import struct
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from tests.kernels import guarded
from zerokara.arrays import Array, DTypeLike, Shape

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


def main() -> None:
    """Compute."""
    guarded.guarded = unwritten
    random = np.random.default_rng(int(sys.argv[1]))
    for number in range(int(sys.argv[2])):
        before = random.bit_generator.state
        guarded.one(random)  # compiles, and fills NumPy's own tables
        random.bit_generator.state = before
        if seen := raised(lambda: guarded.one(random)):
            print(f"number {number}: {'subnormal numbers' if seen & SUBNORMAL else 'underflow'}", flush=True)


if __name__ == "__main__":
    main()
