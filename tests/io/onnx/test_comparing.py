"""Export of what a network compares, and of pools that round up, judged by ONNX Runtime."""

from typing import Any

import numpy as np
import pytest

import zerokara as zk
from tests.io.onnx.test_exporting import Does, agrees, runtime
from zerokara import functional as F
from zerokara import nn
from zerokara.autodiff import Tensor

COMPARED: dict[str, Any] = {
    "greater": lambda x: F.where(x > 0, x, -2 * x),
    "a number on the left": lambda x: F.where(np.less(0.1, x), x, -2 * x),
    "of something that nothing else uses": lambda x: F.where(F.exp(x) > 1.5, x, 0 * x),
    "and": lambda x: F.where((x > -1) & (x < 1), x, F.tanh(x)),
    "not": lambda x: F.where(~(x >= 0), x, x * x),
    "exclusive or": lambda x: F.where(np.logical_xor(x > 0, x > 1), x, -x),
    "unequal": lambda x: F.where(x != 0, x, x + 1),
    "no number": lambda x: F.where(np.isnan(x), 0 * x, x),
    "finite": lambda x: F.where(np.isfinite(x), x, 0 * x),
    "two tensors": lambda x: F.where(x > F.tanh(2 * x), x, -x),
    "a mask": lambda x: x * (x > 0),
    "a mask on the left": lambda x: (x <= 0) * x,
    "a mask of fractions": lambda x: x * (x > 0).astype(np.float32),
    "the sign": lambda x: x * np.sign(x),
    "a choice within a choice": lambda x: F.where(F.where(x > 0, x, -x) > 1, x, -x),
    "bounds that are computed": lambda x: np.clip(x, -np.abs(x) * 0.5, F.tanh(x) + 0.2),
    "true of every random batch": lambda x: F.where(x.mean() > -100, x, -x),
}  # fmt: skip


@pytest.mark.parametrize("name", COMPARED)
def test_what_is_compared_is_compared_anew(name: str, tmp_path: Any) -> None:
    agrees(Does(COMPARED[name]), (3,), tmp_path)


def test_what_was_true_of_random_batches_is_not_taken_for_a_constant(tmp_path: Any) -> None:
    network = Does(COMPARED["true of every random batch"])
    zk.io.save_onnx(network, tmp_path / "model.onnx", (3,))
    x = np.full((2, 3), -1000, np.float32)
    np.testing.assert_array_equal(runtime(tmp_path / "model.onnx", x), network(Tensor(x)).data)


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (lambda x: x[x > -100].reshape(-1, 3), r"what is picked depends on the numbers that come in"),
        (lambda x: x[:, x.mean(0).argmax()], r"what is picked depends on the numbers that come in"),
        (
            lambda x: (
                x
                + x.argmax(
                    1,
                )[:, None]
            ),
            "computed outside of the rules",
        ),
    ],
)
def test_what_depends_on_numbers_and_has_no_operator_is_refused(function: Any, said: str, tmp_path: Any) -> None:
    with pytest.raises(ValueError, match=said):
        zk.io.save_onnx(Does(function), tmp_path / "model.onnx", (3,))


def test_comparing_leaves_ordinary_arrays_outside_of_an_export() -> None:
    x = zk.tensor([1.0, -1.0])
    assert type(x > 0) is np.ndarray
    assert type(x.argmax()) is np.ndarray


# pools that round up


@pytest.mark.parametrize("ceil", [False, True])
@pytest.mark.parametrize("padding", [0, 1])
@pytest.mark.parametrize("stride", [1, 2, 3, 4])
@pytest.mark.parametrize("kernel", [2, 3])
def test_pools_of_all_settings_have_pads_that_onnx_knows(
    kernel: int, stride: int, padding: int, ceil: bool, tmp_path: Any
) -> None:
    pools = [
        nn.AvgPool2d(kernel, stride, padding, ceil_mode=ceil),
        nn.AvgPool2d(kernel, stride, padding, ceil_mode=ceil, count_include_pad=False),
        nn.MaxPool2d(kernel, stride, padding, ceil_mode=ceil),
    ]
    for pool in pools:
        model = agrees(pool, (1, 7, 6), tmp_path, (1, 2), compare=False)
        pads = [a.ints for n in model.graph.node for a in n.attribute if a.name == "pads"]
        assert min(number for ints in pads for number in ints) >= 0
