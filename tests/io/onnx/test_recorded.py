"""Imported networks whose result shows the memory of their input, recorded."""

from typing import Any

import numpy as np
import pytest
from onnx import helper

import zerokara as zk
from tests.io.onnx.making import answers, model_of, module_of

NODES: dict[str, tuple[list[Any], dict[str, Any]]] = {
    "Transpose": ([helper.make_node("Transpose", ["x"], ["y"], perm=[0, 2, 1])], {}),
    "Flatten": ([helper.make_node("Flatten", ["x"], ["y"])], {}),
    "Squeeze": ([helper.make_node("Squeeze", ["x", "axes"], ["y"])], {"axes": np.array([1])}),
    "Unsqueeze": ([helper.make_node("Unsqueeze", ["x", "axes"], ["y"])], {"axes": np.array([1])}),
    "Slice": (
        [helper.make_node("Slice", ["x", "starts", "ends", "axes"], ["y"])],
        {"starts": np.array([1]), "ends": np.array([3]), "axes": np.array([2])},
    ),
    "Reshape": ([helper.make_node("Reshape", ["x", "shape"], ["y"])], {"shape": np.array([-1, 2])}),
    "Identity": ([helper.make_node("Identity", ["x"], ["y"])], {}),
}


@pytest.mark.parametrize("name", NODES)
def test_a_recorded_network_that_only_looks_gives_what_onnx_runtime_gives(name: str) -> None:
    nodes, constants = NODES[name]
    shape = (4, 1, 6) if name == "Squeeze" else (4, 2, 6)
    model = model_of(nodes, {"x": shape}, constants=constants)
    captured = zk.capture(module_of(model))
    for k in range(3):
        x = np.random.default_rng(k).normal(size=shape).astype(np.float32)
        np.testing.assert_array_equal(captured(zk.Tensor(x)).data, answers(model, x=x)[0])
