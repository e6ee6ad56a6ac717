"""Export: every rule, every way in which the batch can matter, every model, judged by ONNX Runtime."""

import json
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest

import zerokara as zk
from tests.cases import CASES, Case
from tests.io.onnx.making import numbers
from zerokara import functional as F
from zerokara import nn
from zerokara.arrays import Array, Shape
from zerokara.autodiff import Tensor, apply, no_grad
from zerokara.io.onnx import EXPORTS, REFUSED, exporting
from zerokara.io.onnx.agreement import difference
from zerokara.nn import Module
from zerokara.rules import RULES


class Does(Module):
    """A network of one function, with arrays of its own."""

    def __init__(self, function: Any, **arrays: Array) -> None:
        self.function = function
        for name, array in arrays.items():
            setattr(self, name, nn.Parameter(array.astype(np.float32)))

    def forward(self, x: Tensor) -> Tensor:
        return self.function(x, *self.parameters())


def runtime(path: Any, x: Array) -> Array:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    return np.asarray(session.run(None, {"input": x})[0])


def agrees(model: Module, shape: Shape, tmp_path: Any, batches: tuple[int, ...] = (1, 2, 3, 7), **options: Any) -> Any:
    """The file gives what the model gives, on batches of every length; the parsed file is returned."""
    path = tmp_path / "model.onnx"
    zk.io.save_onnx(model, path, shape, **options)
    model.eval()
    for batch in batches:
        x = numbers(batch, *shape, seed=batch)
        with no_grad():
            expected = model(Tensor(x)).data
        found = runtime(path, x)
        assert found.shape == expected.shape
        scale = max(1e-3, float(np.abs(expected).max(initial=0)))
        np.testing.assert_allclose(found / scale, expected / scale, atol=2e-5, rtol=0)
    return onnx.load(path)


# every rule


def test_every_rule_is_exported_or_refused_by_name() -> None:
    assert set(EXPORTS) | set(REFUSED) == set(RULES)
    assert not set(EXPORTS) & set(REFUSED)


def plain(value: Any) -> Any:
    return value.astype(np.float32) if isinstance(value, np.ndarray) and value.dtype.kind == "f" else value


@pytest.mark.parametrize("opset", [17, 21])
@pytest.mark.parametrize("name", EXPORTS)
def test_every_rule_agrees_on_every_case(name: str, opset: int, tmp_path: Any) -> None:
    cases = [case for case in CASES if case.rule == name]
    assert cases
    for case in cases if opset == 17 else cases[:2]:
        agrees(one_rule(case), (2,), tmp_path, batches=(1,), opset=opset, compare=False)


def one_rule(case: Case) -> Module:
    """A network that gives the rule's value for the case's inputs, plus nothing of its input."""
    options = {key: plain(value) for key, value in case.options.items()}
    given = {f"p{i}": array for i, array in enumerate(case.inputs)}
    return Does(lambda x, *ps: apply(RULES[case.rule], *ps, **options) + F.sum(x) * 0, **given)
