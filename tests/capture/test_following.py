"""What a step does with arrays from outside is followed, or refused at its line with everything as it was before."""

import copy
import gc
import threading
import weakref
from typing import Any, NamedTuple

import numpy as np
import pytest

import zerokara as zk
from zerokara import functional as F
from zerokara import nn, optim

RNG = np.random.default_rng(0)
EYE = np.eye(4, dtype=np.float32)


def rows(n: int = 5, k: int = 4, dtype: Any = np.float32) -> Any:
    return RNG.normal(size=(n, k)).astype(dtype)


class Weights(nn.Module):
    def __init__(self) -> None:
        zk.manual_seed(2)
        self.fc = nn.Linear(4, 4)
        self.register_buffer("ema", np.zeros(4, np.float32))
        self.mean = np.zeros(4, np.float32)

    def forward(self, x: Any) -> Any:
        return self.fc(x)


def step_of(net: Weights, optimizer: optim.Optimizer, inside: Any) -> Any:
    def step(x: Any) -> zk.Tensor:
        loss = (net(zk.Tensor(x)) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        inside(net, x)
        return loss

    return step


def clip(net: Weights, x: Any) -> None:
    np.clip(net.fc.weight.data, -0.1, 0.1, out=net.fc.weight.data)


def average(net: Weights, x: Any) -> None:
    net.ema *= 0.9  # type: ignore[operator]
    net.ema += 0.1 * net.fc.bias.data  # type: ignore[operator, union-attr]


def average_anew(net: Weights, x: Any) -> None:
    net.mean = 0.9 * net.mean + 0.1 * x.mean(axis=0)


def swap(net: Weights, x: Any) -> None:
    net.mean, net.ema = net.ema + x[0], net.mean


def noise(net: Weights, x: Any) -> None:
    net.fc.weight.data += 0.01 * x[:4]


def rows_written(net: Weights, x: Any) -> None:
    net.fc.weight.data[1:3] = x[:2]
    net.fc.weight.data[0, :] *= 2


def new_data(net: Weights, x: Any) -> None:
    net.fc.weight.data = net.fc.weight.data * 0.5


def filled(net: Weights, x: Any) -> None:
    net.mean.fill(3.0)
    np.copyto(net.ema, net.mean)  # type: ignore[arg-type]
    np.add(net.ema, x[0], out=net.ema)  # type: ignore[arg-type]


def looked_at(net: Weights, x: Any) -> None:
    net.ema[...] = np.abs(net.fc.weight.data).max(axis=0) + x.std()  # type: ignore[index]


def loaded(net: Weights, x: Any) -> None:
    state = net.state_dict()
    net.load_state_dict({key: value * 0.5 for key, value in state.items()})


@pytest.mark.parametrize(
    "inside", [clip, average, average_anew, swap, noise, rows_written, new_data, filled, looked_at, loaded]
)
def test_side_effects_on_arrays_happen_in_every_replay(inside: Any) -> None:
    found = []
    for wrap in (lambda f: f, zk.capture):
        net = Weights()
        step = wrap(step_of(net, optim.SGD(net, lr=0.1, momentum=0.9), inside))
        losses = [step(x).item() for x in np.random.default_rng(4).normal(size=(5, 6, 4)).astype(np.float32)]
        found.append((losses, {**net.state_dict(), "mean": net.mean.copy()}))
        assert type(net.ema) is np.ndarray is type(net.mean) is type(net.fc.weight.data)
    np.testing.assert_allclose(found[1][0], found[0][0], rtol=1e-5)
    for key, array in found[0][1].items():
        np.testing.assert_allclose(found[1][1][key], array, rtol=1e-5, atol=1e-6, err_msg=key)


def test_global_arrays_are_followed_in_both_directions() -> None:
    total, factors = np.zeros(4, np.float32), (np.ones(4, np.float32), 3.0)

    def step(x: Any) -> zk.Tensor:
        nonlocal total
        total += x.sum(axis=0)
        return zk.Tensor(x) * factors[0] * float(factors[1]) + total

    captured, x = zk.capture(step), rows()
    want = np.zeros(4, np.float32)
    for k in range(4):
        factors[0][...] = k
        want += x.sum(axis=0)
        np.testing.assert_allclose(captured(x).data, x * k * 3 + want, rtol=1e-5, atol=1e-5)
        np.testing.assert_allclose(total, want, rtol=1e-5)


def test_numbers_of_parameters_are_not_frozen() -> None:
    """A penalty from w.data, a mask from w > 0: made of the weights as they are at each replay."""
    w = nn.Parameter(np.array([1.0, -2.0, 3.0], np.float32))

    def step(x: zk.Tensor) -> Any:
        return (
            F.where(w > 0, x, -x) * float(2),
            np.square(w.data).sum(),
            (w.data**2).mean(),
            w.detach() * 2,
            np.asarray(w),
        )

    captured, x = zk.capture(step), zk.Tensor(np.ones(3, np.float32))
    for numbers in ([1, -2, 3], [-1, 5, 0.5], [0, 0, -7]):
        w.data[...] = numbers
        for got, want in zip(captured(x), step(x), strict=True):
            np.testing.assert_allclose(getattr(got, "data", got), getattr(want, "data", want), rtol=1e-6)


# ── what cannot be followed ──────────────────────────────────────────────────────────────────────────────────────────


def refused(step: Any, *args: Any) -> str:
    with pytest.raises(zk.CaptureError) as error:
        zk.capture(step)(*args)
    return str(error.value)


def test_a_refused_step_leaves_everything_as_it_was() -> None:
    net, kept = Weights(), []
    optimizer = optim.Adam(net)
    state = {**net.state_dict(), "mean": net.mean.copy()}
    arrays = [net.fc.weight.data, net.fc.bias.data, net.ema, net.mean]
    gradient = net.fc.weight.grad = np.ones((4, 4), np.float32)

    def step(x: Any) -> zk.Tensor:
        loss = (net(zk.Tensor(x)) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        net.ema *= 2
        net.mean = net.mean + 1
        net.fc.weight.data = net.fc.weight.data * 2
        net.last = loss  # type: ignore[attr-defined]
        kept.append(loss)
        return loss if loss.item() > 0 else -loss

    assert "line" in refused(step, rows())
    assert "loss.item()" in refused(step, rows())
    for one, other in zip([net.fc.weight.data, net.fc.bias.data, net.ema, net.mean], arrays, strict=True):
        assert one is other
        assert one.flags.writeable
    assert net.fc.weight.grad is gradient
    assert not hasattr(net, "last")
    assert not kept
    for key, array in {**net.state_dict(), "mean": net.mean}.items():
        np.testing.assert_array_equal(array, state[key])


def test_results_kept_outside_are_refused() -> None:
    net, kept = Weights(), []

    def in_an_attribute(x: Any) -> zk.Tensor:
        net.last = net(zk.Tensor(x))  # type: ignore[attr-defined]
        return net.last  # type: ignore[attr-defined]

    def in_a_list(x: Any) -> zk.Tensor:
        y = net(zk.Tensor(x))
        kept.append(y)
        return y

    assert "return it" in refused(in_an_attribute, rows())
    assert "return it" in refused(in_a_list, rows())
    assert not kept


def test_arrays_that_the_step_cannot_be_seen_to_reach_are_read_only_while_it_is_recorded() -> None:
    net = Weights()
    weights = net.fc.weight.data
    hidden = iter([weights, weights])

    def step(x: Any) -> zk.Tensor:
        y = net(zk.Tensor(x))
        next(hidden)[0] = 5
        return y

    text = refused(step, rows())
    assert "next(hidden)[0] = 5" in text
    assert weights.flags.writeable
    assert weights[0, 0] != 5


def test_writing_into_an_argument_or_a_result_is_refused() -> None:
    def argument(x: Any) -> zk.Tensor:
        x -= 1
        return zk.Tensor(x)

    def result(x: Any) -> zk.Tensor:
        y = x * 2
        y += 1
        return zk.Tensor(y)

    assert "y = y + x" in refused(argument, rows())
    assert "y = y + x" in refused(result, rows())


def test_gradients_from_before_a_replay_are_never_mixed_in() -> None:
    w = nn.Parameter(np.ones(3, np.float32))
    optimizer = optim.SGD([w], lr=0.1)

    def step(x: zk.Tensor) -> None:
        (w * x).sum().backward()
        optimizer.step()
        optimizer.zero_grad()

    captured, x = zk.capture(step), zk.Tensor(np.ones(3, np.float32))
    captured(x)
    w.grad = np.ones(3, np.float32)
    with pytest.raises(zk.CaptureError, match="zero_grad"):
        captured(x)
    w.grad = None
    captured(x)
    np.testing.assert_allclose(w.data, 0.8, rtol=1e-6)


def test_after_a_replay_no_gradient_is_left() -> None:
    w = nn.Parameter(np.ones(3, np.float32))

    @zk.capture
    def step(x: zk.Tensor) -> None:
        w.zero_grad()
        (w * x).sum().backward()
        optim.SGD([w], lr=0.1).step()

    x = zk.Tensor(np.ones(3, np.float32))
    step(x)
    w.grad = np.ones(3, np.float32)
    step(x)
    assert w.grad is None


def test_gradients_that_nothing_uses_are_refused() -> None:
    """An optimizer outside would find none at the second call, and learn nothing in silence."""
    w = nn.Parameter(np.ones(3, np.float32))

    def step(x: zk.Tensor) -> zk.Tensor:
        loss = (w * x).sum()
        loss.backward()
        return loss

    assert "optimizer.step() inside" in refused(step, zk.Tensor(np.ones(3, np.float32)))
    assert w.grad is None
    told = zk.capture(lambda x: (step(x), w.grad)[1])  # given back, they are used
    for _ in range(2):
        np.testing.assert_array_equal(told(zk.Tensor(np.ones(3, np.float32))), 1)


class Trainer:
    """A training as people write it: an object of a class of their own."""

    def __init__(self, seed: int) -> None:
        self.model = nn.Linear(4, 3, rng=zk.generator(seed, "weights"))
        self.optimizer = optim.SGD(self.model, lr=0.1)

    def written(self, x: zk.Tensor, y: np.ndarray) -> zk.Tensor:
        """One step."""
        loss = F.cross_entropy(self.model(x), y)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return loss

    step = zk.capture(written)


def test_a_step_may_be_a_method() -> None:
    x, y = zk.Tensor(np.random.default_rng(0).standard_normal((5, 4)).astype(np.float32)), np.arange(5) % 3
    outside = Trainer(0)
    captured = zk.capture(outside.written)
    for seed in (0, 1):
        one, other = Trainer(seed), Trainer(seed)
        for _ in range(4):
            loss = one.written(x, y)
            assert float(other.step(x, y)) == pytest.approx(float(loss), rel=1e-5)
            if seed == 0:
                assert float(captured(x, y)) == pytest.approx(float(loss), rel=1e-5)
        np.testing.assert_allclose(other.model.weight.data, one.model.weight.data, rtol=1e-5)
        assert other.step.recorded == 1  # not anew at every call
        copied = copy.deepcopy(other)
        copied.step(x, y)
        assert np.abs(copied.model.weight.data - other.model.weight.data).max() > 0
        np.testing.assert_allclose(other.model.weight.data, one.model.weight.data, rtol=1e-5)  # the copy's is its own
    assert captured.recorded == 1


def test_a_captured_method_may_call_the_one_that_it_overrides() -> None:
    class Plain:
        @zk.capture
        def step(self, x: zk.Tensor) -> zk.Tensor:
            return x + 1

    class Doubled(Plain):
        @zk.capture
        def step(self, x: zk.Tensor) -> zk.Tensor:
            return super().step(x) * 2

    made = Doubled()
    for _ in range(2):
        np.testing.assert_array_equal(made.step(zk.Tensor(np.ones(2, np.float32))).data, 4)
    assert made.step.recorded == 1


def test_a_method_of_an_object_that_can_hold_nothing_is_refused() -> None:
    class Bare:
        __slots__ = ()

        @zk.capture
        def step(self, x: zk.Tensor) -> zk.Tensor:
            return x + 1

    with pytest.raises(TypeError, match="has only __slots__"):
        Bare().step(zk.Tensor(np.ones(2, np.float32)))


def test_objects_with_a_captured_method_are_let_go() -> None:
    trainer = Trainer(0)
    trainer.step(zk.Tensor(np.ones((2, 4), np.float32)), np.array([0, 1]))
    alive = weakref.ref(trainer)
    del trainer
    gc.collect()
    assert alive() is None


@pytest.mark.parametrize("parts", [1, 3])
def test_several_backward_passes_add_up_inside_a_step(parts: int) -> None:
    """Gradient accumulation over micro-batches, two optimizers, and nothing that is returned."""
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((6, 4)).astype(np.float32), np.arange(6) % 3
    found = []
    for way in (lambda step: step, zk.capture):
        model = nn.Sequential(nn.Linear(4, 5, rng=zk.generator(0, "a")), nn.Linear(5, 3, rng=zk.generator(0, "b")))
        first, second = optim.SGD(list(model[0].parameters()), lr=0.1), optim.Adam(list(model[1].parameters()), lr=0.01)

        def step(xs: list[zk.Tensor], ys: list[np.ndarray], model: Any = model, all_: Any = (first, second)) -> None:
            for optimizer in all_:
                optimizer.zero_grad()
            for a, b in zip(xs, ys, strict=True):
                (F.cross_entropy(model(a), b) / len(xs)).backward()
            for optimizer in all_:
                optimizer.step()

        run = way(step)
        for _ in range(3):
            assert run([zk.Tensor(part) for part in np.split(x, parts)], np.split(y, parts)) is None
        found.append([p.data.copy() for p in model.parameters()])
    for one, other in zip(*found, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5)


def test_a_result_with_a_history_from_outside_is_refused() -> None:
    w = nn.Parameter(np.ones(3, np.float32))
    outside = w * 2
    assert "detach()" in refused(lambda x: outside * x, zk.Tensor(np.ones(3, np.float32)))


# ── arguments, indices, masks, results ───────────────────────────────────────────────────────────────────────────────


class Pair(NamedTuple):
    one: Any
    two: Any


def test_arrays_in_lists_and_dictionaries_are_inputs() -> None:
    captured = zk.capture(lambda xs, named: {"sum": xs[0] + xs[1][0] * named["k"], "pair": Pair(xs[0], named["t"])})
    for _ in range(3):
        a, b, k, t = rows(), rows(), rows(), zk.Tensor(rows())
        found = captured([a, (b,)], {"k": k, "t": t})
        np.testing.assert_allclose(found["sum"], a + b * k, rtol=1e-6)
        np.testing.assert_array_equal(found["pair"].one, a)
        np.testing.assert_array_equal(found["pair"].two.data, t.data)
    assert "recordings=1" in repr(captured)


def test_a_tensor_of_a_single_number_is_an_input_like_any_other() -> None:
    captured = zk.capture(lambda a, x, b: x * a + b)
    for a, b in ((2, 3), (4, 5)):
        got = captured(zk.Tensor(np.float32(a)), rows(), zk.Tensor(np.array(b, np.float32)))
        assert got.shape == (5, 4)
    x = rows()
    got = captured(zk.Tensor(np.float32(6)), x, zk.Tensor(np.float32(7)))
    np.testing.assert_allclose(got.data, x * 6 + 7, rtol=1e-6)


EXPRESSIONS: dict[str, Any] = {
    "zk.tensor of an array": lambda x, i: zk.tensor(x) * 2 + zk.tensor(EYE[0]),
    "np.asarray": lambda x, i: zk.Tensor(np.asarray(x)) * np.array(x) + np.ascontiguousarray(x),
    "an array on the left": lambda x, i: EYE[1] * zk.Tensor(x) + x * zk.Tensor(x),
    "one-hot": lambda x, i: -(EYE[i] * F.log_softmax(zk.Tensor(x), axis=1)).sum(),
    "one-hot of np.eye": lambda x, i: (np.eye(4, dtype=np.float32)[i] * F.log_softmax(zk.Tensor(x), axis=1)).sum(
        axis=1
    ),
    "comparison of tensors": lambda x, i: F.where(zk.Tensor(x) > zk.Tensor(x * x), zk.Tensor(x), zk.Tensor(EYE[0])),
    "rows by index": lambda x, i: zk.Tensor(x)[i],
    "gather": lambda x, i: zk.Tensor(x)[np.arange(5), i],
    "computed index": lambda x, i: zk.Tensor(x)[np.arange(5), np.argmax(x, axis=1)],
    "index of an index": lambda x, i: zk.Tensor(x)[i[i]] + x[(i + 1) % 4],
    "embedding": lambda x, i: zk.Tensor(EYE)[i] @ zk.Tensor(x).T,
    "slices": lambda x, i: zk.Tensor(x)[1:, None, ::2],
    "mask from outside": lambda x, i: zk.Tensor(x)[:, np.array([True, False, True, True])],
    "NumPy's functions": lambda x, i: (
        np.split(x, 2, axis=1)[1] + np.sort(x, axis=1)[:, :2] + np.take(x, i, axis=0)[:, 2:]
    ),
    "methods": lambda x, i: x.max(axis=1) + x.argmax(axis=1) + x.std() + x.clip(-1, 1).prod(axis=1) + x.ravel()[:5],
    "shapes": lambda x, i: zk.Tensor(x) * np.shape(x)[0] * np.ndim(x) * len(x) * x.size,
    "questions of type": lambda x, i: zk.Tensor(x) if isinstance(x, np.ndarray) else zk.Tensor(x) * 0,
    "view": lambda x, i: zk.Tensor(x).reshape(4, 5),
}


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_what_was_refused_or_wrong_works(name: str) -> None:
    step = EXPRESSIONS[name]
    captured = zk.capture(step)
    for _ in range(4):
        x, i = rows(), RNG.integers(0, 4, 5)
        want, got = step(x, i), captured(x, i)
        np.testing.assert_allclose(getattr(got, "data", got), getattr(want, "data", want), rtol=1e-5, atol=1e-6)
    assert "recordings=1" in repr(captured)


@pytest.mark.parametrize(
    "loss",
    [
        lambda w, x, i: w[1:].sum() + 0 * x.sum(),
        lambda w, x, i: w[np.array([0, 2, 2])].sum() * x.sum(),
        lambda w, x, i: -F.log_softmax(zk.Tensor(x) @ w)[np.arange(5), i].mean(),
        lambda w, x, i: w[i].sum() + (w.T[i] * 2).sum() + F.relu(w).sum() * x.mean(),
        lambda w, x, i: F.max_pool2d(w.reshape(1, 1, 4, 4), 2).sum() + w.max(axis=1).sum() * x.sum(),
    ],
)
def test_gradients_that_begin_with_nothing_but_ones_are_computed(loss: Any) -> None:
    """Where a gradient is known while recording (∂Σw/∂w = 1), kernels on the way compute it for good, not its shape."""
    found = []
    for wrap in (lambda f: f, zk.capture):
        w = nn.Parameter(np.random.default_rng(1).normal(size=(4, 4)).astype(np.float32))
        optimizer = optim.SGD([w], lr=0.1)

        def written(x: Any, i: Any, w: Any = w, optimizer: Any = optimizer) -> Any:
            y = loss(w, x, i)
            optimizer.zero_grad()
            y.backward()
            optimizer.step()
            return y

        step, rng = wrap(written), np.random.default_rng(3)
        for _ in range(3):
            step(rng.normal(size=(5, 4)).astype(np.float32), rng.integers(0, 4, 5))
        found.append(w.data)
    np.testing.assert_allclose(found[1], found[0], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    "step",
    [
        lambda x: x[x.data > 1],
        lambda x: x[x > 1],
        lambda x: np.nonzero(x.data),
        lambda x: np.unique(x.data),
        lambda x: np.where(x.data > 0),
        lambda x: np.repeat(x.data, np.abs(x.data).astype(int)),
        lambda x: x.data[np.flatnonzero(x.data)],
    ],
)
def test_shapes_that_depend_on_numbers_are_refused_by_name(step: Any) -> None:
    text = refused(step, zk.Tensor(np.array([0.5, 2, 3], np.float32)))
    assert "depends on numbers" in text or "numbers;" in text


def test_a_mask_from_outside_may_change() -> None:
    mask = np.array([True, False, True, True])
    captured, x = zk.capture(lambda x: x[:, mask]), rows()
    for chosen in ([1, 0, 1, 1], [0, 0, 0, 1], [1, 1, 1, 1]):
        mask[...] = chosen
        np.testing.assert_array_equal(captured(x), x[:, mask])


def test_settings_in_arrays_from_outside_are_numbers_as_long_as_they_stay() -> None:
    power, size = np.array(2.0), np.array([3, 4])

    def step(x: Any) -> Any:
        return zk.Tensor(x[: int(size[0])]) ** float(power)

    captured, x = zk.capture(step), np.abs(rows())
    for p, n in ((2.0, 3), (3.0, 3), (3.0, 4)):
        power[...], size[0] = p, n
        np.testing.assert_allclose(captured(x).data, x[:n] ** p, rtol=1e-5)


def test_an_index_out_of_range_is_an_error_in_every_replay() -> None:
    captured = zk.capture(lambda x, i: zk.Tensor(x)[i])
    captured(rows(), np.array([1, 2]))
    with pytest.raises(IndexError, match="out of bounds"):
        captured(rows(), np.array([1, 9]))


def test_a_step_inside_a_step_is_part_of_it() -> None:
    net = Weights()
    inner = zk.capture(lambda x: net(x) * 2)
    outer = zk.capture(lambda x: inner(x) + 1)
    for _ in range(2):
        x = zk.Tensor(rows())
        np.testing.assert_allclose(outer(x).data, net(x).data * 2 + 1, rtol=1e-5, atol=1e-6)


def test_other_threads_see_the_arrays_while_a_step_is_recorded() -> None:
    net, x = Weights().eval(), zk.Tensor(rows())
    want, wrong = net(x).data, []
    recording, done = threading.Event(), threading.Event()

    def look() -> None:
        recording.wait(10)
        got = np.matmul(x.data, np.transpose(net.fc.weight.data)) + net.fc.bias.data  # type: ignore[union-attr]
        if not np.allclose(np.asarray(got), want, rtol=1e-5):
            wrong.append(got)
        done.set()

    def step(x: zk.Tensor) -> zk.Tensor:
        y = net(x)
        recording.set()
        done.wait(10)
        return y

    other = threading.Thread(target=look)
    other.start()
    np.testing.assert_allclose(zk.capture(step)(x).data, want, rtol=1e-5, atol=1e-6)
    other.join()
    assert done.is_set()
    assert not wrong


def test_methods_partials_and_callable_objects_are_steps() -> None:
    import functools

    class Trainer:
        def __init__(self) -> None:
            self.net = Weights()
            self.gain = 2.0

        def step(self, x: zk.Tensor) -> zk.Tensor:
            return self.net(x) * self.gain

        def __call__(self, x: zk.Tensor) -> zk.Tensor:
            return self.step(x) + 1

    trainer, x = Trainer(), zk.Tensor(rows())
    steps = [trainer.step, functools.partial(lambda k, x: trainer.step(x) * k, 3), trainer]
    for written in steps:
        captured = zk.capture(written)
        for gain in (2.0, 5.0):
            trainer.gain = gain
            np.testing.assert_allclose(captured(x).data, written(x).data, rtol=1e-5)
