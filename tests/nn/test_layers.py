"""Laws that hold for every layer; the table is walked, so that a forgotten layer fails by name."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from zerokara import nn
from zerokara.arrays import Shape
from zerokara.autodiff import Tensor


@dataclass(frozen=True)
class Case:
    make: Callable[[], nn.Module]
    shape: Shape
    output: Shape
    empty: bool = True


CASES: dict[str, Case] = {
    "AdaptiveAvgPool2d": Case(lambda: nn.AdaptiveAvgPool2d((3, 2)), (2, 3, 4, 5), (2, 3, 3, 2)),
    "AvgPool2d": Case(lambda: nn.AvgPool2d(2), (2, 3, 5, 4), (2, 3, 2, 2)),
    "BatchNorm1d": Case(lambda: nn.BatchNorm1d(3), (5, 3), (5, 3), empty=False),
    "BatchNorm2d": Case(lambda: nn.BatchNorm2d(3), (2, 3, 4, 5), (2, 3, 4, 5), empty=False),
    "Conv2d": Case(lambda: nn.Conv2d(4, 6, (3, 2), (1, 2), (1, 0), (1, 2), 2), (2, 4, 5, 6), (2, 6, 5, 2)),
    "Dropout": Case(lambda: nn.Dropout(0.0), (4, 3), (4, 3)),
    "Flatten": Case(lambda: nn.Flatten(), (2, 3, 4, 5), (2, 60)),
    "GELU": Case(nn.GELU, (4, 3), (4, 3)),
    "GlobalAvgPool2d": Case(nn.GlobalAvgPool2d, (2, 3, 4, 5), (2, 3)),
    "Identity": Case(nn.Identity, (4, 3), (4, 3)),
    "LayerNorm": Case(lambda: nn.LayerNorm((3, 4)), (2, 3, 4), (2, 3, 4)),
    "LeakyReLU": Case(nn.LeakyReLU, (4, 3), (4, 3)),
    "Linear": Case(lambda: nn.Linear(3, 5), (4, 3), (4, 5)),
    "LocalResponseNorm": Case(lambda: nn.LocalResponseNorm(4, 0.5, 0.6, 2.0), (2, 5, 3, 2), (2, 5, 3, 2)),
    "MaxPool2d": Case(lambda: nn.MaxPool2d(2, 1, 1), (2, 3, 5, 4), (2, 3, 6, 5)),
    "ReLU": Case(nn.ReLU, (4, 3), (4, 3)),
    "Sequential": Case(lambda: nn.Sequential(nn.Linear(3, 5), nn.Tanh()), (4, 3), (4, 5)),
    "Sigmoid": Case(nn.Sigmoid, (4, 3), (4, 3)),
    "Softmax": Case(nn.Softmax, (4, 3), (4, 3)),
    "Softplus": Case(nn.Softplus, (4, 3), (4, 3)),
    "SyncBatchNorm": Case(lambda: nn.SyncBatchNorm(3), (2, 3, 4, 5), (2, 3, 4, 5), empty=False),
    "Tanh": Case(nn.Tanh, (4, 3), (4, 3)),
}
CASES |= {
    "AvgPool1d": Case(lambda: nn.AvgPool1d(3, 2, 1), (2, 3, 7), (2, 3, 4)),
    "Conv1d": Case(lambda: nn.Conv1d(4, 6, 3, 2, 1, 2, 2), (2, 4, 9), (2, 6, 4)),
    "ConvTranspose2d": Case(
        lambda: nn.ConvTranspose2d(4, 6, (3, 2), (2, 3), (1, 0), (1, 2), 2), (2, 4, 3, 2), (2, 6, 6, 7)
    ),
    "Dropout2d": Case(lambda: nn.Dropout2d(0.0), (4, 3, 2, 2), (4, 3, 2, 2)),
    "ELU": Case(lambda: nn.ELU(0.7), (4, 3), (4, 3)),
    "GLU": Case(nn.GLU, (4, 6), (4, 3)),
    "GroupNorm": Case(lambda: nn.GroupNorm(2, 4), (3, 4, 2, 3), (3, 4, 2, 3)),
    "Hardsigmoid": Case(nn.Hardsigmoid, (4, 3), (4, 3)),
    "Hardswish": Case(nn.Hardswish, (4, 3), (4, 3)),
    "Hardtanh": Case(lambda: nn.Hardtanh(-0.5, 2.0), (4, 3), (4, 3)),
    "InstanceNorm1d": Case(lambda: nn.InstanceNorm1d(3, affine=True), (2, 3, 5), (2, 3, 5)),
    "InstanceNorm2d": Case(lambda: nn.InstanceNorm2d(3, affine=True), (2, 3, 4, 2), (2, 3, 4, 2)),
    "LearnedPositions": Case(lambda: nn.LearnedPositions(5, 3), (2, 4, 3), (2, 4, 3)),
    "LogSigmoid": Case(nn.LogSigmoid, (4, 3), (4, 3)),
    "LogSoftmax": Case(lambda: nn.LogSoftmax(dim=1), (4, 3), (4, 3)),
    "MaxPool1d": Case(lambda: nn.MaxPool1d(3, 2, 1), (2, 3, 7), (2, 3, 4)),
    "Mish": Case(nn.Mish, (4, 3), (4, 3)),
    "PReLU": Case(lambda: nn.PReLU(3), (4, 3, 2), (4, 3, 2)),
    "ReLU6": Case(nn.ReLU6, (4, 3), (4, 3)),
    "RMSNorm": Case(lambda: nn.RMSNorm((3, 4)), (2, 3, 4), (2, 3, 4)),
    "SiLU": Case(nn.SiLU, (4, 3), (4, 3)),
    "SinusoidalPositions": Case(lambda: nn.SinusoidalPositions(4), (2, 3, 4), (2, 3, 4)),
    "TransformerEncoder": Case(
        lambda: nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2, 5, 0.0, "gelu"), 2), (3, 2, 4), (3, 2, 4)
    ),
    "TransformerEncoderLayer": Case(
        lambda: nn.TransformerEncoderLayer(4, 2, 5, 0.0, "gelu", batch_first=True), (2, 3, 4), (2, 3, 4)
    ),
    "Unflatten": Case(lambda: nn.Unflatten(1, (2, -1)), (4, 6), (4, 2, 3)),
    "Upsample": Case(lambda: nn.Upsample(scale_factor=2, mode="bilinear"), (2, 3, 2, 3), (2, 3, 4, 6)),
    "ZeroPad2d": Case(lambda: nn.ZeroPad2d((1, 2, 0, -1)), (2, 3, 4, 5), (2, 3, 3, 8)),
}
NOT_LAYERS = {"Module", "ModuleDict", "ModuleList", "ParameterDict", "ParameterList", "Embedding", "MultiheadAttention"}
NOT_LAYERS |= {"RNN", "LSTM", "GRU", "RNNCell", "LSTMCell", "GRUCell", "TransformerDecoder", "TransformerDecoderLayer"}
"""Containers; `Embedding`, which takes whole numbers; what takes or gives several arrays: they have their own tests."""
LOSSES = {name for name in nn.__all__ if name.endswith("Loss")}
"""See test_loss.py."""

every_layer = pytest.mark.parametrize("name", CASES)


def test_every_public_layer_is_in_the_table():
    layers = {n for n in nn.__all__ if inspect.isclass(c := getattr(nn, n)) and issubclass(c, nn.Module)}
    assert layers - NOT_LAYERS - LOSSES == CASES.keys()


def test_all_names_what_exists():
    assert all(hasattr(nn, name) for name in nn.__all__)


@every_layer
def test_gradients_agree_with_finite_differences(name, check_layer):
    case = CASES[name]
    check_layer(case.make(), np.random.default_rng(0).standard_normal(case.shape))


@every_layer
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_layer_computes_in_its_own_dtype(name, dtype):
    case = CASES[name]
    layer = case.make().astype(dtype)
    x = Tensor(np.random.default_rng(0).standard_normal(case.shape).astype(dtype), requires_grad=True)
    y = layer(x)
    y.backward(np.ones(y.shape, dtype))
    assert y.shape == case.output
    assert {y.dtype, x.grad.dtype, *(p.grad.dtype for p in layer.parameters())} == {np.dtype(dtype)}


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if list(case.make().parameters())])
@pytest.mark.parametrize("dtype", ["float64", "uint8"])
def test_numbers_of_another_type_are_refused_in_words(name, dtype):
    """Converting in silence would make every step slow, and pixels of 0..255 train badly."""
    case = CASES[name]
    with pytest.raises(TypeError, match=rf"computes in float32.*got {dtype} inputs: convert them with .astype"):
        case.make()(Tensor(np.zeros(case.shape, dtype)))


@every_layer
def test_a_layer_leaves_its_input_alone(name):
    case = CASES[name]
    values = np.random.default_rng(0).standard_normal(case.shape).astype(np.float32)
    x = Tensor(values.copy(), requires_grad=True)
    case.make()(x).sum().backward()
    np.testing.assert_array_equal(x.data, values)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.empty])
def test_a_batch_without_samples_passes(name):
    case = CASES[name]
    x = Tensor(np.zeros((0, *case.shape[1:]), np.float32), requires_grad=True)
    y = case.make()(x)
    y.sum().backward()
    assert y.shape == (0, *case.output[1:])
    assert x.grad.shape == x.shape


@every_layer
def test_state_survives_a_round_trip(name):
    a, b = CASES[name].make(), CASES[name].make()
    b.load_state_dict(a.state_dict())
    for key, array in a.state_dict().items():
        np.testing.assert_array_equal(array, b.state_dict()[key])


@every_layer
def test_a_layer_says_what_it_is(name):
    assert repr(CASES[name].make()).startswith(f"{name}(")


def test_no_signature_has_a_mutable_default():
    """A default that can be changed is shared between all who rely on it (the book's Trainer had one)."""
    classes = [c for n in nn.__all__ if inspect.isclass(c := getattr(nn, n))]
    defaults = [p.default for c in classes for p in inspect.signature(c).parameters.values()]
    assert not [d for d in defaults if isinstance(d, list | dict | set | np.ndarray)]
