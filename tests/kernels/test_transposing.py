"""Blocks that are turned in vector registers: of every width that a processor has, whole ones and cut ones."""

from typing import Any

import numpy as np
import pytest

from zerokara.arrays import Array
from zerokara.kernels.compiled import matmul
from zerokara.kernels.compiled.strided import _transposed, copy_into


class Builder:
    """Does at once what LLVM's builder would write down."""

    def shuffle_vector(self, a: list[int], b: list[int], mask: Any) -> list[int]:
        """The chosen ones of both."""
        return [(a + b)[int(k.constant)] if hasattr(k, "constant") else (a + b)[k] for k in mask.constant]


@pytest.mark.parametrize("lanes", [2, 4, 8, 16])
def test_the_columns_of_a_square_block(lanes: int) -> None:
    rows = [[lanes * i + j for j in range(lanes)] for i in range(lanes)]
    assert _transposed(Builder(), rows) == [list(column) for column in zip(*rows, strict=True)]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (7, 5), (8, 8), (16, 16), (17, 31), (40, 3), (33, 64)])
def test_copies_of_any_size_are_turned(shape: tuple[int, int], dtype: Any) -> None:
    """Nothing beside the target is written."""
    source = np.arange(shape[0] * shape[1], dtype=dtype).reshape(shape)
    room: Array = np.full((shape[1] + 2, shape[0] + 2), -1, dtype)
    copy_into(room[1:-1, 1:-1], source.T)
    np.testing.assert_array_equal(room[1:-1, 1:-1], source.T)
    room[1:-1, 1:-1] = -1
    assert (room == -1).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("rows", [1, 5, 119, 121, 359, 361, 367, 730])
@pytest.mark.parametrize("turned", [(False, False), (False, True), (True, False), (True, True)])
def test_products_of_blocks_of_any_number_of_rows(rows: int, turned: tuple[bool, bool], dtype: Any) -> None:
    """Up to, at and beyond a block's rows, its depth (256 at a time) and whole and cut panels of columns."""
    rng = np.random.default_rng(rows)
    x, y = rng.normal(size=(rows, 300)).astype(dtype), rng.normal(size=(300, 45)).astype(dtype)
    a = np.asfortranarray(x) if turned[0] else x
    b = np.asfortranarray(y) if turned[1] else y
    expected = x.astype(np.float64) @ y
    np.testing.assert_allclose(matmul(a, b), expected, rtol=2e-4, atol=1e-4 if dtype == np.float32 else 1e-12)
