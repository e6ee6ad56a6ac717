"""Machine code reads memory without asking, so arrays of a wrong shape are refused before they reach it."""

from typing import Any

import numpy as np
import pytest

from tests.cases import normal
from zerokara import kernels
from zerokara.kernels import compiled

X, W = normal(2, 3, 6, 6), normal(4, 3, 3, 3)
WINDOW = ((1, 1), (0, 0), (1, 1), 1)
POOL = ((2, 2), (2, 2), (0, 0), False, True)


@pytest.mark.parametrize(
    "call",
    [
        lambda: compiled.conv2d(X, W, normal(3), *WINDOW),
        lambda: compiled.conv2d_grad_x(normal(2, 4, 5, 4), W, X.shape, *WINDOW),
        lambda: compiled.conv2d_grad_x(normal(1, 4, 4, 4), W, X.shape, *WINDOW),
        lambda: compiled.conv2d_grad_w(normal(2, 4, 6, 6), X, W.shape, *WINDOW),
        lambda: compiled.conv2d_grad_w(normal(2, 5, 4, 4), X, W.shape, *WINDOW),
        lambda: compiled.max_pool2d_grad(normal(2, 2, 3, 3), np.zeros((2, 2, 3, 3), np.int32), X.shape),
        lambda: compiled.max_pool2d_grad(normal(2, 3, 3, 3), np.zeros((2, 3, 2, 2), np.int32), X.shape),
        lambda: compiled.avg_pool2d_grad(normal(2, 3, 6, 6), X.shape, *POOL),
        lambda: compiled.upsample_nearest_grad(normal(2, 3, 6, 5), (2, 2)),
        lambda: compiled.batch_norm(X, normal(2), normal(2), None, None, 1e-5),
        lambda: compiled.batch_norm_grads(normal(2, 1, 6, 6), X, normal(3), np.ones(3), None, 1e-5),
        lambda: compiled.batch_norm_grads(normal(2, 3, 6, 6), X, normal(3), np.ones(3), normal(4), 1e-5),
        lambda: compiled.layer_norm(X, normal(5), None, 1, 1e-5),
    ],
)
def test_refused(call: Any) -> None:
    with pytest.raises(ValueError, match=r"must have the shape|reshape"):
        call()


def test_the_public_door_is_the_same() -> None:
    with kernels.use_kernels("compiled"), pytest.raises(ValueError, match="the bias must have the shape"):
        kernels.conv2d(X, W, normal(3), *WINDOW)
