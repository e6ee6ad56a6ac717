"""The layers beyond the book's, against PyTorch's of the same name, settings and weights; recorded as written."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import zerokara as zk
from tests.rules.ways import each_way
from zerokara import functional as F
from zerokara import nn

RNG = np.random.default_rng(7)
X = np.concatenate([RNG.standard_normal((3, 4)) * 4, [[0.0, 3.0, -3.0, 6.0]]])


def peer(name: str, *settings: Any, **named: Any) -> tuple[nn.Module, Any]:
    torch = pytest.importorskip("torch")
    return getattr(nn, name)(*settings, **named), getattr(torch.nn, name)(*settings, **named)


def recorded(layer: nn.Module, x: np.ndarray) -> None:
    """What a layer gives and its gradient are the same recorded, and with either family of kernels."""
    layer.astype(np.float64)
    found = each_way(lambda t: layer(t) * np.float64(1.5), x)
    for way, numbers in found[1:]:
        for a, b in zip(numbers, found[0][1], strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-11, err_msg=way)


@pytest.fixture
def compiled() -> Iterator[None]:
    """Steps are recorded with the compiled kernels only."""
    with zk.use_kernels("compiled"):
        yield


ACTIVATIONS: dict[str, dict[str, Any]] = {
    "ELU": {"alpha": 0.6}, "SiLU": {}, "Mish": {}, "Hardsigmoid": {}, "Hardswish": {}, "ReLU6": {}, "LogSigmoid": {},
    "Hardtanh": {"min_val": -0.3, "max_val": 2.0}, "LogSoftmax": {"dim": 0}, "Softmax": {"dim": 0}, "GLU": {"dim": 1},
}  # fmt: skip


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations(same_as_torch: Any, name: str) -> None:
    ours, theirs = peer(name, **ACTIVATIONS[name])
    x = X.copy()
    if name in ("Hardsigmoid", "Hardswish", "ReLU6", "Hardtanh", "ELU"):
        x[-1] += 0.25  # away from the corners, where any slope between the two would do
    recorded(ours, x)
    if name == "Hardsigmoid":
        return
    same_as_torch(ours, theirs, x)
    same_as_torch(ours, theirs, np.zeros((0, 4)))


def test_hardsigmoid() -> None:
    """PyTorch rounds 1/6 to float32, also in float64: so it is compared in float32, and with the formula."""
    torch = pytest.importorskip("torch")
    x = zk.tensor(X + 0.25, requires_grad=True)
    y = F.hardsigmoid(x)
    np.testing.assert_allclose(y.data, np.clip(x.data + 3, 0, 6) / 6, rtol=1e-14)
    np.testing.assert_array_equal(zk.gradients(y.sum(), [x])[0], np.where(np.abs(x.data) < 3, 1 / 6, 0))
    theirs = torch.nn.functional.hardsigmoid(torch.tensor(x.data.astype(np.float32)))
    np.testing.assert_allclose(y.data, theirs.numpy(), rtol=1e-6)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("name", ["elu", "silu", "mish", "hardsigmoid", "hardswish", "logsigmoid"])
def test_activations_far_out(name: str, dtype: Any) -> None:
    """At ±∞ each is what it tends to, and so is its slope: no 0·∞ on the way."""
    x = zk.tensor(np.array([-np.inf, -1000, 1000, np.inf], dtype), requires_grad=True)
    y = getattr(F, name)(x)
    (g,) = zk.gradients(y, [x], gradient=np.ones(4, dtype))
    left = {"elu": -1, "logsigmoid": -np.inf}.get(name, 0)
    right = {"hardsigmoid": 1, "logsigmoid": 0}.get(name, np.inf)
    assert (y.data[0], y.data[3]) == (left, right)
    slopes = {"logsigmoid": (1, 0), "hardsigmoid": (0, 0)}.get(name, (0, 1))
    assert (g[0], g[1]) == (slopes[0], slopes[0])
    assert (g[2], g[3]) == (slopes[1], slopes[1])


def test_elu_keeps_its_digits_near_zero() -> None:
    x = -np.array([1e-12, 1e-9, 1e-3, 30.0])
    np.testing.assert_allclose(F.elu(x).data, np.expm1(x), rtol=1e-14)


@pytest.mark.parametrize(("slopes", "shape"), [(1, (4, 3)), (3, (4, 3)), (3, (2, 3, 4, 5)), (1, (5,)), (3, (0, 3, 2))])
def test_prelu(same_as_torch: Any, slopes: int, shape: tuple[int, ...]) -> None:
    same_as_torch(*peer("PReLU", slopes, 0.3), RNG.standard_normal(shape))


@given(
    groups=st.integers(1, 2),
    kernel=st.integers(1, 3),
    stride=st.integers(1, 3),
    padding=st.integers(0, 2),
    dilation=st.integers(1, 2),
    bias=st.booleans(),
    n=st.integers(0, 2),
)
def test_conv1d(same_as_torch: Any, groups: int, kernel: int, stride: int, padding: int, dilation: int, bias: bool, n: int) -> None:  # fmt: skip  # noqa: E501
    sizes = (2 * groups, 3 * groups, kernel, stride, padding, dilation, groups, bias)
    same_as_torch(*peer("Conv1d", *sizes), RNG.standard_normal((n, 2 * groups, 8)))


@given(data=st.data(), groups=st.integers(1, 2), bias=st.booleans(), n=st.integers(0, 2))
def test_conv_transpose2d(same_as_torch: Any, data: st.DataObject, groups: int, bias: bool, n: int) -> None:
    pairs = st.tuples(st.integers(1, 3), st.integers(1, 3))
    kernel, stride, dilation = (data.draw(pairs) for _ in range(3))
    padding = tuple(data.draw(st.integers(0, d * (k - 1) // 2)) for k, d in zip(kernel, dilation, strict=True))
    more = tuple(data.draw(st.integers(0, max(s, d) - 1)) for s, d in zip(stride, dilation, strict=True))
    sizes = (2 * groups, 3 * groups, kernel, stride, padding, more, groups, bias, dilation)
    ours, theirs = peer("ConvTranspose2d", *sizes)
    x = RNG.standard_normal((n, 2 * groups, 4, 3))
    same_as_torch(ours, theirs, x)
    if n:
        recorded(ours, x)


def test_a_transposed_convolution_is_the_way_back() -> None:
    """⟨conv(x), g⟩ = ⟨x, convᵀ(g)⟩ with the same filters."""
    conv = nn.Conv2d(3, 5, (3, 2), 2, 1, bias=False, dtype=np.float64)
    back = nn.ConvTranspose2d(5, 3, (3, 2), 2, 1, (1, 0), bias=False, dtype=np.float64)
    back.weight.data[...] = conv.weight.data
    x = RNG.standard_normal((2, 3, 8, 6))
    y = conv(zk.Tensor(x)).data
    g = RNG.standard_normal(y.shape)
    assert back(zk.Tensor(g)).shape == x.shape
    assert (y * g).sum() == pytest.approx((x * back(zk.Tensor(g)).data).sum(), rel=1e-12)


@pytest.mark.parametrize("kernel", [1, 2, 3, 4, (2, 5)])
@pytest.mark.parametrize("dilation", [1, 2, 3])
@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.filterwarnings("ignore:Using padding='same'")
def test_padding_in_words(same_as_torch: Any, kernel: Any, dilation: int, padding: str) -> None:
    x = RNG.standard_normal((2, 3, 13, 14))
    ours, theirs = peer("Conv2d", 3, 4, kernel, padding=padding, dilation=dilation)
    same_as_torch(ours, theirs, x)
    assert padding == "valid" or ours(zk.Tensor(x)).shape == (2, 4, 13, 14)
    recorded(ours, x)
    weight = ours.weight.data  # type: ignore[union-attr]
    np.testing.assert_array_equal(
        F.conv2d(x, weight, padding=padding, dilation=dilation).data + ours.bias.data.reshape(-1, 1, 1),  # type: ignore[union-attr]
        ours(zk.Tensor(x)).data,
    )
    if isinstance(kernel, int):
        same_as_torch(*peer("Conv1d", 3, 4, kernel, padding=padding, dilation=dilation), x[..., 0])


@pytest.mark.parametrize("shape", [(3, 4), (3, 4, 5), (2, 4, 3, 2), (0, 4, 3), (2, 4, 1, 1)])
@pytest.mark.parametrize("groups", [1, 2, 4])
@pytest.mark.parametrize("affine", [False, True])
def test_group_norm(same_as_torch: Any, shape: tuple[int, ...], groups: int, affine: bool) -> None:
    ours, theirs = peer("GroupNorm", groups, 4, 1e-3, affine)
    x = 5 + 2 * RNG.standard_normal(shape)
    same_as_torch(ours, theirs, x)
    if x.size:
        recorded(ours, x)


def test_a_group_of_one_number_is_its_own_mean() -> None:
    layer = nn.GroupNorm(4, 4, dtype=np.float64)
    layer.bias.data[...] = [1, 2, 3, 4]  # type: ignore[union-attr]
    np.testing.assert_array_equal(layer(zk.Tensor(RNG.standard_normal((2, 4)))).data, [[1, 2, 3, 4]] * 2)


@pytest.mark.parametrize(("name", "shape"), [("InstanceNorm1d", (2, 3, 5)), ("InstanceNorm2d", (2, 3, 4, 2))])
@pytest.mark.parametrize("affine", [False, True])
def test_instance_norm(same_as_torch: Any, name: str, shape: tuple[int, ...], affine: bool) -> None:
    ours, theirs = peer(name, 3, 1e-3, affine=affine)
    same_as_torch(ours, theirs, 5 + 2 * RNG.standard_normal(shape))
    same_as_torch(ours, theirs, 5 + 2 * RNG.standard_normal(shape), training=False)


@given(kernel=st.integers(1, 4), stride=st.sampled_from([None, 1, 2, 3]), data=st.data())
def test_pools_of_rows(same_as_torch: Any, kernel: int, stride: int | None, data: st.DataObject) -> None:
    padding = data.draw(st.integers(0, kernel // 2))
    x = RNG.standard_normal((2, 3, 9))
    same_as_torch(*peer("MaxPool1d", kernel, stride, padding), x)
    same_as_torch(*peer("AvgPool1d", kernel, stride, padding), x)
    ours, theirs = peer("AvgPool1d", kernel, stride, padding, count_include_pad=False)
    same_as_torch(ours, theirs, x)


@pytest.mark.parametrize("padding_idx", [None, 2, -1])
def test_embedding(padding_idx: int | None) -> None:
    torch = pytest.importorskip("torch")
    ours, theirs = nn.Embedding(5, 3, padding_idx, dtype=np.float64), torch.nn.Embedding(5, 3, padding_idx).double()
    assert padding_idx is None or not ours.weight.data[padding_idx].any()
    ours.load_state_dict(theirs.state_dict())
    words = np.array([[0, 2, 2], [4, 1, 0]])
    g = RNG.standard_normal((2, 3, 3))
    theirs(torch.tensor(words)).backward(torch.tensor(g))

    def step(words: Any) -> Any:
        ours.zero_grad()
        y = ours(words)
        return y * 1, zk.Tensor(zk.gradients((y * g).sum(), [ours.weight])[0])

    for family in zk.kernels.FAMILIES:
        with zk.use_kernels(family):
            for run in (step, zk.capture(step)):
                y, slope = run(words)
                np.testing.assert_array_equal(y.data, theirs(torch.tensor(words)).detach().numpy())
                np.testing.assert_allclose(slope.data, theirs.weight.grad.numpy(), rtol=1e-12)


@pytest.mark.usefixtures("compiled")
def test_words_that_are_not_in_the_table_are_refused() -> None:
    """A negative index would count from the end in silence; in a recorded step too."""
    layer = nn.Embedding(5, 3)
    for run in (layer, zk.capture(layer)):
        assert run(np.array([1, 4])).shape == (2, 3)
        with pytest.raises(ValueError, match=r"5 rows is asked for rows 0 to 4; got -1 to 2"):
            run(np.array([-1, 2]))
    with pytest.raises(TypeError, match="whole numbers; got float32"):
        layer(zk.tensor([1.0]))


@pytest.mark.usefixtures("compiled")
def test_one_hot() -> None:
    torch = pytest.importorskip("torch")
    labels = np.array([[0, 2], [1, 1]])
    for count in (-1, 3, 5):
        theirs = torch.nn.functional.one_hot(torch.tensor(labels), count).numpy()
        y = F.one_hot(labels, count)
        assert y.dtype == np.int64
        np.testing.assert_array_equal(y.data, theirs)
    np.testing.assert_array_equal(zk.capture(lambda t: F.one_hot(t, 4))(labels).data, np.eye(4)[labels])
    assert F.one_hot(np.zeros(0, int), 3).shape == (0, 3)
    with pytest.raises(ValueError, match="between 0 and 1; got 0 to 2"):
        F.one_hot(labels, 2)
    with pytest.raises(ValueError, match="give num_classes"):
        F.one_hot(np.zeros(0, int))
    with pytest.raises(zk.CaptureError, match="give num_classes"):
        zk.capture(lambda t: F.one_hot(t))(labels)


def test_dropout2d_drops_whole_channels() -> None:
    layer = nn.Dropout2d(0.4, rng=np.random.default_rng(0))
    y = layer(zk.tensor(np.ones((50, 40, 3, 2), np.float32))).data
    assert (y == y[:, :, :1, :1]).all()
    assert set(np.unique(y)) == {0.0, np.float32(1 / 0.6)}
    assert y.mean() == pytest.approx(1, abs=0.05)
    x = zk.tensor(np.ones((2, 3, 2), np.float32))
    assert layer.eval()(x) is x
    with pytest.raises(ValueError, match="use dropout"):
        F.dropout2d(np.ones((2, 3)))


def test_flatten_and_unflatten(same_as_torch: Any) -> None:
    x = RNG.standard_normal((2, 3, 4, 5))
    same_as_torch(*peer("Flatten"), x)
    same_as_torch(*peer("Flatten", start_dim=1, end_dim=2), x)
    same_as_torch(*peer("Flatten", 0, -2), x)
    same_as_torch(*peer("Unflatten", 3, (5, 1)), x)
    same_as_torch(*peer("Unflatten", dim=2, unflattened_size=(2, -1)), x)


REFUSED: list[tuple[Any, str]] = [
    (lambda: nn.Conv1d(3, 8, 3)(zk.Tensor(np.zeros((5, 1, 28), np.float32))), r"Conv1d expects \(N, 3, L\) rows; got"),
    (lambda: nn.Conv2d(3, 8, 3, 2, "same"), "takes stride 1; got stride"),
    (lambda: nn.Conv2d(3, 8, 3, padding="full"), "'same' or 'valid' for padding; got 'full'"),
    (lambda: nn.ConvTranspose2d(3, 8, 3, 2, output_padding=2), "output_padding below stride or dilation"),
    (lambda: nn.ConvTranspose2d(3, 8, 3)(zk.Tensor(np.zeros((1, 4, 2, 2), np.float32))), "has in_channels=3"),
    (lambda: nn.GroupNorm(3, 4), "num_groups=3 divides; got num_channels=4"),
    (lambda: nn.GroupNorm(2, 4)(zk.Tensor(np.zeros((1, 3, 2), np.float32))), "this layer has num_channels=4"),
    (lambda: nn.InstanceNorm2d(3, track_running_stats=True), "keeps no running statistics"),
    (lambda: nn.InstanceNorm2d(3)(zk.Tensor(np.ones((2, 3, 1, 1), np.float32))), "more than one value per channel"),
    (lambda: nn.PReLU(3)(zk.Tensor(np.zeros((2, 4), np.float32))), "this layer has num_parameters=3"),
    (lambda: F.glu(np.zeros((2, 3))), "even length"),
    (lambda: F.glu(np.zeros((3, 2)), dim=0), "even length along axis 0"),
    (lambda: F.glu(np.zeros((2, 2)), 0, dim=1), "which mean the same"),
    (lambda: nn.Softmax(1, dim=1), "axis or dim, which mean the same"),
    (lambda: nn.Unflatten(1, (2, 2))(zk.Tensor(np.zeros((1, 6)))), r"cuts axis 1 into \(2, 2\)"),
    (lambda: nn.Unflatten(1), "lengths of the new axes"),
]  # fmt: skip


@pytest.mark.parametrize(("act", "message"), REFUSED)
def test_errors_speak(act: Any, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        act()
