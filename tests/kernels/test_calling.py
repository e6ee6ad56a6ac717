"""Machine code is called from Python with what it was declared for, or not at all."""

import gc
import sys
from typing import Any

import numba
import numpy as np
import pytest

from zerokara.kernels.compiled import build
from zerokara.kernels.compiled.activation import _relu
from zerokara.kernels.compiled.conv import pack
from zerokara.kernels.compiled.elementwise import _fill
from zerokara.kernels.compiled.rows import empty_row, multiples, zero_row

FLOAT = np.dtype(np.float32)
X, Y = np.linspace(-1, 1, 11, dtype=np.float32), np.empty(11, np.float32)


@pytest.mark.parametrize(
    ("args", "error", "says"),
    [
        ((X, Y, 0), TypeError, r"relu takes 4 arguments; got 3"),
        ((X, Y, 0, 11, 1), TypeError, r"relu takes 4 arguments; got 5"),
        ((X, Y, 0, "11"), TypeError, r"cannot be interpreted as an integer"),
        ((X, Y, 0, 11.0), TypeError, r"cannot be interpreted as an integer"),
        ((X, Y, 0, 1 << 70), OverflowError, r"int too"),
        ((list(X), Y, 0, 11), TypeError, r"argument 0 of relu is no array as it is declared"),
        ((X, None, 0, 11), TypeError, r"argument 1 of relu"),
        ((X.astype(np.float64), Y, 0, 11), TypeError, r"argument 0 of relu"),
        ((X.astype(">f4"), Y, 0, 11), TypeError, r"argument 0 of relu"),
        ((X.view(np.int32), Y, 0, 11), TypeError, r"argument 0 of relu"),
        ((X[::2], Y, 0, 6), TypeError, r"argument 0 of relu"),
        ((np.frombuffer(b"\0" * 45, np.uint8)[1:].view(np.float32), Y, 0, 11), TypeError, r"argument 0 of relu"),
    ],
)
def test_a_wrong_argument_is_refused(args: tuple[Any, ...], error: type[Exception], says: str) -> None:
    Y[...] = 7
    with pytest.raises(error, match=says):
        _relu.on(FLOAT)(*args)
    assert (Y == 7).all()


def test_tuples_and_floats_are_checked() -> None:
    fill = _fill.on(FLOAT)
    fill(Y, np.float64(2.5), np.int64(0), True + 10)
    assert (Y == 2.5).all()
    with pytest.raises(TypeError, match="must be real number"):
        fill(Y, "2.5", 0, 11)
    compiled = pack.on(FLOAT)
    kinds = build.code_of(compiled).kinds
    args: list[Any] = [
        np.empty((1,) * kind.ndim, np.float32) if hasattr(kind, "ndim") else (0,) * getattr(kind, "count", 0) or 0
        for kind in kinds
    ]
    place = next(k for k, kind in enumerate(kinds) if hasattr(kind, "count"))
    for wrong, says in (((0,), "a tuple of another length"), ([0] * kinds[place].count, "must be a tuple")):
        args[place] = wrong
        with pytest.raises(TypeError, match=f"argument {place} of pack.* {says}"):
            compiled(*args)


def test_what_is_only_read_may_be_protected() -> None:
    x, y = X.copy(), np.zeros(11, np.float32)
    x.flags.writeable = False
    _relu.on(FLOAT)(x, y, 0, 11)
    np.testing.assert_array_equal(y, np.maximum(x, 0))
    y.flags.writeable = False
    with pytest.raises(TypeError, match="argument 1 of relu"):
        _relu.on(FLOAT)(x, y, 0, 11)


def test_a_call_keeps_and_loses_no_object() -> None:
    relu, wrong = _relu.on(FLOAT), (X[::2], Y, 0, 6)
    for _ in range(2):  # the first round may make what is kept for good
        gc.collect()
        before = [sys.getrefcount(each) for each in (X, Y, wrong[0], relu)]
        for _ in range(1000):
            relu(X, Y, 0, 11)
            with pytest.raises(TypeError):
                relu(*wrong)
        after = [sys.getrefcount(each) for each in (X, Y, wrong[0], relu)]
    assert after == before


@numba.njit
def _rows(size: int, step: int) -> Any:
    return empty_row(size, np.float32), zero_row(size, np.int64), multiples(size, step), zero_row(size, X.dtype)


def test_rows_of_kernels() -> None:
    for size in (0, 1, 1000):
        room, zeros, places, floats = _rows(size, 3)
        assert (room.dtype, zeros.dtype, floats.dtype) == (np.float32, np.int64, np.float32)
        assert room.shape == zeros.shape == floats.shape == (size,)
        assert not zeros.any()
        assert not floats.any()
        np.testing.assert_array_equal(places, 3 * np.arange(size))


@pytest.mark.parametrize("size", [1 << 58, 1 << 61, 1 << 62, (1 << 63) - 1, -1, -(1 << 61)])
def test_no_memory_is_an_error(size: int) -> None:
    """Also where the number of bytes is none that 64 bits can say."""
    with pytest.raises(MemoryError):
        _rows(size, 1)
