"""What a wrapper writes down while a step is recorded is right for all other numbers in the same places."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from tests.kernels.families import numbers
from tests.kernels.replay import agree_when_replayed
from zerokara.arrays import Array
from zerokara.kernels import compiled
from zerokara.kernels.compiled import threads
from zerokara.kernels.tracing import NotNativeError

SHAPE = (3, 5, 8, 9)
ROW = (5,)
WINDOW = (3, 3), (2, 2), (1, 1), (1, 1)
APART = (2, 2), (2, 2), (0, 0), (1, 1)


def _array(seed: int, shape: tuple[int, ...] = SHAPE, layout: str = "channels last") -> Array:
    return numbers(seed, shape, np.float32, layout)


def _places(shape: tuple[int, ...]) -> Array:
    n, c, h, w = shape
    return np.random.default_rng(7).integers(0, 4, (n, h, w, c)).astype(np.uint8).transpose(0, 3, 1, 2)


def _argmax(shape: tuple[int, ...]) -> Array:
    return np.random.default_rng(7).integers(0, 72, shape).astype(np.int32)


def _labels(kind: Any = np.int64) -> Array:
    return np.arange(6).astype(kind) % 4


def _sequences() -> Iterator[tuple[Callable[..., Any], tuple[Any, ...]]]:
    """4 steps of 10 sequences with 5 units, as recurrent networks and their gradients get them."""
    lengths = np.array([4, 2, 0, 1, 4, 3, 3, 2, 1, 4])
    for gates, kept in ((1, 0), (4, 6), (3, 4)):
        shapes = (4, 10, 5 * gates), (5 * gates, 5), (5 * gates,), (10, 5)
        p, w, b, h = (_array(k, shape, "rows") for k, shape in enumerate(shapes))
        g, before = _array(5, (6 if gates == 4 else 5, 10, 5), "rows"), _array(6, (4, 10, 5), "rows")
        inside = _array(7, (4, 10, 5 * kept), "rows")
        for counts, reverse, option in ((None, False, True), (lengths, True, False)):
            if gates == 1:
                yield compiled.rnn, (p, w, b, b, h, counts, reverse, option)
                yield compiled.rnn_grads, (g, g, w, counts, reverse, option)
            elif gates == 4:
                yield compiled.lstm, (p, w, b, b, h, h, counts, reverse)
                yield compiled.lstm_grads, (g, inside, w, counts, reverse)
            else:
                yield compiled.gru, (p, w, b, b, h, counts, reverse, option)
                yield compiled.gru_grads, (g, before, inside, w, counts, reverse, option)


F = compiled.FUSED
CALLS: list[tuple[Callable[..., Any], tuple[Any, ...]]] = [
    (compiled.batch_statistics, (_array(0),)),
    (compiled.batch_norm, (_array(0), _array(1, ROW), _array(2, ROW) ** 2, _array(3, ROW), None, 1e-5)),
    (compiled.batch_norm_grads, (_array(0), _array(1), _array(2, ROW), _array(3, ROW) ** 2, None, 1e-5)),
    (compiled.group_norm, (_array(0), _array(1, ROW), None, 1, 1e-5)),
    (compiled.group_norm_grads, (_array(0), _array(1), _array(2, ROW), SHAPE[1], 1e-5)),
    (compiled.layer_norm, (_array(0), _array(1, SHAPE[1:]), None, 3, 1e-5)),
    (compiled.layer_norm_grads, (_array(0), _array(1), None, 3, 1e-5)),
    (compiled.max_pool2d, (_array(0), *WINDOW, False)),
    (compiled.max_pool2d_grad, (_array(0, (3, 5, 4, 4)), _argmax((3, 5, 4, 4)), SHAPE)),
    (compiled.avg_pool2d, (_array(0), *WINDOW[:3], False, False)),
    (compiled.avg_pool2d_grad, (_array(0, (3, 5, 4, 5)), SHAPE, *WINDOW[:3], False, False)),
    (compiled.avg_pool2d_grad, (_array(0, (3, 5, 4, 4)), SHAPE, *APART[:3], False, False)),
    (compiled.upsample_nearest, (_array(0), (2, 3))),
    (compiled.upsample_nearest, (_array(0, (3, 5, 8), "rows"), (2,))),
    (compiled.upsample_nearest_grad, (_array(0), (4, 3))),
    (compiled.upsample_nearest_grad, (_array(0, layout="rows"), (2, 1))),
    (compiled.relu, (_array(0),)),
    (compiled.relu_grad, (_array(0, layout="rows"), _array(1))),
    (compiled.cross_entropy, (_array(0, (6, 4), "rows"), _labels())),
    (compiled.cross_entropy_grad, (_array(0, (6,)), _array(1, (6, 4), "rows"), _labels())),
    (compiled.scatter, (_array(0, (3, 8, 9)), (slice(None), 2), SHAPE)),
    (compiled.scatter, (_array(0, (6, 9), "rows"), np.array([3, 0, 3, -1, 2, 2]), (5, 9))),
    (compiled.square_sum, (_array(0),)),
    (compiled.sigmoid, (_array(0),)),
    (compiled.silu, (_array(0),)),
    (compiled.silu_grad, (_array(0, layout="rows"), _array(1))),
    (compiled.binary_cross_entropy_with_logits, (_array(0), _array(1, layout="scattered"))),
    (compiled.binary_cross_entropy_with_logits_grad, (_array(0), _array(1), _array(2, layout="rows"))),
    (F["exp"], (_array(0),)),
    (F["negative"], (_array(0),)),
    (F["total"], (_array(0),)),
    (F["logaddexp"], (0, _array(0))),
    (F["logaddexp"], (_array(0), _array(1))),
    *_sequences(),
    (F["batch_norm_train"], (_array(0), _array(1, ROW), _array(2, ROW), 1e-5, True)),
    (
        F["batch_norm_train_grads"],
        (_array(0), _array(1), _array(2), _array(3, ROW), _array(4, ROW) ** 2, _array(5, ROW), 1e-5),
    ),
    (F["max_pool2d_places"], (_array(0), *WINDOW, True)),
    (F["relu_max_pool2d_places"], (_array(0, layout="rows"), *APART, False)),
    (F["max_pool2d_places_grad"], (_array(0, (3, 5, 4, 5)), _places((3, 5, 4, 5)), SHAPE, *WINDOW, None)),
    (
        F["max_pool2d_places_grad"],
        (_array(0, (3, 5, 4, 4)), _places((3, 5, 4, 4)), SHAPE, *APART, _array(1, (3, 5, 4, 4))),
    ),
    (F["add_relu"], (_array(0), _array(1, layout="scattered"))),
    (F["add"], (_array(0), _array(1, (5, 1, 1)))),
    (F["subtract"], (_array(0, (1, 5, 1, 9)), _array(1))),
    (F["divide"], (_array(0), 3.0)),
    (F["cross_entropy_mean"], (_array(0, (6, 4), "rows"), _labels(np.uint8))),
    (F["cross_entropy_mean"], (_array(0, (6, 4), "rows"), _labels(np.int32))),
]


@pytest.mark.parametrize(("function", "args"), CALLS, ids=lambda v: getattr(v, "__name__", ""))
def test_replayed_on_other_numbers(function: Callable[..., Any], args: tuple[Any, ...]) -> None:
    agree_when_replayed(function, *args)


@pytest.mark.parametrize(
    ("function", "count", "own"),
    [
        (compiled.sgd_step, 2, ()),
        (compiled.momentum_step, 3, (0.9, 0.0, 1, 0)),
        (compiled.adagrad_step, 3, (1e-7,)),
        (compiled.rmsprop_step, 3, (0.9, 1e-7)),
        (compiled.adam_step, 4, (0.9, 0.99, 1e-7, 3)),
    ],
)
def test_a_recorded_step_follows_the_settings(function: Any, count: int, own: tuple[float, ...]) -> None:
    """Weights, gradients and settings are read at every replay."""
    arrays = [np.abs(_array(k, (1000,))) for k in range(count)]
    expected = [a.copy() for a in arrays]
    settings = np.zeros(4 + len(own))
    calls: list[Any] = []
    with threads.recorded_by(lambda f, parts: calls.extend((f, part) for part in parts)):
        function(*arrays, settings)
    settings[:] = (0.1, 1e-3, 1e-4, 0.99, *own)
    for call, part in calls:
        call(*part)
    function(*expected, settings)
    for found, wanted in zip(arrays, expected, strict=True):
        np.testing.assert_array_equal(found, wanted)


@pytest.mark.parametrize("label", [-1, 4, 2**40])
def test_a_label_that_does_not_exist_shows_as_a_loss_that_is_no_number(label: int) -> None:
    """Once recorded, nobody checks the labels: they must not reach foreign memory, and it must be noticed."""
    scores, labels = _array(0, (6, 4), "rows"), _labels()
    calls: list[Any] = []
    with threads.recorded_by(lambda f, parts: calls.extend((f, part) for part in parts)):
        loss, slopes = F["cross_entropy_mean"](scores, labels)
    labels[3] = label
    for call, part in calls:
        call(*part)
    assert np.isnan(loss)
    assert np.isfinite(slopes).all()


@pytest.mark.parametrize(
    "call",
    [
        lambda: compiled.scatter(_array(0, (2,)), [0, 0], (3,)),
        lambda: F["add"](_array(0), np.arange(9)),
        lambda: F["max_pool2d_places"](_array(0, (1, 1, 20, 20)), (16, 16), (1, 1), (0, 0), (1, 1), False),
        lambda: F["copy_to"](_array(0), _array(1).astype(np.float64)),
    ],
)
def test_what_no_kernel_can_do_is_said(call: Callable[[], Any]) -> None:
    with threads.recorded_by(lambda function, parts: None), pytest.raises(NotNativeError):
        call()
