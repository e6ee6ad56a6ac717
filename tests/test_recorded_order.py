"""A recorded step reads and writes in the order in which it was written: the step itself, written out, is the judge."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import zerokara as zk
from zerokara import functional as F
from zerokara import nn, optim
from zerokara.arrays import Array
from zerokara.kernels.compiled import crew, threads
from zerokara.kernels.compiled.crew import _Crew

OPTIMIZERS: dict[str, Callable[[Any], optim.Optimizer]] = {
    "sgd": lambda p: optim.SGD(p, 0.1),
    "momentum": lambda p: optim.SGD(p, 0.1, momentum=0.9),
    "adagrad": lambda p: optim.AdaGrad(p, 0.1),
    "rmsprop": lambda p: optim.RMSprop(p, 0.01),
    "adam": lambda p: optim.Adam(p, 0.01),
    "adamw": lambda p: optim.AdamW(p, 0.01),
}
SMALL, LARGE = (8, 8), (256, 256)  # from 65,536 numbers on a step is moved to where its gradient was made

Step = Callable[[zk.Tensor], Any]


def _numbers(seed: int, shape: tuple[int, ...], scale: float = 1.0) -> Array:
    return (np.random.default_rng(seed).normal(size=shape) * scale).astype(np.float32)


class Net(nn.Module):
    """Some arrays as parameters."""

    def __init__(self, *arrays: Array) -> None:
        for name, array in zip("abcd", arrays, strict=False):
            setattr(self, name, nn.Parameter(array))


def _agree(make: Callable[[], tuple[Net, Step]], xs: list[Array]) -> None:
    """Written out and recorded: equal results, equal parameters afterwards, up to rounding of sums."""
    found = []
    for record in (False, True):
        net, step = make()
        run = zk.capture(step) if record else step
        results = [np.concatenate([np.ravel(t.data) for t in _tensors(run(zk.Tensor(x)))]) for x in xs]
        found.append((results, [p.data for _, p in net.named_parameters()]))
    (written, weights), (recorded, others) = found
    for one, other in zip((*written, *weights), (*recorded, *others), strict=True):
        np.testing.assert_allclose(other, one, rtol=2e-4, atol=2e-5 * max(1, np.abs(one).max()))


def _tensors(result: Any) -> tuple[zk.Tensor, ...]:
    return result if isinstance(result, tuple) else (result,)


def _inputs(shape: tuple[int, int]) -> list[Array]:
    return [_numbers(k, (16, shape[1])) for k in range(3)]


def _descend(optimizer: optim.Optimizer, loss: zk.Tensor) -> None:
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


@pytest.fixture(params=[2, 3, 4])
def crew_of(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A crew of so many threads."""
    monkeypatch.setattr(threads, "_THREADS", request.param)
    monkeypatch.setattr(crew, "_crew", _Crew(request.param))
    return request.param


@pytest.mark.parametrize("name", ["sgd", "adam"])
def test_a_gradient_in_another_order_is_copied_before_the_step(name: str, crew_of: int) -> None:
    """x·wᵀ has a gradient that lies in columns; its copy and the optimizer's step are not done at the same time."""
    w, x = _numbers(0, (10, 20)), _numbers(1, (8, 20))
    net = Net(w.copy())
    optimizer = OPTIMIZERS[name](net)

    def step(x: zk.Tensor) -> zk.Tensor:
        loss = F.mean((x @ net.a.T) ** 2)
        _descend(optimizer, loss)
        return loss

    def fresh() -> None:
        net.a.data[...] = w
        for state in optimizer.state.values():
            for array in state.values():
                array[...] = 0

    step(zk.Tensor(x))
    fresh()
    step(zk.Tensor(x))
    expected = net.a.data.copy()
    recorded = zk.capture(step)
    for _ in range(200):
        fresh()
        recorded(zk.Tensor(x))
        np.testing.assert_allclose(net.a.data, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("shape", [SMALL, LARGE], ids=["small", "large"])
@pytest.mark.parametrize("name", OPTIMIZERS)
class TestOrder:
    def test_weights_read_after_the_step_are_those_after_it(self, name: str, shape: tuple[int, int]) -> None:
        def make() -> tuple[Net, Step]:
            net = Net(_numbers(0, shape, 0.1))
            optimizer = OPTIMIZERS[name](net)

            def step(x: zk.Tensor) -> Any:
                before = F.linear(x, net.a)
                _descend(optimizer, F.mean(before**2))
                return before, F.linear(x, net.a), F.sum(net.a)

            return net, step

        _agree(make, _inputs(shape))

    def test_two_steps_in_one_recording(self, name: str, shape: tuple[int, int]) -> None:
        def make() -> tuple[Net, Step]:
            net = Net(_numbers(0, shape, 0.1), _numbers(1, shape[:1]))
            optimizer = OPTIMIZERS[name](net)

            def step(x: zk.Tensor) -> Any:
                losses = []
                for _ in range(2):
                    losses.append(F.mean(F.relu(F.linear(x, net.a, net.b)) ** 2))
                    _descend(optimizer, losses[-1])
                return tuple(losses)

            return net, step

        _agree(make, _inputs(shape))

    def test_two_optimizers_of_the_same_weights(self, name: str, shape: tuple[int, int]) -> None:
        def make() -> tuple[Net, Step]:
            net = Net(_numbers(0, shape, 0.1))
            first, second = OPTIMIZERS[name](net), optim.SGD(net, 0.05)

            def step(x: zk.Tensor) -> Any:
                loss = F.mean(F.linear(x, net.a) ** 2)
                loss.backward()
                first.step()
                second.step()
                first.zero_grad()
                return loss, F.sum(net.a)

            return net, step

        _agree(make, _inputs(shape))

    def test_weights_that_share_memory(self, name: str, shape: tuple[int, int]) -> None:
        """Two parameters that are overlapping views of one matrix: the steps of both, in their order."""
        rows = shape[0]

        def make() -> tuple[Net, Step]:
            base = _numbers(0, (rows + rows // 2, shape[1]), 0.1)
            net = Net()
            net.a, net.b = (nn.Parameter(np.zeros((1, 1), np.float32)) for _ in range(2))
            net.a.data, net.b.data = base[:rows], base[rows // 2 :]
            optimizer = OPTIMIZERS[name](net)

            def step(x: zk.Tensor) -> Any:
                loss = F.mean(F.linear(x, net.a) ** 2) + F.mean(F.linear(x, net.b))
                _descend(optimizer, loss)
                return loss, F.sum(net.a), F.sum(net.b)

            return net, step

        _agree(make, _inputs(shape))

    def test_tied_weights(self, name: str, shape: tuple[int, int]) -> None:
        def make() -> tuple[Net, Step]:
            net = Net(_numbers(0, shape, 0.1))
            net.other = Net()
            net.other.a = net.a
            optimizer = OPTIMIZERS[name](net)

            def step(x: zk.Tensor) -> Any:
                loss = F.mean(F.linear(F.relu(F.linear(x, net.a)), net.other.a) ** 2)
                _descend(optimizer, loss)
                return loss

            return net, step

        _agree(make, _inputs(shape))


@pytest.mark.parametrize("shape", [SMALL, LARGE], ids=["small", "large"])
@pytest.mark.parametrize(
    "view",
    [
        lambda w: w[:, 1:3],
        lambda w: w[::2, 3],
        lambda w: w.T,
        lambda w: F.reshape(w, (-1,)),
        lambda w: F.reshape(w.T, (-1,)),  # this NumPy copies, at once
        lambda w: F.reshape(w[:, ::2], (-1,)),  # this, too
        lambda w: F.reshape(w[:4], (-1,)),
        lambda w: w[[1, 0, 2]],  # and this
        lambda w: w.T[1:].T[2:],
    ],
    ids=["columns", "every other row", "transpose", "flat", "flat transpose", "flat columns", "rows", "list", "twice"],
)
def test_a_view_of_weights_sees_the_step_as_numpys_does(view: Callable[[Any], Any], shape: tuple[int, int]) -> None:
    def make() -> tuple[Net, Step]:
        net = Net(_numbers(0, shape, 0.1))
        optimizer = optim.SGD(net, 0.5)

        def step(x: zk.Tensor) -> Any:
            with zk.no_grad():
                seen = view(net.a)
                early = F.sum(seen * seen)
            _descend(optimizer, F.mean(F.linear(x, net.a) ** 2))
            with zk.no_grad():
                return early, F.sum(seen * seen), seen * 1.0, seen

        return net, step

    _agree(make, _inputs(shape))


def test_a_bias_that_is_added_after_the_step_is_that_after_it() -> None:
    """Product, bias and ReLU become one kernel only where nobody changes one of its arguments in between."""

    def make() -> tuple[Net, Step]:
        net = Net(_numbers(0, SMALL), _numbers(1, SMALL[:1]), _numbers(2, (4, 8, 3, 3)))
        optimizer = optim.SGD(net, 0.5)

        def step(x: zk.Tensor) -> Any:
            with zk.no_grad():
                early = x @ F.transpose(net.a)
            _descend(optimizer, F.mean((F.linear(x, net.a, net.b)) ** 2))
            with zk.no_grad():
                return F.relu(early + net.b), F.relu(x @ F.transpose(net.a) + net.b)

        return net, step

    _agree(make, _inputs(SMALL))


def test_running_statistics_follow_the_order() -> None:
    """In training, then in evaluation, then in training: all in one recording."""

    def make() -> tuple[Net, Step]:
        norm = nn.BatchNorm2d(3)
        net = Net()
        net.norm = norm

        def step(x: zk.Tensor) -> Any:
            images = F.reshape(x, (-1, 3, 2, 2))
            with zk.no_grad():
                seen = []
                for _ in range(2):
                    seen.append(F.relu(norm.train()(images)))
                    seen.append(F.relu(norm.eval()(images * 2)))
                norm.train()
                return tuple(seen)

        return net, step

    _agree(make, [_numbers(k, (6, 12)) for k in range(3)])


def test_float16_weights_take_their_steps_in_order() -> None:
    """No kernel is compiled for them: the steps are called from Python, between those of the others."""

    def make() -> tuple[Net, Step]:
        net = Net(_numbers(0, SMALL), _numbers(1, SMALL).astype(np.float16), _numbers(2, SMALL))
        optimizer = optim.SGD(net, 0.1, momentum=0.9)

        def step(x: zk.Tensor) -> Any:
            y = F.linear(x, net.a) + F.linear(x, net.b.astype(np.float32)) + F.linear(x, net.c)
            loss = F.mean(y**2)
            _descend(optimizer, loss)
            return loss, F.sum(net.a), F.sum(net.c), F.sum(net.b.astype(np.float32))

        return net, step

    _agree(make, _inputs(SMALL))
