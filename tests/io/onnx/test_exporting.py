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
from tests.sweeps import sweep
from zerokara import functional as F
from zerokara import models, nn
from zerokara.arrays import Array, Shape
from zerokara.autodiff import Tensor, apply, no_grad
from zerokara.io.onnx import EXPORTS, REFUSED, exporting
from zerokara.nn import Module
from zerokara.nn.init import unset
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


def test_a_convolutional_auto_encoder_comes_back(tmp_path: Any) -> None:
    """Written, and read again with its transposed convolutions: the numbers of ONNX Runtime, and its own."""
    model = models.ConvAutoEncoder((1, 12, 8), (3, 5), 4, rng=np.random.default_rng(0))
    agrees(model, (1, 12, 8), tmp_path)
    again = zk.io.load_onnx(tmp_path / "model.onnx").eval()
    for batch in (1, 3):
        x = numbers(batch, 1, 12, 8, seed=batch)
        np.testing.assert_allclose(again(x).data, runtime(tmp_path / "model.onnx", x), atol=1e-6)
        np.testing.assert_allclose(again(x).data, model(Tensor(x)).data, atol=1e-6)
    filters = [sorted(p.shape for p in m.parameters() if p.ndim == 4) for m in (again, model)]
    assert filters[0] == filters[1]
    rows = [[row.multiply_adds for row in models.summarize(m, (1, 12, 8)) if row.multiply_adds] for m in (again, model)]
    assert rows[0] == rows[1]


def test_every_rule_is_exported_or_refused_by_name() -> None:
    assert set(EXPORTS) | set(REFUSED) == set(RULES)
    assert not set(EXPORTS) & set(REFUSED)


def plain(value: Any) -> Any:
    return value.astype(np.float32) if isinstance(value, np.ndarray) and value.dtype.kind == "f" else value


RULES_AND_OPSETS = [(name, opset) for opset in (17, 21) for name in EXPORTS if name != "batch_norm"]
"""All but batch norm, which has a test of its own."""

EVERYDAY_RULES = [(name, opset) for name, opset in RULES_AND_OPSETS if opset == 17 or name in ("sum", "conv2d", "gelu")]


@pytest.mark.parametrize(("name", "opset"), sweep(RULES_AND_OPSETS, EVERYDAY_RULES))
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
    "elu": (nn.ELU(0.4), (3, 4)),
    "gated": (nn.GLU(dim=1), (6, 4)),
    "capped": (nn.Sequential(nn.ReLU6(), nn.Hardtanh(0.5, 2.0), nn.LogSigmoid()), (3, 4)),
    "log softmax": (nn.LogSoftmax(dim=1), (3,)),
    "learned slopes": (nn.PReLU(3), (3, 4, 2)),
    "one learned slope": (nn.PReLU(), (3,)),
    "group norm": (nn.GroupNorm(2, 4), (4, 3, 2)),
    "instance norm": (nn.InstanceNorm2d(3, affine=True), (3, 5, 4)),
    "conv of rows": (nn.Conv1d(4, 6, 3, 2, 1, 2, 2), (4, 9)),
    "conv of the same size": (nn.Conv2d(3, 2, (2, 3), padding="same"), (3, 5, 4)),
    "transposed conv": (nn.ConvTranspose2d(4, 6, 3, 2, 1, 1, 2), (4, 5, 3)),
    "transposed conv, more rows than a stride": (nn.ConvTranspose2d(2, 3, 2, 1, 0, 1, dilation=2), (2, 4, 3)),
    "pools of rows": (nn.Sequential(nn.MaxPool1d(3, 1, 1), nn.AvgPool1d(2)), (3, 8)),
    "twice as large": (nn.Upsample(scale_factor=2), (3, 4, 5)),
    "twice as wide": (nn.Upsample((3, 10)), (3, 3, 5)),
    "rows twice as long": (nn.Sequential(nn.SiLU(), nn.Upsample(scale_factor=2)), (3, 5)),
    "nearest of another size": (nn.Upsample((3, 7)), (3, 4, 5)),
    "bilinear": (nn.Upsample((3, 7), mode="bilinear"), (3, 4, 5)),
    "back up in a U-Net": (
        nn.Sequential(nn.Upsample(scale_factor=2), nn.Conv2d(4, 4, 3, padding=1), nn.GroupNorm(2, 4), nn.SiLU()),
        (4, 3, 5),
    ),
    "convolutional auto-encoder": (models.ConvAutoEncoder((1, 8, 4), (2, 3), 4), (1, 8, 4)),
    "variational auto-encoder": (models.VAE((1, 3, 4), (6,), 2), (1, 3, 4)),
    "unflatten": (nn.Unflatten(1, (2, 3)), (6,)),
    "zeros around": (nn.ZeroPad2d((1, 2, 0, -1)), (3, 4, 5)),
    "ones around": (Does(lambda x: F.pad(x, (1, 2, 0, 1), value=1.0)), (3, 4, 5)),
    "mirrors around": (Does(lambda x: F.pad(x, (1, 2, 0, 1), "reflect")), (3, 4, 5)),
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


def put(x: Tensor, index: Any, shape: Shape) -> Tensor:
    return apply(RULES["scatter"], x, index=index, shape=shape)


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
    "in order along the batch": lambda x: x.sort(dim=0, descending=True).values,
    "the two smallest": lambda x: x.topk(2, dim=1, largest=False).values,
    "the largest by PyTorch's word": lambda x: x.max(dim=2).values * 2,
    "logarithms of sums of powers": lambda x: (x * 200).logsumexp((0, 2), keepdims=True) + F.logsumexp(x, 2)[..., None],
    "running sums along the batch": lambda x: x.cumsum(0),
    "lengths": lambda x: x.norm(dim=(1, 2)) + x.norm(1, dim=2)[:, 0],
    "other lengths": lambda x: x.norm(3, dim=1) + x.norm(float("inf"), dim=1, keepdim=True)[:, 0],
    "summed by letters": lambda x: F.einsum("nij,nkj->nik", x, x),
    "gathered": lambda x: x.gather(2, np.zeros((1, 3, 2), np.int64)),
    "repeated and split": lambda x: x.repeat(1, 2, 1).split(2, dim=1)[2].clone().view(len(x), -1),
    "shifted powers": lambda x: (F.absolute(x) + 1) ** 2.5 / 3 - 2 ** x,
    "truth as numbers": lambda x: F.relu(x) * x.astype(np.float64),
    "products of batches": lambda x: F.matmul(x, x.transpose(0, 2, 1)),
    "padded": lambda x: put(x, (..., slice(1, 4), slice(2, 6)), (len(x), 4, 7)),
    "padded behind": lambda x: put(x, (slice(None), slice(0, 3)), (len(x), 5, 4)),
    "put at places": lambda x: put(x, (slice(None),), (len(x), 3, 4)) + put(x[0], np.array([2, 0, 2]), (3, 4)),
    "slope that is sharp": lambda x: F.softplus(x, beta=2.0, threshold=1.0),
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_the_batch_may_go_anywhere(way: str, tmp_path: Any) -> None:
    agrees(Does(WAYS[way]), (3, 4), tmp_path)


# models


def built(name: str) -> tuple[Module, Shape]:
    """A model with He's spread in every weight, for pictures of 32 pixels where it would take others.

    Its linear layers are narrowed where they hold a hundred million numbers: the export does not know.
    """
    entry = models.MODELS[name]
    shape = entry.input_shape if max(entry.input_shape) <= 32 else (3, *(max(entry.least, 32),) * 2)
    with unset():
        model = models.build_model(name, shape)
    if entry.parameters > 50e6:
        model.classifier = narrowed(model.classifier)
    drawn = np.random.default_rng(0).standard_normal(1_000_003, np.float32)
    for parameter in model.parameters():
        if parameter.ndim > 1:
            parameter.data[...] = np.resize(drawn, parameter.shape) * np.sqrt(2 / np.prod(parameter.shape[1:]))
    for buffer_name, array in model.named_buffers():
        if buffer_name.endswith("running_var"):
            array[...] = np.abs(drawn[: array.size]) + 0.5
    return model, shape


def narrowed(classifier: Any) -> Module:
    sizes = iter([next(x for x in classifier if isinstance(x, nn.Linear)).in_features, 16, 16, 16, 16, 10])
    return nn.Sequential(*(nn.Linear(next(sizes), next(sizes)) if isinstance(x, nn.Linear) else x for x in classifier))


EVERYDAY_MODELS = ("multi-layer", "reader", "lenet5", "googlenet", "resnet18", "squeezenet1.1", "mobilenet-v1")


@pytest.mark.parametrize("name", sweep(models.MODELS, EVERYDAY_MODELS))
def test_every_model_agrees_and_keeps_its_names(name: str, tmp_path: Any) -> None:
    model, shape = built(name)
    file = agrees(model, shape, tmp_path, batches=(1,), compare=False)
    used = {name for name, _ in model.named_parameters() if not name.startswith("aux")}
    assert used <= {array.name for array in file.graph.initializer}
    again = zk.io.load_onnx(tmp_path / "model.onnx")
    x = Tensor(numbers(2, *shape))
    with no_grad():
        expected = model(x).data
        np.testing.assert_allclose(again(x).data, expected, atol=1e-4 * np.abs(expected).max())
    assert used <= set(again.state_dict())


def test_a_deep_network_needs_no_recursion(tmp_path: Any) -> None:
    layers = [nn.Linear(2, 2) if i % 2 else nn.Tanh() for i in range(1500)]
    assert zk.io.save_onnx(nn.Sequential(*layers), tmp_path / "deep.onnx", (2,)).nodes == 1500


def test_the_file_says_what_it_is(tmp_path: Any) -> None:
    model = nn.Sequential(body=nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU()), flatten=nn.Flatten(), fc=nn.Linear(8, 3))
    found = zk.io.save_onnx(model, tmp_path / "m.onnx", (1, 4, 4), classes=["eins", "二", "three"], metadata={"a": "b"})
    assert (found.nodes, found.parameters, found.opset, found.path) == (4, 47, 17, tmp_path / "m.onnx")
    assert found.size == (tmp_path / "m.onnx").stat().st_size
    assert found.difference is not None
    assert found.difference <= 1e-4
    file = onnx.load(tmp_path / "m.onnx")
    assert (file.ir_version, file.opset_import[0].version, file.producer_name) == (8, 17, "zerokara")
    assert [node.name for node in file.graph.node] == ["body.0", "body.1", "flatten", "output"]
    values = (*file.graph.input, *file.graph.output)
    dims = [[d.dim_param or d.dim_value for d in v.type.tensor_type.shape.dim] for v in values]
    assert dims == [["batch", 1, 4, 4], ["batch", 3]]
    texts = {p.key: p.value for p in file.metadata_props}
    assert json.loads(texts["classes"]) == ["eins", "二", "three"]
    assert texts["a"] == "b"


@pytest.mark.parametrize("opset", exporting.VERSIONS)
def test_every_opset(opset: int, tmp_path: Any) -> None:
    model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.AvgPool2d(2), nn.GlobalAvgPool2d(), nn.LayerNorm(2))
    file = agrees(model, (1, 6, 6), tmp_path, opset=opset)
    assert (file.opset_import[0].version, file.ir_version) == (opset, exporting.VERSIONS[opset])


def test_equal_networks_give_equal_bytes(tmp_path: Any) -> None:
    model = nn.Sequential(nn.Linear(3, 4), nn.LayerNorm(4))
    paths = [zk.io.save_onnx(model, tmp_path / name, (3,), classes="abcd").path for name in ("a.onnx", "b.onnx")]
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_the_model_stays_as_it_is(tmp_path: Any) -> None:
    """Modes, weights, statistics, gradients: an export in the middle of a training changes nothing."""
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Dropout(0.5))
    model[1].eval()
    model[0].weight.requires_grad = False
    before = model.state_dict()
    zk.io.save_onnx(model, tmp_path / "m.onnx", (3,))
    assert [module.training for module in model.modules()] == [True, True, False, True]
    assert all(np.array_equal(before[name], array) for name, array in model.state_dict().items())
    assert all(p.grad is None for p in model.parameters())
    assert "0.weight" in {array.name for array in onnx.load(tmp_path / "m.onnx").graph.initializer}


def test_double_precision_becomes_float32(tmp_path: Any) -> None:
    model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU()).astype(np.float64)
    assert zk.io.save_onnx(model, tmp_path / "m.onnx", (1, 5, 5)).difference < 1e-5
    assert model[0].weight.dtype == np.float64


def test_shared_layers_are_written_once(tmp_path: Any) -> None:
    layer = nn.Linear(3, 3)
    file = agrees(nn.Sequential(layer, nn.Tanh(), layer, layer), (3,), tmp_path)
    assert [array.name for array in file.graph.initializer] == ["0.weight", "0.bias"]


def test_an_imported_network_can_be_exported_again(tmp_path: Any) -> None:
    model, shape = built("small-convnet")
    first = zk.io.save_onnx(model, tmp_path / "1.onnx", shape)
    again = zk.io.save_onnx(zk.io.load_onnx(first.path), tmp_path / "2.onnx", shape)
    assert again.parameters == first.parameters == 17_754
    assert again.difference is not None
    x = numbers(3, *shape)
    np.testing.assert_allclose(runtime(again.path, x), runtime(first.path, x), atol=1e-5)


# what cannot be


def own_rule(x: Array) -> Any:
    return x * 2, (lambda g: g * 2,)


REFUSALS: dict[str, tuple[Any, str]] = {
    "dropout": (lambda x: F.dropout(x, 0.5), "output: the rule dropout cannot be written in ONNX: .*use nn.Dropout"),
    "a loss": (lambda x: F.cross_entropy(x, np.zeros(len(x), int)), "the rule cross_entropy .*a loss judges answers"),
    "random numbers": (lambda x: x + np.random.default_rng().random(3), "outside of the rules .*or at random"),
    "NumPy on the numbers": (lambda x: x - x.data.mean(axis=0), "outside of the rules"),
    "a mask of the numbers": (lambda x: F.where(x.data > 0, x, 0.0), "outside of the rules"),
    "an index with a step": (
        lambda x: apply(RULES["scatter"], x, index=(..., slice(0, 6, 2)), shape=(len(x), 6)),
        "numbers put at such an index",
    ),
    "the places of the largest": (lambda x: x * x.argsort(dim=0).float(), "outside of the rules"),
    "picked by what comes in": (lambda x: x.gather(0, x.argsort(dim=0)), "depends on the numbers that come in"),
    "an own rule": (lambda x: apply(own_rule, x), "the rule own_rule is not one of zerokara's own"),
    "two answers": (lambda x: (x, x), "returns one tensor can be exported; this one returns tuple"),
    "no input": (lambda x: Tensor(np.zeros((len(x), 2), np.float32)), "does not depend on its input"),
    "steps by the batch": (lambda x: x * 2 if len(x) % 2 else -(x + 1), "takes other steps for a batch of 2"),
    "a wrong size": (nn.Linear(4, 2).forward, r"Linear expects \(…, 4\)"),
}


@pytest.mark.parametrize("kind", REFUSALS)
def test_what_cannot_be_exported_is_said_in_words(kind: str, tmp_path: Any) -> None:
    function, words = REFUSALS[kind]
    with pytest.raises(ValueError, match=words):
        zk.io.save_onnx(Does(function), tmp_path / "m.onnx", (3,))
    assert not list(tmp_path.iterdir())


def test_an_opset_that_is_not_written(tmp_path: Any) -> None:
    with pytest.raises(ValueError, match="opset 17 to 21; got 9"):
        zk.io.save_onnx(nn.ReLU(), tmp_path / "m.onnx", (3,), opset=9)


def test_without_a_record_there_is_nothing_to_write(tmp_path: Any) -> None:
    with no_grad(), pytest.raises(ValueError, match=r"outside of no_grad\(\)"):
        zk.io.save_onnx(nn.ReLU(), tmp_path / "m.onnx", (3,))


def test_more_than_one_file_can_hold(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "LARGEST", 10)
    with pytest.raises(ValueError, match=r"GB of numbers; one ONNX file holds 2.1 GB at most"):
        zk.io.save_onnx(nn.Linear(3, 2), tmp_path / "m.onnx", (3,))


def test_a_file_that_cannot_be_written(tmp_path: Any) -> None:
    with pytest.raises(ValueError, match=r"cannot write .*no such file"):
        zk.io.save_onnx(nn.ReLU(), tmp_path / "none" / "m.onnx", (3,))


def test_other_answers_are_never_kept(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The check is checked: a rule that is written wrongly is found before the old file is replaced."""
    (tmp_path / "m.onnx").write_bytes(b"the old one")
    monkeypatch.setitem(EXPORTS, "relu", lambda step, x: step.emit("Abs", x.name))
    with pytest.raises(ValueError, match="ONNX Runtime gives other answers for this network: they differ by"):
        zk.io.save_onnx(nn.ReLU(), tmp_path / "m.onnx", (3,))
    assert (tmp_path / "m.onnx").read_bytes() == b"the old one"
    monkeypatch.setitem(EXPORTS, "relu", lambda step, x: step.emit("Unsqueeze", x.name, step.whole([0])))
    with pytest.raises(ValueError, match=r"refuses|answers in the shape \(1, 1, 3\)"):
        zk.io.save_onnx(nn.ReLU(), tmp_path / "m.onnx", (3,))
    monkeypatch.setitem(EXPORTS, "relu", lambda step, x: step.emit("NoSuch", x.name))
    with pytest.raises(ValueError, match=r"the onnx package refuses what was made of this network: .*NoSuch"):
        zk.io.save_onnx(nn.ReLU(), tmp_path / "m.onnx", (3,))


def test_without_onnx_runtime_nothing_is_compared(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "runtime_is_there", lambda: False)
    assert zk.io.save_onnx(nn.ReLU(), tmp_path / "m.onnx", (3,)).difference is None
