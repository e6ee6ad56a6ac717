"""Numbers written where somebody waits for them, each times a factor. See the reference."""

import numpy as np

from zerokara.arrays import Array
from zerokara.kernels.compiled import definition as reference
from zerokara.kernels.compiled import threads
from zerokara.kernels.compiled.build import compilable, expect_shape, kernel
from zerokara.kernels.compiled.strided import copy_into


def scale_into(target: Array, source: Array, factor: Array) -> None:
    """target ← factor·source, in one pass where the source lies in rows; else it is copied first."""
    fits = compilable(target, source) and target.flags.carray
    if not fits or factor.dtype != np.float64 or not factor.flags.carray:
        reference.scale_into(target, source, factor)
        return
    expect_shape("the source", source, target.shape)
    expect_shape("the factor", factor, (1,))
    if target.size == 0:
        return
    memory, ranges = target.reshape(-1), threads.parts(target.size, target.size)
    if source.flags.carray:
        threads.share(_scale_into.on(target.dtype), [(memory, source.reshape(-1), factor, *r) for r in ranges])
        return
    copy_into(target, source)
    threads.share(_scale_all.on(target.dtype), [(memory, factor, *r) for r in ranges])


@kernel("void(T[::1], T[::1], f8[::1], i8, i8)", writes=("target",))
def _scale_into(target, source, factor, start, stop):  # type: ignore[no-untyped-def]
    """The numbers start…stop−1."""
    here, place, given = factor[0], target[start:stop], source[start:stop]
    for k in range(place.size):  # from 0: of another beginning the compiler does not see that it is none from the end
        place[k] = np.float64(given[k]) * here


@kernel("void(T[::1], f8[::1], i8, i8)", writes=("target",))
def _scale_all(target, factor, start, stop):  # type: ignore[no-untyped-def]
    """The numbers start…stop−1, in place."""
    here, place = factor[0], target[start:stop]
    for k in range(place.size):
        place[k] = np.float64(place[k]) * here
