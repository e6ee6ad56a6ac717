"""One computation in all the ways in which it can be run: both families of kernels, written out and recorded."""

from collections.abc import Callable
from typing import Any

import numpy as np

import zerokara as zk

Numbers = list[np.ndarray]


def each_way(f: Callable[..., zk.Tensor], *arrays: Any, dtype: Any = np.float64) -> list[tuple[str, Numbers]]:
    """(the way, [y, ∂Σy/∂x for every x]). An infinite slope on the way may be divided by 0; nothing may be invalid."""
    given = [np.asarray(a, dtype) for a in arrays]

    def step(*inputs: zk.Tensor) -> list[zk.Tensor]:
        tensors = [zk.Tensor(x.data, requires_grad=True) for x in inputs]
        y = f(*tensors)
        slopes = zk.gradients(y, tensors, gradient=np.ones(y.shape, y.dtype))
        return [y * 1, *(zk.Tensor(g) for g in slopes)]

    def run(family: str, step: Callable[..., list[zk.Tensor]]) -> Numbers:
        with zk.use_kernels(family), np.errstate(divide="ignore"):
            return [t.data for t in step(*(zk.Tensor(x) for x in given))]

    return [
        ("reference", run("reference", step)),
        ("compiled", run("compiled", step)),
        ("recorded", run("compiled", zk.capture(step))),
    ]


def expect(
    f: Callable[..., zk.Tensor], arrays: Any, value: Any, *slopes: Any, dtype: Any = np.float64, rtol: float = 0.0
) -> None:
    """The value and the slopes, in all ways. NaN equals nothing."""
    wanted = [value, *slopes]
    rtol = rtol or (1e-13 if dtype is np.float64 else 2e-6)
    for way, found in each_way(f, *arrays, dtype=dtype):
        for y, right in zip(found, wanted, strict=False):
            if right is not None:
                assert y.dtype == dtype
                np.testing.assert_allclose(y, right, rtol=rtol, atol=0, equal_nan=False, err_msg=way)
