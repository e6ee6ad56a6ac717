"""Rules of layers: products, convolutions, pools, normalisation."""

import math
from itertools import pairwise

import numpy as np

from zerokara.arrays import Shape
from zerokara.io.onnx.exports.arrangement import AXES_ARE_INPUTS
from zerokara.io.onnx.writing import Given, Step

Pair = tuple[int, int]


def linear(step: Step, x: Given, w: Given, b: Given | None = None) -> str:
    """x·wᵀ + b"""
    bias = [] if b is None else [b.name]
    return step.emit("Gemm", x.name, w.name, *bias, transB=1)


def conv2d(step: Step, x: Given, w: Given, b: Given | None = None) -> str:
    """Filters that slide over images"""
    options, bias = step.options, [] if b is None else [b.name]
    return step.emit(
        "Conv",
        x.name,
        w.name,
        *bias,
        kernel_shape=list(w.fixed[2:]),
        strides=list(options["stride"]),
        pads=[*options["padding"]] * 2,
        dilations=list(options["dilation"]),
        group=int(options["groups"]),
    )


def conv2d_grad_x(step: Step, g: Given, w: Given) -> str:
    """The gradient of a convolution in its images: the transposed convolution"""
    options = step.options
    sizes = zip(g.shapes[0][2:], w.fixed[2:], options["stride"], options["padding"], options["dilation"], strict=True)
    reached = [(n - 1) * stride - 2 * padding + dilation * (k - 1) + 1 for n, k, stride, padding, dilation in sizes]
    return step.emit(
        "ConvTranspose",
        g.name,
        w.name,
        kernel_shape=list(w.fixed[2:]),
        strides=list(options["stride"]),
        pads=[*options["padding"]] * 2,
        dilations=list(options["dilation"]),
        group=int(options["groups"]),
        output_padding=[size - n for size, n in zip(options["x_shape"][2:], reached, strict=True)],
    )


def channel_sum(step: Step, g: Given) -> str:
    """Σ over every axis but the channels"""
    axes = [axis for axis in range(g.ndim) if axis != 1]
    return step.emit("ReduceSum", g.name, step.whole(axes), keepdims=0)


def max_pool2d(step: Step, x: Given) -> str:
    """The largest pixel of each window"""
    options = step.options
    kernel, dilation, padding = options["kernel"], options["dilation"], options["padding"]
    reach = tuple(d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True))
    behind = _behind(step, x, reach)
    pads, name = [*padding, *behind], x.name
    if any(p >= k for p, k in zip(pads, (*kernel, *kernel), strict=True)):  # more than runtimes take
        name, pads = _padded(step, x, pads, -np.inf), [0] * 4
    return step.emit(
        "MaxPool",
        name,
        kernel_shape=list(kernel),
        strides=list(options["stride"]),
        pads=pads,
        dilations=list(dilation),
    )


def avg_pool2d(step: Step, x: Given) -> str:
    """The mean of each window. The padding counts as pixels if wanted, what rounding up adds behind it never does."""
    options = step.options
    kernel, padding, counted = options["kernel"], tuple(options["padding"]), options["count_include_pad"]
    pads, name = [*padding, *_behind(step, x, kernel)], x.name
    if counted and any(padding) and pads[2:] != list(padding):
        inside = [
            min(p, q) for p, q in zip(pads[2:], padding, strict=True)
        ]  # the last window may end before the padding
        beyond = [p - q for p, q in zip(pads[2:], inside, strict=True)]
        name, pads, counted = _padded(step, x, [*padding, *inside], 0), [0, 0, *beyond], False
    return step.emit(
        "AveragePool",
        name,
        kernel_shape=list(kernel),
        strides=list(options["stride"]),
        pads=pads,
        count_include_pad=int(counted and any(padding)),
    )


def batch_norm_inference(step: Step, x: Given, weight: Given | None = None, bias: Given | None = None) -> str:
    """γ·(x − μ)/√(σ² + ε) + β with given statistics"""
    size = x.shapes[0][1]
    scale = step.constant(np.ones(size, np.float32)) if weight is None else weight.name
    shift = step.constant(np.zeros(size, np.float32)) if bias is None else bias.name
    statistics = step.array("mean"), step.array("variance")
    return step.emit("BatchNormalization", x.name, scale, shift, *statistics, epsilon=float(step.options["eps"]))


def batch_norm(step: Step, x: Given, weight: Given | None = None, bias: Given | None = None) -> str:
    """The same with the statistics of the batch itself, for layers that keep no running ones"""
    axes = [axis for axis in range(x.ndim) if axis != 1]
    centred = step.emit("Sub", x.name, _mean(step, x.name, axes))
    variance = _mean(step, step.emit("Mul", centred, centred), axes)
    spread = step.emit("Sqrt", step.emit("Add", variance, step.number(step.options["eps"])))
    name = step.emit("Div", centred, spread)
    return _per_channel(step, name, x.ndim, weight, bias)


def layer_norm(step: Step, x: Given, weight: Given | None = None, bias: Given | None = None) -> str:
    """Each sample brought to mean 0 and spread 1 over its last axes"""
    count = int(step.options["axes_count"])
    ones = np.ones(x.shapes[0][x.ndim - count :], np.float32)
    given = [step.constant(ones) if weight is None else weight.name, *([] if bias is None else [bias.name])]
    return step.emit("LayerNormalization", x.name, *given, axis=-count, epsilon=float(step.options["eps"]))


def group_norm(step: Step, x: Given, weight: Given | None = None, bias: Given | None = None) -> str:
    """Each group of channels of a sample brought to mean 0 and spread 1, as one channel of rows of numbers"""
    groups, shape = int(step.options["groups"]), x.shapes[0]
    rows = step.emit("Reshape", x.name, step.whole([0, groups, math.prod(shape[1:]) // groups]))
    ones, zeros = (step.constant(make(groups, np.float32)) for make in (np.ones, np.zeros))
    name = step.emit("InstanceNormalization", rows, ones, zeros, epsilon=float(step.options["eps"]))
    name = step.emit("Reshape", name, step.whole([0, *shape[1:]]))
    return _per_channel(step, name, x.ndim, weight, bias)


def rms_norm(step: Step, x: Given, weight: Given | None = None) -> str:
    """x/√(mean x² + ε)·γ over the last axes"""
    axes = list(range(-int(step.options["axes_count"]), 0))
    mean = _mean(step, step.emit("Mul", x.name, x.name), axes)
    spread = step.emit("Sqrt", step.emit("Add", mean, step.number(step.options["eps"])))
    y = step.emit("Div", x.name, spread)
    return y if weight is None else step.emit("Mul", y, weight.name)


def _per_channel(step: Step, name: str, rank: int, weight: Given | None, bias: Given | None) -> str:
    """γ·x̂ + β, with γ and β for every channel."""
    shape = step.whole([1, -1] + [1] * (rank - 2))
    for operator, given in (("Mul", weight), ("Add", bias)):
        if given is not None:
            name = step.emit(operator, name, step.emit("Reshape", given.name, shape))
    return name


def _mean(step: Step, name: str, axes: list[int]) -> str:
    if step.writer.opset < AXES_ARE_INPUTS:
        return step.emit("ReduceMean", name, axes=axes, keepdims=1)
    return step.emit("ReduceMean", name, step.whole(axes), keepdims=1)


def _behind(step: Step, x: Given, reach: Shape) -> list[int]:
    """How much padding a pool needs behind the picture: its own, or what the last window reaches when rounding up.

    Runtimes do not agree on `ceil_mode` (whether a last window may start in the padding); padding is plain.
    """
    if not step.options["ceil_mode"]:
        return list(step.options["padding"])
    found = [
        [
            max((windows - 1) * stride + window - size - padding, 0)
            for size, windows, stride, padding, window in zip(
                given[2:], made[2:], step.options["stride"], step.options["padding"], reach, strict=True
            )
        ]
        for given, made in zip(x.shapes, step.shapes, strict=True)
    ]
    if any(a != b for a, b in pairwise(found)):
        raise ValueError(f"{step.path}: a pool that rounds up cannot be exported where the batch is an axis of pixels")
    return found[0]


def _padded(step: Step, x: Given, pads: list[int], value: float) -> str:
    top, left, bottom, right = pads
    return step.emit("Pad", x.name, step.whole([0, 0, top, left, 0, 0, bottom, right]), step.number(value))
