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
@pytest.mark.parametrize("name", [name for name in EXPORTS if name != "batch_norm"])  # which has a test of its own
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


# layers, and how the batch goes through them


def maps(layer: Module, channels: int = 3) -> Module:
    """A layer behind another one, so that what it sees is no longer the input itself."""
    return nn.Sequential(nn.Conv2d(channels, 4, 3, padding=1), layer)


LAYERS: dict[str, tuple[Module, Shape]] = {
    "conv: stride, padding, dilation, groups": (nn.Conv2d(4, 6, (3, 2), 2, 1, 2, groups=2), (4, 9, 8)),
    "conv without bias": (nn.Conv2d(3, 2, 1, bias=False), (3, 4, 5)),
    "max pool": (nn.MaxPool2d(3, 2, 1), (3, 9, 8)),
    "max pool, rounded up": (nn.MaxPool2d(3, 2, ceil_mode=True), (3, 8, 9)),
    "max pool, rounded up, last window dropped": (nn.MaxPool2d(2, 3, 1, ceil_mode=True), (3, 7, 6)),
    "max pool, dilated and rounded up": (nn.MaxPool2d(2, 2, 0, 5, ceil_mode=True), (3, 9, 12)),
    "max pool, strides longer than the window": (nn.MaxPool2d(1, 3, ceil_mode=True), (3, 5, 7)),
    "mean pool": (nn.AvgPool2d(3, 2, 1), (3, 9, 8)),
    "mean pool, padding not counted": (nn.AvgPool2d(3, 2, 1, count_include_pad=False), (3, 9, 8)),
    "mean pool, rounded up": (nn.AvgPool2d(3, 2, ceil_mode=True), (3, 8, 10)),
    "mean pool, rounded up, with padding": (nn.AvgPool2d(3, 2, 1, ceil_mode=True), (3, 8, 10)),
    "mean pool, rounded up, padding not counted": (nn.AvgPool2d(3, 2, 1, True, False), (3, 8, 10)),
    "adaptive pool that divides": (nn.AdaptiveAvgPool2d(2), (3, 6, 4)),
    "adaptive pool that overlaps": (nn.AdaptiveAvgPool2d((3, 5)), (3, 7, 4)),
    "global pool": (nn.GlobalAvgPool2d(), (3, 5, 4)),
    "response norm": (nn.LocalResponseNorm(5, 0.5), (7, 4, 3)),
    "response norm of an even size": (nn.LocalResponseNorm(4, 0.5), (7, 4, 3)),
    "batch norm": (nn.BatchNorm2d(3), (3, 5, 4)),
    "batch norm of vectors": (nn.BatchNorm1d(6), (6,)),
    "batch norm without weights": (nn.BatchNorm2d(3, affine=False), (3, 5, 4)),
    "layer norm": (nn.LayerNorm((5, 4)), (3, 5, 4)),
    "layer norm without weights": (nn.LayerNorm(6, elementwise_affine=False), (2, 6)),
    "layer norm without bias": (nn.LayerNorm(6, bias=False), (6,)),
    "linear on every row": (nn.Linear(4, 3), (2, 5, 4)),
    "linear without bias": (nn.Linear(4, 3, bias=False), (4,)),
    "dropout does nothing": (nn.Sequential(nn.Dropout(0.5), nn.ReLU(), nn.Dropout(0.5)), (4,)),
    "nothing at all": (nn.Sequential(nn.Dropout(0.5)), (4,)),
    "flatten": (nn.Sequential(nn.Flatten(), nn.Linear(12, 2)), (3, 2, 2)),
}


@pytest.mark.parametrize("name", LAYERS)
def test_every_layer_agrees_on_batches_of_any_length(name: str, tmp_path: Any) -> None:
    layer, shape = LAYERS[name]
    generator = np.random.default_rng(0)
    for _, array in layer.named_buffers():
        array[...] = generator.random(array.shape) + 0.5
    for parameter in layer.parameters():
        parameter.data[...] = generator.standard_normal(parameter.shape)
    agrees(layer, shape, tmp_path)


def test_batch_norm_without_running_statistics_uses_the_batch_it_gets(tmp_path: Any) -> None:
    layer = nn.BatchNorm2d(3, track_running_stats=False)
    agrees(layer, (3, 5, 4), tmp_path, batches=(2, 3, 7))
    agrees(nn.BatchNorm1d(3, affine=False, track_running_stats=False), (3,), tmp_path, (2, 5), opset=18)


WAYS: dict[str, Any] = {
    "a row of ones for every sample": lambda x: F.concatenate([x, np.ones((len(x), 1, 4), np.float32)], axis=1),
    "constants as long as the batch": lambda x: x + np.full((len(x), 1, 1), 2.5, np.float32),
    "stretched to the batch": lambda x: F.broadcast_to(F.max(x, axis=0, keepdims=True), x.shape) - x,
    "stretched beside the batch": lambda x: F.broadcast_to(x.reshape(len(x), 1, 12), (len(x), 5, 12)),
    "the batch in two axes": lambda x: F.broadcast_to(x.reshape(1, -1, 12), (len(x), len(x), 12)).reshape(
        len(x), 1, len(x), 12
    ),
    "the batch in the middle": lambda x: x.transpose(1, 0, 2).reshape(3, len(x) * 2, 2),
    "twice the batch": lambda x: F.concatenate([x, -x], axis=0),
    "one more than the batch": lambda x: F.concatenate([x, F.mean(x, axis=0, keepdims=True)], axis=0),
    "all but the last sample, backwards": lambda x: x[: len(x) - 1][::-1] if len(x) > 1 else x[:0],
    "slices": lambda x: x[:, 1:, -3::2],
    "numbers and new axes": lambda x: x[:, -1, None, ..., 0, None],
    "reversed": lambda x: x[..., ::-1],
    "picked": lambda x: x[:, np.array([2, 0, 0])],
    "picked by a table": lambda x: x[:, :, np.array([[0, 1], [3, -1]])],
    "picked by a mask": lambda x: x[:, np.array([True, False, True])],
    "the last sample": lambda x: x[-1],
    "variance": lambda x: x.var(axis=(0, 2)),
    "masked": lambda x: F.where(np.arange(4) > 1, x, 0.0),
    "masked, as long as the batch": lambda x: F.where(np.ones(x.shape) > 0, x, -1.0),
    "stacked": lambda x: F.stack([x, x * 2], axis=1),
    "shifted powers": lambda x: (F.absolute(x) + 1) ** 2.5 / 3 - 2 ** x,
    "truth as numbers": lambda x: F.relu(x) * x.astype(np.float64),
    "products of batches": lambda x: F.matmul(x, x.transpose(0, 2, 1)),
    "slope that is sharp": lambda x: F.softplus(x, beta=2.0, threshold=1.0),
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_the_batch_may_go_anywhere(way: str, tmp_path: Any) -> None:
    agrees(Does(WAYS[way]), (3, 4), tmp_path)
