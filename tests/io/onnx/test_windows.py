"""Convolutions and pools of any kernel, stride, dilation and padding agree with ONNX Runtime."""

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.io.onnx.making import answers, model_of, module_of, node, numbers

PAIR = st.tuples(st.integers(1, 3), st.integers(1, 3))


@st.composite
def windows(draw: Any, dilated: bool = True) -> dict[str, Any]:
    """The attributes of a window, which reaches over a border by less than itself."""
    kernel = draw(PAIR)
    made: dict[str, Any] = {"kernel_shape": kernel, "strides": draw(PAIR)}
    if dilated:
        made["dilations"] = draw(PAIR)
    automatic = draw(st.sampled_from(["NOTSET", "NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID"]))
    if automatic == "NOTSET":
        made["pads"] = [draw(st.integers(0, n - 1)) for n in (*kernel, *kernel)]
    elif dilated:
        made["dilations"] = (1, 1)  # ONNX Runtime leaves the dilation out of account when it pads by itself
    return made | {"auto_pad": automatic}


SIZES = st.tuples(st.integers(1, 3), st.integers(7, 11), st.integers(7, 11))


def agree(operator: str, attributes: dict[str, Any], shape: tuple[int, ...], **weights: Any) -> None:
    model = model_of([node(operator, ["x", *weights], "y", **attributes)], {"x": ["N", *shape[1:]]}, "y", weights, 19)
    x = numbers(*shape)
    y, expected = module_of(model)(x).data, answers(model, x=x)[0]
    assert y.shape == expected.shape
    np.testing.assert_allclose(y, expected, atol=1e-5)


@given(windows(), SIZES, st.sampled_from([1, 2, 4]))
def test_conv(attributes: dict[str, Any], sizes: tuple[int, int, int], groups: int) -> None:
    n, h, w = sizes
    weight = numbers(4, 4 // groups, *attributes["kernel_shape"], seed=1)
    agree("Conv", attributes | {"group": groups}, (n, 4, h, w), w=weight, b=numbers(4, seed=2))


@given(windows(), SIZES, st.booleans())
def test_max_pool(attributes: dict[str, Any], sizes: tuple[int, int, int], ceil: bool) -> None:
    ceil = ceil and attributes["auto_pad"] == "NOTSET"
    agree("MaxPool", attributes | {"ceil_mode": int(ceil)}, (sizes[0], 2, *sizes[1:]))


@given(windows(dilated=False), SIZES, st.booleans(), st.booleans())
@settings(max_examples=40)
def test_average_pool(attributes: dict[str, Any], sizes: tuple[int, int, int], ceil: bool, counted: bool) -> None:
    ceil = ceil and attributes["auto_pad"] == "NOTSET"
    modes = {"ceil_mode": int(ceil), "count_include_pad": int(counted)}
    agree("AveragePool", attributes | modes, (sizes[0], 2, *sizes[1:]))
