"""Small ONNX models for the tests, made with the onnx package, and their answers in ONNX Runtime."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from zerokara.arrays import Array
from zerokara.io.onnx.importing import OnnxModule
from zerokara.io.onnx.reading import graph_of


def model_of(
    nodes: Sequence[Any],
    inputs: Mapping[str, Sequence[Any]],
    outputs: Sequence[str] = ("y",),
    constants: Mapping[str, Array] | None = None,
    opset: int = 17,
    dtype: int = TensorProto.FLOAT,
) -> Any:
    """A model of these nodes; inputs by name with their shapes."""
    graph = helper.make_graph(
        nodes,
        "test",
        [helper.make_tensor_value_info(name, dtype, shape) for name, shape in inputs.items()],
        [helper.make_empty_tensor_value_info(name) for name in outputs],
        [numpy_helper.from_array(array, name) for name, array in (constants or {}).items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)


def module_of(model: Any, output: str | None = None) -> OnnxModule:
    """The model as a module in evaluation mode."""
    return OnnxModule(graph_of(model), output).eval()


def answers(model: Any, **inputs: Array) -> list[Array]:
    """What ONNX Runtime computes."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    inferred = onnx.shape_inference.infer_shapes(model)
    session = onnxruntime.InferenceSession(inferred.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return list(session.run(None, inputs))


def expect_agreement(model: Any, tolerance: float = 1e-5, **inputs: Array) -> OnnxModule:
    """The module gives what ONNX Runtime gives."""
    module = module_of(model)
    found = module.outputs(*inputs.values())
    for (name, y), expected in zip(found.items(), answers(model, **inputs), strict=True):
        assert y.shape == expected.shape, name
        assert y.dtype == expected.dtype, name
        np.testing.assert_allclose(y.data, expected, atol=tolerance, rtol=tolerance, err_msg=name)
    return module


def numbers(*shape: int, seed: int = 0) -> Array:
    """Normal numbers in float32."""
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


node = helper.make_node
