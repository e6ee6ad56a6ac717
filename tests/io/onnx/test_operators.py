"""Operators agree with ONNX Runtime, in old versions and with unusual settings too, and their gradients are right."""

from typing import Any

import numpy as np
import pytest

import zerokara as zk
from tests.io.onnx.making import expect_agreement, model_of, module_of, node, numbers
from zerokara.arrays import Array
from zerokara.io.onnx import OPERATORS

IMAGES, ROWS = (2, 4, 9, 7), (3, 6)
WEIGHT, DEPTHWISE = numbers(6, 4, 3, 3, seed=1), numbers(4, 1, 3, 3, seed=2)
BIAS, CHANNELS = numbers(6, seed=3), numbers(4, seed=4)
LAID = {"w": numbers(4, 6, 3, 3, seed=6), "b": BIAS}
BATCH_NORM = {"w": CHANNELS, "b": CHANNELS + 1, "m": CHANNELS * 2, "v": np.abs(CHANNELS) + 0.5}


def integers(*values: Any) -> Array:
    return np.array(values, np.int64)


def scalar(value: float) -> Array:
    return np.array(value, np.float32)


CASES: dict[str, tuple[Any, tuple[int, ...], dict[str, Array], int]] = {
    "conv-one-sided-pads": (node("Conv", "xwb", "y", pads=[0, 2, 1, 0]), IMAGES, {"w": WEIGHT, "b": BIAS}, 17),
    "conv-same-upper": (node("Conv", "xw", "y", auto_pad="SAME_UPPER", strides=[2, 3]), IMAGES, {"w": WEIGHT}, 17),
    "conv-same-lower": (node("Conv", "xw", "y", auto_pad="SAME_LOWER", strides=[2, 2]), IMAGES, {"w": WEIGHT}, 11),
    "conv-valid": (node("Conv", "xw", "y", auto_pad="VALID"), IMAGES, {"w": WEIGHT}, 17),
    "conv-groups": (node("Conv", "xw", "y", group=4, pads=[1, 1, 1, 1]), IMAGES, {"w": DEPTHWISE}, 17),
    "conv-dilated": (node("Conv", "xw", "y", dilations=[2, 3], pads=[2, 3, 2, 3]), IMAGES, {"w": WEIGHT}, 17),
    "conv-of-signals": (
        node("Conv", "xwb", "y", strides=[2], pads=[1, 2], dilations=[2]),
        (2, 4, 11),
        {"w": numbers(6, 4, 3, seed=5), "b": BIAS},
        17,
    ),
    "laid-out": (node("ConvTranspose", "xwb", "y", strides=[2, 2], pads=[1, 1, 1, 1]), IMAGES, LAID, 11),
    "laid-out-plain": (node("ConvTranspose", "xw", "y"), IMAGES, {"w": LAID["w"]}, 17),
    "laid-out-one-sided": (node("ConvTranspose", "xwb", "y", strides=[2, 3], pads=[0, 2, 1, 0]), IMAGES, LAID, 17),
    "laid-out-longer": (
        node("ConvTranspose", "xwb", "y", strides=[3, 2], pads=[1, 0, 1, 0], output_padding=[2, 1]),
        IMAGES,
        LAID,
        17,
    ),
    "laid-out-groups-dilated": (
        node("ConvTranspose", "xw", "y", group=2, dilations=[2, 3], pads=[1, 2, 1, 2]),
        IMAGES,
        {"w": numbers(4, 3, 3, 2, seed=2)},
        17,
    ),
    "laid-out-to-a-shape": (
        node("ConvTranspose", "xwb", "y", strides=[2, 2], output_shape=[17, 13]),
        IMAGES,
        LAID,
        17,
    ),
    "laid-out-to-a-larger-shape": (
        node("ConvTranspose", "xwb", "y", strides=[3, 2], output_shape=[28, 16]),
        IMAGES,
        LAID,
        17,
    ),
    "laid-out-same": (node("ConvTranspose", "xwb", "y", strides=[3, 1], auto_pad="SAME_UPPER"), IMAGES, LAID, 17),
    "laid-out-valid": (node("ConvTranspose", "xwb", "y", strides=[2, 2], auto_pad="VALID"), IMAGES, LAID, 17),
    "laid-out-signals": (
        node("ConvTranspose", "xwb", "y", strides=[2], pads=[1, 2], dilations=[2], output_padding=[1]),
        (2, 4, 11),
        {"w": numbers(4, 6, 3, seed=5), "b": BIAS},
        17,
    ),
    "running-sums": (node("CumSum", "xa", "y"), IMAGES, {"a": integers(2)}, 14),
    "running-sums-backwards": (node("CumSum", "xa", "y", reverse=1), ROWS, {"a": np.array(-1, np.int32)}, 11),
    "running-sums-before": (node("CumSum", "xa", "y", exclusive=1), ROWS, {"a": integers(0)}, 14),
    "running-sums-behind": (node("CumSum", "xa", "y", exclusive=1, reverse=1), ROWS, {"a": integers(1)}, 14),
    "gathered-elements": (node("GatherElements", "xi", "y", axis=1), ROWS, {"i": integers([0, -1], [5, 5])}, 13),
    "gathered-elements-of-rows": (node("GatherElements", "xi", "y"), ROWS, {"i": integers([2, -1, 0, 0])}, 11),
    "by-letters": (node("Einsum", "xw", "y", equation="bij, jk -> bik"), (2, 3, 6), {"w": numbers(6, 5)}, 12),
    "by-letters-unsaid": (node("Einsum", "xw", "y", equation="ij,jk"), ROWS, {"w": numbers(6, 5)}, 17),
    "by-letters-diagonal": (node("Einsum", "x", "y", equation="i...i->...i"), (3, 2, 3), {}, 12),
    "by-letters-of-three": (
        node("Einsum", "xwv", "y", equation="ij,jk,k->i"),
        ROWS,
        {"w": numbers(6, 5), "v": numbers(5)},
        12,
    ),
    "by-letters-trace": (node("Einsum", "xw", "y", equation="bii,k->kb"), (2, 3, 3), {"w": numbers(4)}, 12),
    "gemm-columns": (node("Gemm", "xwb", "y"), ROWS, {"w": numbers(6, 5), "b": numbers(5)}, 13),
    "gemm-rows": (node("Gemm", "xwb", "y", transB=1), ROWS, {"w": numbers(5, 6), "b": numbers(5)}, 9),
    "gemm-scaled": (
        node("Gemm", "xwb", "y", transB=1, alpha=0.5, beta=2.0),
        ROWS,
        {"w": numbers(5, 6), "b": numbers(3, 1)},
        13,
    ),
    "matmul": (node("MatMul", "xw", "y"), (2, 3, 6), {"w": numbers(6, 5)}, 13),
    "batch-norm-old": (node("BatchNormalization", list("xwbmv"), "y", epsilon=0.01), IMAGES, BATCH_NORM, 7),
    "batch-norm": (node("BatchNormalization", list("xwbmv"), "y"), IMAGES, BATCH_NORM, 15),
    "batch-norm-of-rows": (node("BatchNormalization", list("xwbmv"), "y"), (5, 4), BATCH_NORM, 15),
    "batch-norm-of-signals": (node("BatchNormalization", list("xwbmv"), "y"), (2, 4, 5), BATCH_NORM, 15),
    "instance-norm": (node("InstanceNormalization", "xwb", "y"), IMAGES, {"w": CHANNELS, "b": CHANNELS}, 17),
    "layer-norm": (node("LayerNormalization", "xwb", "y"), ROWS, {"w": numbers(6), "b": numbers(6)}, 17),
    "lrn": (node("LRN", "x", "y", size=5, alpha=0.3, beta=0.6, bias=1.5), IMAGES, {}, 13),
    "max-pool-ceil": (node("MaxPool", "x", "y", kernel_shape=[3, 2], strides=[2, 2], ceil_mode=1), IMAGES, {}, 12),
    "max-pool-one-sided": (
        node("MaxPool", "x", "y", kernel_shape=[3, 3], strides=[2, 2], pads=[0, 0, 1, 1]),
        IMAGES,
        {},
        12,
    ),
    "max-pool-dilated": (node("MaxPool", "x", "y", kernel_shape=[2, 3], dilations=[3, 2]), IMAGES, {}, 12),
    "max-pool-same": (
        node("MaxPool", "x", "y", kernel_shape=[3, 3], strides=[2, 2], auto_pad="SAME_UPPER"),
        IMAGES,
        {},
        12,
    ),
    "max-pool-of-signals": (node("MaxPool", "x", "y", kernel_shape=[3], strides=[2], pads=[1, 0]), (2, 4, 8), {}, 12),
    "average-pool-ceil": (
        node("AveragePool", "x", "y", kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1, pads=[1, 1, 1, 1]),
        IMAGES,
        {},
        11,
    ),
    "average-pool-one-sided": (
        node("AveragePool", "x", "y", kernel_shape=[3, 3], strides=[2, 2], pads=[0, 1, 2, 0]),
        IMAGES,
        {},
        11,
    ),
    "average-pool-pads-count": (
        node("AveragePool", "x", "y", kernel_shape=[3, 2], pads=[1, 0, 0, 1], count_include_pad=1),
        IMAGES,
        {},
        11,
    ),
    "global-average-pool": (node("GlobalAveragePool", "x", "y"), IMAGES, {}, 17),
    "global-max-pool": (node("GlobalMaxPool", "x", "y"), IMAGES, {}, 17),
    "softmax-old": (node("Softmax", "x", "y"), IMAGES, {}, 11),
    "softmax-old-axis": (node("Softmax", "x", "y", axis=2), IMAGES, {}, 11),
    "log-softmax-old": (node("LogSoftmax", "x", "y", axis=0), ROWS, {}, 11),
    "softmax": (node("Softmax", "x", "y", axis=1), IMAGES, {}, 13),
    "clip-old": (node("Clip", "x", "y", min=-0.5, max=0.7), IMAGES, {}, 7),
    "clip": (node("Clip", ["x", "", "high"], "y"), IMAGES, {"high": scalar(0.3)}, 13),
    "leaky-relu": (node("LeakyRelu", "x", "y", alpha=0.2), IMAGES, {}, 7),
    "prelu": (node("PRelu", "xs", "y"), IMAGES, {"s": numbers(4, 1, 1)}, 16),
    "hard-swish": (node("HardSwish", "x", "y"), IMAGES, {}, 14),
    "hard-sigmoid": (node("HardSigmoid", "x", "y", alpha=0.3, beta=0.4), IMAGES, {}, 7),
    "elu": (node("Elu", "x", "y", alpha=0.7), IMAGES, {}, 7),
    "selu": (node("Selu", "x", "y"), IMAGES, {}, 7),
    "softplus": (node("Softplus", "x", "y"), IMAGES, {}, 17),
    "erf": (node("Erf", "x", "y"), IMAGES, {}, 13),
    "reshape": (node("Reshape", "xs", "y"), IMAGES, {"s": integers(0, -1, 3)}, 13),
    "flatten": (node("Flatten", "x", "y", axis=-2), IMAGES, {}, 13),
    "transpose": (node("Transpose", "x", "y", perm=[0, 2, 3, 1]), IMAGES, {}, 13),
    "squeeze-old": (node("Squeeze", "x", "y", axes=[1]), (3, 1, 4), {}, 11),
    "unsqueeze-old": (node("Unsqueeze", "x", "y", axes=[0, 3]), ROWS, {}, 11),
    "expand": (node("Expand", "xs", "y"), (3, 1), {"s": integers(2, 1, 4)}, 13),
    "tile": (node("Tile", "xs", "y"), ROWS, {"s": integers(2, 3)}, 13),
    "slice-old": (node("Slice", "x", "y", starts=[1, -3], ends=[9, -1], axes=[2, 3]), IMAGES, {}, 9),
    "slice-back": (
        node("Slice", list("xseat"), "y"),
        IMAGES,
        {"s": integers(-1, 3), "e": integers(-100, 0), "a": integers(2, 1), "t": integers(-2, -1)},
        13,
    ),
    "split-old": (node("Split", "x", "yz", axis=1, split=[1, 5]), ROWS, {}, 11),
    "gather": (node("Gather", "xi", "y", axis=1), IMAGES, {"i": integers(2, -1, 2)}, 13),
    "pad-old": (node("Pad", "x", "y", pads=[0, 0, 1, 2, 0, 0, 0, 1], value=0.5), IMAGES, {}, 7),
    "pad-reflect": (
        node("Pad", "xp", "y", mode="reflect"),
        IMAGES,
        {"p": integers(0, 0, 1, 2, 0, 0, 2, 1)},
        13,
    ),
    "pad-cut": (node("Pad", "xp", "y"), IMAGES, {"p": integers(0, 1, -2, 1, 0, 1, 1, -1)}, 13),
    "concat": (node("Concat", "xw", "y", axis=1), IMAGES, {"w": numbers(2, 3, 9, 7)}, 13),
    "reduce-mean-old": (node("ReduceMean", "x", "y", axes=[2, 3]), IMAGES, {}, 11),
    "reduce-max-old": (node("ReduceMax", "x", "y", axes=[-1], keepdims=0), IMAGES, {}, 12),
    "reduce-sum-old": (node("ReduceSum", "x", "y"), IMAGES, {}, 11),
    "reduce-sum": (node("ReduceSum", "xa", "y", keepdims=0), IMAGES, {"a": integers(1, 3)}, 13),
    "reduce-prod": (node("ReduceProd", "x", "y", axes=[1], keepdims=0), IMAGES, {}, 13),
    "reduce-l2": (node("ReduceL2", "x", "y", axes=[1]), IMAGES, {}, 13),
    "reduce-log-sum-exp": (node("ReduceLogSumExp", "x", "y", axes=[1]), IMAGES, {}, 13),
    "resize-nearest-old": (node("Resize", "xs", "y"), IMAGES, {"s": np.array([1, 1, 2, 1.5], np.float32)}, 10),
    "resize-linear": (
        node("Resize", ["x", "", "s"], "y", mode="linear"),
        IMAGES,
        {"s": np.array([1, 1, 2, 0.6], np.float32)},
        13,
    ),
    "resize-corners": (
        node("Resize", ["x", "", "", "n"], "y", mode="linear", coordinate_transformation_mode="align_corners"),
        IMAGES,
        {"n": integers(2, 4, 13, 5)},
        13,
    ),
    "resize-nearest": (
        node(
            "Resize",
            ["x", "", "", "n"],
            "y",
            coordinate_transformation_mode="asymmetric",
            nearest_mode="floor",
        ),
        IMAGES,
        {"n": integers(2, 4, 18, 14)},
        13,
    ),
    "upsample": (node("Upsample", "xs", "y"), IMAGES, {"s": np.array([1, 1, 2, 3], np.float32)}, 9),
    "dropout-old": (node("Dropout", "x", "y", ratio=0.4), IMAGES, {}, 7),
    "where": (node("Where", "cxw", "y"), ROWS, {"c": np.arange(6) > 2, "w": numbers(3, 6)}, 16),
    "pow": (node("Pow", "xp", "y"), ROWS, {"p": scalar(2)}, 15),
    "add": (node("Add", "xw", "y"), IMAGES, {"w": numbers(4, 1, 1)}, 14),
    "div": (node("Div", "xw", "y"), IMAGES, {"w": np.abs(numbers(4, 1, 1)) + 1}, 14),
    "depth-to-space": (node("DepthToSpace", "x", "y", blocksize=2, mode="CRD"), IMAGES, {}, 13),
}


def made(name: str) -> tuple[Any, Array]:
    made_node, shape, constants, opset = CASES[name]
    return model_of([made_node], {"x": ["N", *shape[1:]]}, list(made_node.output), constants, opset), numbers(*shape)


@pytest.mark.parametrize("name", CASES)
def test_an_operator_agrees_with_onnx_runtime(name: str) -> None:
    model, x = made(name)
    expect_agreement(model, x=x)


@pytest.mark.parametrize("name", CASES)
def test_the_gradients_of_an_operator_are_right(name: str) -> None:
    model, x = made(name)
    module = module_of(model).astype(np.float64)
    layer = next(module.children())
    weights = dict(layer.named_parameters())

    def with_weights(x: Any, *given: Any) -> Any:
        for leaf, weight in zip(weights, given, strict=True):
            setattr(layer, leaf, weight)
        return first(layer.forward(x))

    with zk.use_kernels("reference"):
        zk.check_gradients(with_weights, x.astype(np.float64), *(w.data for w in weights.values()))


def first(value: Any) -> Any:
    return value[0] if isinstance(value, tuple) else value


def test_the_table_says_what_every_operator_is() -> None:
    assert len(OPERATORS) > 100
    assert [name for name, entry in OPERATORS.items() if not callable(entry.compute)] == []


@pytest.mark.parametrize(
    ("made", "shape", "constants", "says"),
    [
        (
            node("ConvTranspose", "xw", "y"),
            (1, 4, 2, 2, 2),
            {"w": numbers(4, 1, 2, 2, 2)},
            "are supported for (N, C, L)",
        ),
        (node("ConvTranspose", "xw", "y", pads=[9, 9, 9, 9]), IMAGES, {"w": LAID["w"]}, "leave no pixels"),
        (node("ConvTranspose", "xw", "y", strides=[2]), IMAGES, {"w": LAID["w"]}, "as many strides"),
        (node("ConvTranspose", "xw", "y"), IMAGES, {"w": numbers(3, 2, 2, 2)}, "expect 3 channels"),
        (node("CumSum", "xa", "y"), ROWS, {"a": integers(2)}, "an axis of (3, 6) is wanted; got 2"),
        (
            node("GatherElements", "xi", "y", axis=1),
            ROWS,
            {"i": integers([6])},
            "whole numbers within its axes",
        ),
        (node("GatherElements", "xi", "y", axis=1), ROWS, {"i": integers(0)}, "do not fit (3, 6) along axis 1"),
        (node("Einsum", "x", "y", equation="ii->i"), ROWS, {}, "a diagonal of axes with one length; got (3, 6)"),
        (node("Einsum", "x", "y", equation="ij,j"), ROWS, {}, "tells of 2 operands; got 1"),
    ],
)
def test_what_an_operator_cannot_do_is_said_in_one_line(
    made: Any, shape: tuple[int, ...], constants: dict[str, Array], says: str
) -> None:
    module = module_of(model_of([made], {"x": shape}, constants=constants))
    with pytest.raises((ValueError, IndexError)) as caught:
        module(numbers(*shape))
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)
