"""Networks from ONNX files are explained like those that were written here."""

import os
from pathlib import Path

import numpy as np
import pytest

from tests.explain.conftest import averaging_net, images
from zerokara import explain, io, kernels
from zerokara.arrays import Array, Shape
from zerokara.nn import Module

onnx = pytest.importorskip("onnx")


def imported(net: Module, folder: Path) -> Module:
    """The averaging network as an ONNX file that ends with a softmax, read back."""
    from onnx import TensorProto, helper, numpy_helper

    node, state = helper.make_node, net.state_dict()
    nodes = [
        node("Conv", ["x", "conv1.weight", "conv1.bias"], ["a"], name="conv1", pads=[1, 1, 1, 1]),
        node("Relu", ["a"], ["b"], name="act1"),
        node("Conv", ["b", "conv2.weight", "conv2.bias"], ["c"], name="conv2", pads=[1, 1, 1, 1]),
        node("Relu", ["c"], ["d"], name="act2"),
        node("GlobalAveragePool", ["d"], ["e"], name="pool"),
        node("Flatten", ["e"], ["f"], name="flatten"),
        node("Gemm", ["f", "fc.weight", "fc.bias"], ["g"], name="fc", transB=1),
        node("Softmax", ["g"], ["y"], name="softmax"),
    ]
    ends = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        for name, shape in (("x", ["N", 1, "H", "W"]), ("y", ["N", 10]))
    ]
    weights = [numpy_helper.from_array(array, name) for name, array in state.items()]
    graph = helper.make_graph(nodes, "averaging", ends[:1], ends[1:], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, str(folder / "net.onnx"))
    return io.load_onnx(folder / "net.onnx")


def test_an_imported_network_is_explained_as_the_original_is(tmp_path: Path) -> None:
    net, x = averaging_net(), images((2, 1, 9, 8))
    twin = imported(net, tmp_path)
    for name, method in explain.METHODS.items():
        ours, theirs = method(net, x), method(twin, x)
        np.testing.assert_allclose(theirs.map, ours.map, rtol=1e-4, atol=1e-6, err_msg=name)
        np.testing.assert_allclose(theirs.score, ours.score, rtol=1e-5)
        assert theirs.layer == ours.layer
        curve = explain.deletion(twin, x, theirs, steps=4)
        np.testing.assert_allclose(curve.values, explain.deletion(net, x, theirs, steps=4).values, atol=1e-5)


def real(variable: str) -> Path:
    """A folder of real files that is named by the environment; without it the test is skipped, visibly."""
    if variable not in os.environ:
        pytest.skip(f"{variable} names no folder")
    return Path(os.environ[variable])


def photograph(path: Path, shape: Shape) -> Array:
    """As SqueezeNet of Caffe wants it: blue, green, red, 0 to 255, minus their means."""
    from PIL import Image

    pixels = np.asarray(Image.open(path).convert("RGB").resize((shape[1], shape[0])), np.float32)
    return (pixels[..., ::-1] - np.float32([104, 117, 123])).transpose(2, 0, 1)[None].copy()


@pytest.mark.parametrize("name", ["kazuto1011__cat_dog.png", "jacobgil__both.png"])
@pytest.mark.parametrize("method", explain.LAYERED)
def test_the_heat_on_the_dog_is_on_the_dog(name: str, method: str) -> None:
    """The dog sits in the upper part of the picture, the cat lies in the lower."""
    net = io.load_onnx(real("ZEROKARA_MODELS") / "squeezenet1.0_deepcompression_fp32.onnx")
    x = photograph(real("ZEROKARA_PHOTOS") / name, (227, 227))
    with kernels.use_kernels("compiled"):
        dog, cat = (explain.METHODS[method](net, x, target).map[0] for target in (243, 282))
    rows = np.arange(227)
    assert dog[:130].sum() > 0.7 * dog.sum()
    assert rows @ dog.sum(axis=1) / dog.sum() + 20 < rows @ cat.sum(axis=1) / cat.sum()
    assert np.unravel_index(dog.argmax(), dog.shape)[0] < 130 < np.unravel_index(cat.argmax(), cat.shape)[0]
