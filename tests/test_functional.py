"""The catalogue against independent implementations (PyTorch where installed, SciPy otherwise), and its conventions."""

import inspect
from typing import Any

import numpy as np
import pytest
import scipy.special
from hypothesis import given
from hypothesis import strategies as st

import zerokara as zk
from tests.cases import normal
from zerokara import functional as F
from zerokara.rules import RULES

LABELS = np.array([0, 2, 2, 1])
INNER = {
    "relu_grad", "scatter", "conv2d_grad_x", "conv2d_grad_w", "channel_sum", "batch_norm_inference", "cast",
    "scalar_power", "soft_target_cross_entropy", "negative_sampling", "max_pool2d_grad", "avg_pool2d_grad",
    "gaussian_nll", "gelu_tanh", "gelu_tanh_grad", "binary_cross_entropy_with_logits_grad",
    "silu_grad", "upsample_nearest", "upsample_nearest_grad",
}  # fmt: skip
"""Rules that serve other rules: they are reached through those, or through methods of the tensor."""


def test_every_rule_is_in_the_catalogue() -> None:
    assert [name for name in RULES if name not in INNER and not hasattr(F, name)] == []


def test_every_function_of_the_catalogue_says_what_it_does() -> None:
    own = [f for _, f in inspect.getmembers(F, inspect.isfunction) if f.__module__ == F.__name__]
    assert [f.__name__ for f in own if not (f.__doc__ or f.__name__.startswith("_"))] == []


AGAINST_SCIPY: dict[str, Any] = {
    "sigmoid": scipy.special.expit,
    "erf": scipy.special.erf,
    "softmax": lambda x: scipy.special.softmax(x, axis=-1),
    "log_softmax": lambda x: scipy.special.log_softmax(x, axis=-1),
    "gelu": lambda x: x * 0.5 * (1 + scipy.special.erf(x / np.sqrt(2))),
    "softplus": lambda x: np.log1p(np.exp(-np.abs(x))) + np.maximum(x, 0),
    "relu": lambda x: x * (x > 0),
    "leaky_relu": lambda x: np.where(x > 0, x, 0.01 * x),
    "step": lambda x: (x > 0) * 1.0,
}


@pytest.mark.parametrize("name", AGAINST_SCIPY)
def test_activations(name: str) -> None:
    x = normal(5, 6) * 4
    np.testing.assert_allclose(getattr(F, name)(x).data, AGAINST_SCIPY[name](x), rtol=1e-7, atol=1e-12)


@pytest.mark.parametrize("name", [*AGAINST_SCIPY, "tanh"])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_nothing_overflows(name: str, dtype: type) -> None:
    """Warnings are errors here: ±1000 must pass without one, and the values stay finite, as do the gradients."""
    x = zk.tensor(np.array([[-1000, -20, 0, 20, 1000]], dtype), requires_grad=True)
    y = getattr(F, name)(x)
    assert y.dtype == dtype
    assert np.isfinite(y.data).all()
    if not (dtype is np.float16 and name in ("erf", "gelu")):  # their slope holds x², which is beyond float16
        assert np.isfinite(zk.gradients(y.sum(), [x])[0]).all()


@given(st.floats(-100, 100), st.sampled_from([(5,), (3, 4), (2, 3, 4)]))
def test_softmax_depends_on_differences_only(shift: float, shape: tuple[int, ...]) -> None:
    x = normal(*shape)
    np.testing.assert_allclose(F.softmax(x + shift).data, F.softmax(x).data, atol=1e-12)
    np.testing.assert_allclose(F.softmax(x).data.sum(-1), 1, atol=1e-12)


@pytest.mark.parametrize("f", [F.softmax, F.log_softmax])
def test_infinite_scores(f: Any) -> None:
    """−∞ is a score that never wins; with +∞ there is no answer, and it says NaN without a warning."""
    y = (
        np.exp(f(np.array([[0.0, -np.inf], [0.0, np.inf]])).data)
        if f is F.log_softmax
        else f(np.array([[0.0, -np.inf], [0.0, np.inf]])).data
    )
    assert y[0].tolist() == [1, 0]
    assert np.isnan(y[1]).any()


def test_the_books_softmax() -> None:
    np.testing.assert_allclose(
        F.softmax(np.array([0.3, 2.9, 4.0])).data, (0.01821127, 0.24519181, 0.73659691), atol=1e-8
    )


def test_the_books_losses() -> None:
    y = np.array([[0.1, 0.05, 0.6, 0, 0.05, 0.1, 0, 0.1, 0, 0]])
    t = np.eye(10)[[2]]
    assert F.squared_error(y, t).item() == pytest.approx(0.0975)
    assert F.mse_loss(y, t).item() == pytest.approx(0.0195)
    assert F.cross_entropy(np.log(y + 1e-300), [2]).item() == pytest.approx(0.510825623766, rel=1e-9)


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_labels_and_one_hot_are_the_same_loss(smoothing: float) -> None:
    """With as many samples as classes too, where a confused shape would go unnoticed."""
    for n, k in ((4, 3), (10, 10)):
        labels = np.arange(n) % k
        a, b = (zk.tensor(normal(n, k), requires_grad=True) for _ in range(2))
        by_label = F.cross_entropy(a, labels, label_smoothing=smoothing)
        by_row = F.cross_entropy(b, np.eye(k)[labels], label_smoothing=smoothing)
        assert by_label.item() == pytest.approx(by_row.item(), rel=1e-12)
        np.testing.assert_allclose(zk.gradients(by_label, [a])[0], zk.gradients(by_row, [b])[0], atol=1e-12)


def test_cross_entropy_is_exact_at_the_ends() -> None:
    """The book's log(y + 1e-7) is −1e-7 for a perfect answer and never exceeds 16.1; from the scores it is exact."""
    assert F.cross_entropy(np.array([[1000.0, -1000.0]]), [0]).item() == 0
    assert F.cross_entropy(np.array([[1000.0, -1000.0]]), [1]).item() == 2000
    assert F.binary_cross_entropy_with_logits(np.array([1000.0]), np.array([0.0])).item() == 1000


def test_gradient_of_cross_entropy_is_answer_minus_truth() -> None:
    scores = zk.tensor(normal(4, 3), requires_grad=True)
    (g,) = zk.gradients(F.cross_entropy(scores, LABELS), [scores])
    np.testing.assert_allclose(g, (F.softmax(scores).data - np.eye(3)[LABELS]) / 4, atol=1e-12)
    np.testing.assert_allclose(g.sum(axis=1), 0, atol=1e-12)


SCORES = np.zeros((4, 3))


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda: F.cross_entropy(SCORES, np.zeros((4, 1))), r"shape of the scores \(4, 3\); got \(4, 1\)"),
        (lambda: F.cross_entropy(SCORES, np.zeros(3, int)), r"labels of shape \(4,\) or one-hot .* got \(3,\)"),
        (lambda: F.cross_entropy(SCORES, np.array([0, 1, 2, 3])), "between 0 and 2; got 0 to 3"),
        (lambda: F.cross_entropy(SCORES, np.array([-1, 1, 2, 0])), "between 0 and 2; got -1 to 2"),
        (lambda: F.cross_entropy(SCORES, np.zeros(4)), "labels are integers; got float64"),
        (lambda: F.cross_entropy(SCORES, LABELS, label_smoothing=2), "between 0 and 1"),
        (lambda: F.cross_entropy(SCORES, LABELS, reduction="avg"), "'mean', 'sum', 'none' or 'batchmean'; got 'avg'"),
        (lambda: F.cross_entropy(np.zeros(3), LABELS), r"expects \(N, K\) scores"),
        (lambda: F.mse_loss(np.zeros(4), np.zeros((4, 1))), r"shape of the scores \(4,\); got \(4, 1\)"),
        (lambda: F.linear(np.zeros((2, 3)), np.zeros((5, 4))), r"linear expects \(N, 4\) inputs .* got \(2, 3\)"),
        (lambda: F.linear(np.zeros((2, 3, 4)), np.zeros((5, 12))), "put a Flatten before it"),
        (lambda: F.conv2d(np.zeros((1, 3, 5, 5)), np.zeros((2, 1, 3, 3))), "expect 1 channels"),
        (lambda: F.conv2d(np.zeros((3, 5, 5)), np.zeros((2, 3, 3, 3))), r"expects \(N, C, H, W\) images"),
        (lambda: F.conv2d(np.zeros((1, 1, 3, 3)), np.zeros((1, 1, 5, 5))), "5"),
        (lambda: F.max_pool2d(np.zeros((3, 5)), 2), r"expects \(N, C, H, W\) images; got \(3, 5\)"),
        (lambda: F.batch_norm(np.zeros((1, 3)), training=True), "batch of at least 2"),
        (lambda: F.batch_norm(np.zeros((2, 3))), "needs running_mean"),
        (
            lambda: F.batch_norm(np.zeros((2, 3)), np.zeros(2), np.ones(3)),
            r"expects running_mean of shape \(3,\); got \(2,\)",
        ),
        (lambda: F.batch_norm(np.zeros((2, 3)), weight=np.ones(4), training=True), r"expects weight of shape \(3,\)"),
        (lambda: F.layer_norm(np.zeros((2, 3)), 3, np.ones(4)), r"expects weight of that shape; got \(4,\)"),
        (lambda: F.linear(np.zeros((2, 3)), np.zeros(3)), r"a weight \(out, in\)"),
        (lambda: F.linear(np.zeros((2, 3)), np.zeros((5, 3)), np.zeros(4)), r"bias \(out,\)"),
        (lambda: F.conv2d(np.zeros((1, 1, 5, 5)), np.zeros((2, 1, 3, 3)), np.zeros(1)), r"a bias \(2,\); got \(1,\)"),
        (lambda: F.conv2d(np.zeros((1, 1, 5, 5)), np.zeros((2, 1, 3, 3)), groups=0), "groups of at least 1; got 0"),
        (lambda: F.layer_norm(np.zeros((2, 3)), 4), r"end in \(4,\); got \(2, 3\)"),
        (lambda: F.dropout(np.zeros(3), p=1.5), "0 <= p < 1; got 1.5"),
    ],
)
def test_errors_speak(act: Any, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        act()


def test_dropout_keeps_the_expectation() -> None:
    x = np.ones((200, 500), np.float32)
    y = F.dropout(x, 0.3, rng=zk.generator(1)).data
    assert y.dtype == np.float32
    assert y.mean() == pytest.approx(1, abs=0.01)
    assert (y == 0).mean() == pytest.approx(0.3, abs=0.01)
    assert F.dropout(x, 0.3, training=False).data is x


def test_empty_batches_pass_through() -> None:
    x = np.zeros((0, 2, 6, 6), np.float32)
    assert F.conv2d(x, np.ones((3, 2, 3, 3), np.float32)).shape == (0, 3, 4, 4)
    assert F.max_pool2d(x, 2).shape == (0, 2, 3, 3)
    assert F.softmax(np.zeros((0, 3))).shape == (0, 3)
    assert F.global_avg_pool2d(x).shape == (0, 2)


# PyTorch as an independent peer, where it is installed


def torch_gradients(f: Any, *inputs: np.ndarray) -> tuple[np.ndarray, list[np.ndarray]]:
    torch = pytest.importorskip("torch")
    tensors = [torch.tensor(x, requires_grad=True) for x in inputs]
    y = f(torch, *tensors)
    y.backward(torch.tensor(normal(*y.shape)) if y.ndim else None)
    return y.detach().numpy(), [t.grad.numpy() for t in tensors]


def compare(ours: Any, theirs: Any, *inputs: np.ndarray) -> None:
    value, slopes = torch_gradients(theirs, *inputs)
    tensors = [zk.tensor(x, requires_grad=True) for x in inputs]
    y = ours(*tensors)
    np.testing.assert_allclose(y.data, value, rtol=1e-9, atol=1e-10)
    found = zk.gradients(y, tensors, gradient=normal(*y.shape) if y.ndim else None)
    for a, b in zip(found, slopes, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-8, atol=1e-10)


@given(st.data())
def test_conv2d_as_pytorch(data: st.DataObject) -> None:
    groups = data.draw(st.sampled_from([1, 2]))
    p, q = data.draw(st.tuples(st.integers(1, 4), st.integers(1, 4)))
    stride, padding, dilation = (data.draw(st.tuples(*[st.integers(*r)] * 2)) for r in ((1, 3), (0, 3), (1, 2)))
    x, w, b = normal(2, 2 * groups, 8, 9), normal(3 * groups, 2, p, q), normal(3 * groups)
    window = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    compare(lambda *t: F.conv2d(*t, **window), lambda torch, *t: torch.nn.functional.conv2d(*t, **window), x, w, b)


@given(st.data())
def test_pooling_as_pytorch(data: st.DataObject) -> None:
    kernel = data.draw(st.tuples(st.integers(1, 4), st.integers(1, 4)))
    stride = data.draw(st.tuples(st.integers(1, 3), st.integers(1, 3)))
    padding = tuple(data.draw(st.integers(0, k // 2)) for k in kernel)
    ceil_mode, include = data.draw(st.booleans()), data.draw(st.booleans())
    x = normal(2, 3, 7, 8)
    window = {"stride": stride, "padding": padding, "ceil_mode": ceil_mode}
    compare(
        lambda t: F.max_pool2d(t, kernel, **window),
        lambda torch, t: torch.nn.functional.max_pool2d(t, kernel, **window),
        x,
    )
    compare(
        lambda t: F.avg_pool2d(t, kernel, count_include_pad=include, **window),
        lambda torch, t: torch.nn.functional.avg_pool2d(t, kernel, count_include_pad=include, **window),
        x,
    )


@pytest.mark.parametrize("shape", [(6, 3), (4, 3, 2, 5)])
@pytest.mark.parametrize("training", [False, True])
def test_batch_norm_as_pytorch(shape: tuple[int, ...], training: bool) -> None:
    torch = pytest.importorskip("torch")
    running, torch_running = (normal(3), np.abs(normal(3)) + 1), (normal(3), np.abs(normal(3)) + 1)
    compare(
        lambda x, w, b: F.batch_norm(x, *running, w, b, training=training, momentum=0.2),
        lambda torch, x, w, b: torch.nn.functional.batch_norm(
            x, *map(torch.from_numpy, torch_running), w, b, training=training, momentum=0.2
        ),
        normal(*shape), normal(3), normal(2, 3)[0],
    )  # fmt: skip
    assert torch is not None
    for ours, theirs in zip(running, torch_running, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12)


NAMES = {"log_softmax": {"dim": -1}, "softmax": {"dim": -1}, "gelu": {}, "softplus": {"beta": 2.0, "threshold": 3.0}}


@pytest.mark.parametrize("name", ["relu", "sigmoid", "tanh", "leaky_relu", *NAMES])
def test_activations_as_pytorch(name: str) -> None:
    options = NAMES.get(name, {})
    own = {k: v for k, v in options.items() if k != "dim"}
    compare(
        lambda t: getattr(F, name)(t, **own),
        lambda torch, t: getattr(torch.nn.functional, name)(t, **options),
        np.concatenate([normal(4, 5) * 3, np.zeros((1, 5))]),
    )


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_cross_entropy_as_pytorch(reduction: str, smoothing: float) -> None:
    compare(
        lambda t: F.cross_entropy(t, LABELS, smoothing, reduction),
        lambda torch, t: torch.nn.functional.cross_entropy(
            t, torch.tensor(LABELS), label_smoothing=smoothing, reduction=reduction
        ),
        normal(4, 3),
    )


def test_other_losses_and_layer_norm_as_pytorch() -> None:
    t = (normal(4, 3) > 0) * 1.0
    compare(
        lambda x: F.binary_cross_entropy_with_logits(x, t),
        lambda torch, x: torch.nn.functional.binary_cross_entropy_with_logits(x, torch.tensor(t)),
        normal(4, 3) * 5,
    )
    compare(lambda x: F.mse_loss(x, t), lambda torch, x: torch.nn.functional.mse_loss(x, torch.tensor(t)), normal(4, 3))
    compare(
        lambda x, w, b: F.layer_norm(x, (4, 5), w, b),
        lambda torch, x, w, b: torch.nn.functional.layer_norm(x, (4, 5), w, b),
        normal(3, 4, 5), normal(4, 5), normal(2, 4, 5)[0],
    )  # fmt: skip
