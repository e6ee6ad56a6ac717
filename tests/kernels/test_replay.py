"""Every wrapper of convolutions and matrix products can be recorded: see `replay`."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from tests.kernels.families import assert_close, dtypes, numbers, seeds
from tests.kernels.replay import agree_when_replayed
from tests.kernels.test_conv import convolutions
from zerokara.kernels import reference
from zerokara.kernels.compiled import FUSED, channel_sum, conv2d, conv2d_grad_w, conv2d_grad_x
from zerokara.kernels.compiled.layout import plain

LAYERS = [
    ((3, 1, 12, 12), (5, 1, 5, 5), ((1, 1), (0, 0), (1, 1), 1)),
    ((2, 20, 9, 7), (24, 20, 3, 3), ((1, 1), (1, 1), (1, 1), 1)),
    ((1, 24, 9, 9), (40, 24, 3, 3), ((2, 2), (1, 1), (1, 1), 1)),
    ((4, 17, 6, 6), (33, 17, 1, 1), ((2, 2), (0, 0), (1, 1), 1)),
    ((2, 16, 7, 7), (48, 16, 1, 1), ((1, 1), (0, 0), (1, 1), 1)),
    ((2, 12, 8, 8), (12, 1, 3, 3), ((1, 1), (1, 1), (1, 1), 12)),
    ((1, 512, 3, 3), (20, 512, 3, 3), ((3, 2), (1, 1), (1, 1), 1)),
]


def fused_agree(name: str, expected: Any, *args: Any) -> None:
    """A fused kernel is the composition of plain ones, at once and when replayed."""
    assert_close(FUSED[name](*args), expected)
    agree_when_replayed(FUSED[name], *args)


@given(convolutions())
@settings(max_examples=100)
def test_recorded_convolutions_compute_what_convolutions_do(case: dict[str, Any]) -> None:
    if case["layout"] == "unaligned" or 0 in case["x"]:
        return  # left to the reference, or copied by NumPy: such a call is made by Python in a recorded step, too
    x, w = numbers(1, case["x"], case["dtype"], case["layout"]), numbers(2, case["w"], case["dtype"])
    agree_when_replayed(conv2d, x, w, None, *case["options"])
    g = numbers(3, conv2d(x, w, None, *case["options"]).shape, case["dtype"], case["layout"])
    agree_when_replayed(conv2d_grad_x, g, w, x.shape, *case["options"])
    agree_when_replayed(conv2d_grad_w, g, x, w.shape, *case["options"])
    agree_when_replayed(channel_sum, g)
    agree_when_replayed(plain, x.transpose(1, 3, 0, 2))


@pytest.mark.parametrize(("x_shape", "w_shape", "options"), LAYERS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_fused_convolutions_are_compositions(x_shape: Any, w_shape: Any, options: Any, dtype: Any) -> None:
    x, w, b = (numbers(k, s, dtype) for k, s in enumerate([x_shape, w_shape, w_shape[:1]]))
    y = reference.conv2d(x, w, b, *options)
    fused_agree("conv2d_fused", reference.relu(y), x, w, b, *options, True)
    fused_agree("conv2d_fused", reference.conv2d(x, w, None, *options), x, w, None, *options, False)
    g = numbers(3, y.shape, dtype)
    dx = reference.conv2d_grad_x(g, w, x.shape, *options)
    fused_agree("conv2d_grad_x_fused", reference.relu_grad(dx, x), g, w, x.shape, *options, x)
    fused_agree("conv2d_grad_x_fused", dx, g, w, x.shape, *options, None)


@given(seeds, dtypes)
@settings(max_examples=60)
def test_fused_layers_are_compositions(seed: int, dtype: Any) -> None:
    n, k, f = (int(v) for v in np.random.default_rng(seed).integers(1, 90, 3))
    n = [1, 2, 8, 15, n][seed % 5]
    x, w, b, g = (numbers(seed + k, s, dtype) for k, s in enumerate([(n, k), (f, k), (f,), (n, f)]))
    fused_agree("linear_fused", reference.relu(x @ w.T + b), x, w, b, True)
    fused_agree("linear_fused", x @ w.T, x, w, None, False)
    fused_agree("matmul_masked", reference.relu_grad(g @ w, x), g, w, x)
    fused_agree("matmul_masked", g @ w, g, w, None)
    fused_agree("row_sum", g.sum(0, dtype=np.float64).astype(dtype), g)


def test_fused_ends_let_a_nan_pass_and_mask_it() -> None:
    """max(NaN, 0) is NaN; where the mask is not positive the gradient is 0 even if it was NaN."""
    x, w = np.full((2, 3), np.nan, np.float32), np.ones((4, 3), np.float32)
    assert np.isnan(FUSED["linear_fused"](x, w, None, True)).all()
    assert (FUSED["matmul_masked"](x, w.T, np.zeros((2, 4), np.float32)) == 0).all()


@pytest.mark.parametrize("depth", [600, 5000])
@pytest.mark.parametrize("rows", [1, 5, 40])
def test_long_sums_are_made_in_pieces(depth: int, rows: int) -> None:
    x, w, b = numbers(0, (rows, depth), np.float32), numbers(1, (37, depth), np.float32), numbers(2, (37,), np.float32)
    fused_agree("linear_fused", reference.relu(x @ w.T + b), x, w, b, True)
    mask = numbers(3, (rows, 37), np.float32)
    fused_agree("matmul_masked", reference.relu_grad(x @ w.T, mask), x, np.ascontiguousarray(w.T), mask)
