import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kernels.families import agree, dtypes, layouts, numbers, seeds
from zerokara.kernels import compiled

lengths = st.integers(0, 70)


@pytest.fixture(autouse=True, scope="module")
def _compile_even_small_products() -> Any:
    """Products of the size of tests are NumPy's otherwise."""
    patch = pytest.MonkeyPatch()
    patch.setattr(sys.modules[compiled.matmul.__module__], "_SMALL", 0)
    yield
    patch.undo()


@given(lengths, lengths, lengths, dtypes, layouts, layouts, st.booleans(), st.booleans(), seeds)
@settings(max_examples=150)
def test_the_families_agree_on_matrices(
    m: int, k: int, n: int, dtype: Any, left: str, right: str, turn_x: bool, turn_y: bool, seed: int
) -> None:
    """Transposed views included: a linear layer multiplies with wᵀ, and its gradients with gᵀ."""
    x = numbers(seed, (k, m), dtype, left).T if turn_x else numbers(seed, (m, k), dtype, left)
    y = numbers(seed + 1, (n, k), dtype, right).T if turn_y else numbers(seed + 1, (k, n), dtype, right)
    agree("matmul", x, y)


@pytest.mark.parametrize(
    "shapes", [((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 2)), ((4, 2, 3), (3, 5)), ((4, 1, 2, 3), (5, 3, 2))]
)
def test_the_families_agree_on_vectors_and_batches(shapes: Any) -> None:
    agree("matmul", numbers(0, shapes[0], np.float64), numbers(1, shapes[1], np.float64))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(50, 300, 600), (361, 257, 513), (785, 20, 300), (7, 700, 640)])
def test_columns_that_lie_as_rows_give_the_bits_of_rows(shape: tuple[int, int, int], dtype: Any) -> None:
    """The gradient of weights, whose rows are columns in memory: copied in strips where many columns read them."""
    m, depth, n = shape
    x, y = numbers(0, (depth, m), dtype), numbers(1, (depth, n), dtype)
    np.testing.assert_array_equal(compiled.matmul(x.T, y), compiled.matmul(np.ascontiguousarray(x.T), y))


def test_the_result_does_not_depend_on_the_number_of_rows() -> None:
    """A sample is scored alike alone and in a batch, bit for bit, once the product is large enough to be compiled."""
    x, w = numbers(0, (40, 300), np.float32), numbers(1, (50, 300), np.float32)
    np.testing.assert_array_equal(compiled.matmul(x, w.T)[:17], compiled.matmul(x[:17], w.T))
