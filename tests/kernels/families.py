"""How the families are compared: same call, same shapes and dtypes, same numbers up to rounding, nothing changed."""

from typing import Any

import numpy as np
from hypothesis import strategies as st

from zerokara.arrays import Array
from zerokara.kernels import compiled, reference

TOLERANCE = {np.dtype(np.float32): 3e-5, np.dtype(np.float64): 1e-12}

dtypes = st.sampled_from([np.float32, np.float64])
layouts = st.sampled_from(["rows", "channels last", "scattered", "read only", "unaligned"])
seeds = st.integers(0, 2**32 - 1)


def numbers(seed: int, shape: tuple[int, ...], dtype: Any, layout: str = "rows") -> Array:
    """Random numbers: in ordinary memory, with the channels innermost, with gaps, read-only, at an odd address."""
    x = np.random.default_rng(seed).normal(size=shape).astype(dtype)
    if layout == "channels last" and x.ndim == 4:
        return np.ascontiguousarray(x.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2)
    if layout == "scattered":
        return np.repeat(x, 2, axis=-1)[..., ::2]
    if layout == "read only":
        x.flags.writeable = False
    if layout == "unaligned":
        memory = np.zeros(x.nbytes + 1, np.uint8)[1:].view(dtype).reshape(shape)
        memory[...] = x
        return memory
    return x


def assert_close(actual: Any, expected: Any) -> None:
    """Equal dtypes, shapes and, up to rounding of sums, numbers."""
    if isinstance(expected, tuple):
        for one, other in zip(actual, expected, strict=True):
            assert_close(one, other)
        return
    assert actual.shape == expected.shape
    assert actual.dtype == expected.dtype
    if expected.dtype.kind in "iub":
        np.testing.assert_array_equal(actual, expected)
        return
    largest = np.abs(expected[np.isfinite(expected)]).max(initial=1.0)
    tolerance = TOLERANCE[expected.dtype]
    np.testing.assert_allclose(actual, expected, rtol=tolerance, atol=tolerance * largest)


def agree(name: str, *args: Any) -> Any:
    """Call a kernel of both families; they agree, and leave their arguments alone. Returns the reference's result."""
    before = [np.copy(a) if isinstance(a, np.ndarray) else a for a in args]
    expected = getattr(reference, name)(*args)
    actual = getattr(compiled, name)(*args)
    assert_close(actual, expected)
    for now, then in zip(args, before, strict=True):
        if isinstance(now, np.ndarray):
            np.testing.assert_array_equal(now, then)
    return expected
