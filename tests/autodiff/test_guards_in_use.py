"""Guards where training meets them: optimizers, GANs, Newton's method, recorded steps, rules of one's own."""

import gc
import tracemalloc
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from tests.cases import CASES, Case

import zerokara as zk
from zerokara import functional as F
from zerokara import kernels, nn, optim, rules
from zerokara.arrays import Array
from zerokara.autodiff import Tensor, apply
from zerokara.rules import Ruled

CHANGED = "was changed after the forward pass"


@pytest.fixture(params=kernels.FAMILIES)
def family(request: pytest.FixtureRequest) -> Iterator[str]:
    with kernels.use_kernels(request.param):
        yield request.param


def leaf(value: Any) -> Tensor:
    return zk.tensor(value, dtype=np.float64, requires_grad=True)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_every_rule_takes_arrays_that_may_only_be_read(case: Case) -> None:
    """Memory-mapped files and broadcasts are read-only: forward and back, and twice where that is available."""
    for family in kernels.FAMILIES:
        with kernels.use_kernels(family):
            takes_arrays_that_may_only_be_read(case)


def takes_arrays_that_may_only_be_read(case: Case) -> None:
    options = dict(case.options)
    for array in (*case.inputs, *options.values()):
        if isinstance(array, np.ndarray):
            array.flags.writeable = False
    tensors = [zk.Tensor(x, requires_grad=case.at is None or i in case.at) for i, x in enumerate(case.inputs)]
    y = apply(rules.RULES[case.rule], *tensors, **options)
    at = [t for t in tensors if t.requires_grad]
    weights = np.broadcast_to(np.ones((), y.dtype), y.shape)
    first = zk.gradients(y, at, weights, retain_graph=True)
    if case.twice:
        second = zk.gradients(y, at, weights, create_graph=True)
        for one, other in zip(first, second, strict=True):
            np.testing.assert_allclose(one, other.data, rtol=1e-12, atol=1e-12)


# ── options ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_labels_conditions_masks_and_indices(family: str) -> None:
    labels, condition, index = np.array([0, 2, 1]), np.array([True, False, True]), np.array([0, 0, 2])
    x = leaf(np.arange(9.0).reshape(3, 3))
    for array, make, name in (
        (labels, lambda: F.cross_entropy(x, labels), "labels of cross_entropy"),
        (condition, lambda: F.where(condition, x, 0 * x).sum(), "condition of where"),
        (index, lambda: (x[index] * x[index]).sum(), "index of getitem"),
        (index, lambda: (x[:, index] ** 2).sum(), "index of getitem"),
    ):
        y = make()
        array[0] = 1 - array[0] if array.dtype != bool else not array[0]
        with pytest.raises(RuntimeError, match=rf"the {name}, an array of shape \(3,\), {CHANGED}"):
            y.backward()


def test_an_index_that_is_a_list_is_remembered() -> None:
    """A list has no guard: its numbers of then are used."""
    for make in (lambda i: i, lambda i: (slice(None), i)):
        x, index = leaf(np.arange(9.0).reshape(3, 3)), [0, 0, 2]
        y = (x[make(index)] * 2).sum()
        index[0] = 1
        y.backward()
        expected = np.zeros((3, 3))
        np.add.at(expected, make([0, 0, 2]), 2)
        np.testing.assert_array_equal(x.grad, expected)
    assert x[[]].shape == (0, 3)
    assert x[[True, False, True]].shape == (2, 3)


def test_running_statistics_used_and_then_updated(family: str) -> None:
    """Batch norm in evaluation mode computes with the running mean; a batch in training mode changes it in place."""
    layer, x = nn.BatchNorm1d(3), np.ones((4, 3), np.float32) * np.arange(4, dtype=np.float32)[:, None]
    y = layer.eval()(zk.Tensor(x)).sum()
    layer.train()(zk.Tensor(x + 1))
    with pytest.raises(RuntimeError, match="the mean of batch_norm_inference"):
        y.backward()


# ── training ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", sorted(optim.OPTIMIZERS))
def test_a_step_between_two_backward_passes(name: str, family: str) -> None:
    """As in a GAN: the discriminator has learned before the generator's loss, computed with it, goes back."""
    generator, critic = nn.Linear(2, 3), nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))
    optimizer = optim.OPTIMIZERS[name](critic, lr=0.1)
    noise = zk.Tensor(np.ones((5, 2), np.float32))
    for looked_at in (False, True):
        if looked_at:
            assert all(np.isfinite(p.data).all() for p in critic.parameters())
        scores = critic(generator(noise))
        (-scores.mean()).backward(retain_graph=True)
        optimizer.step()
        with pytest.raises(RuntimeError, match=r"input w of linear, a parameter of shape \(4, 3\), " + CHANGED):
            scores.mean().backward()
        optimizer.zero_grad()
        critic(generator(noise)).mean().backward()  # a new forward pass
        optimizer.step()


def test_two_losses_of_one_network_and_results_that_stay_alive(family: str) -> None:
    """What a step has kept for later, with its graph, is in nobody's way, and can still tell its own gradient."""
    net = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))
    optimizer, kept = optim.Adam(net, lr=0.01), []
    x = np.random.default_rng(0).normal(size=(8, 3)).astype(np.float32)
    for _ in range(5):
        scores = net(zk.Tensor(x))
        kept.append(scores * scores)  # alive, and never gone back through
        loss = (scores**2).mean()
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        scores.data[...] = 0  # released
    assert len(kept) == 5
    with pytest.raises(RuntimeError, match="released|" + CHANGED):
        kept[0].sum().backward()


def test_newtons_method_in_place(family: str) -> None:
    x = leaf([3.0, 4.0])
    for _ in range(12):
        y = ((x**2 - 1) ** 2 + 0.3 * x).sum()
        (slope,) = zk.gradients(y, [x], create_graph=True)
        (curvature,) = zk.gradients(slope.sum(), [x])
        x.data -= slope.data / curvature
    np.testing.assert_allclose(4 * x.data**3 - 4 * x.data + 0.3, 0, atol=1e-9)


def test_a_penalty_on_the_gradient(family: str) -> None:
    """Second derivatives through parameters that a step changes: new graphs are fine, old ones say so."""
    net = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))
    optimizer = optim.SGD(net, lr=0.1)
    for _ in range(3):
        x = zk.Tensor(np.ones((2, 3), np.float32), requires_grad=True)
        (g,) = zk.gradients(net(x).sum(), [x], create_graph=True)
        penalty = ((g * g).sum(1) - 1) ** 2
        penalty.mean().backward(retain_graph=True)
        optimizer.step()
    with pytest.raises(RuntimeError, match=CHANGED):
        penalty.sum().backward()


def test_an_array_put_in_the_place_of_another() -> None:
    """The pullbacks hold the old array, so the gradient is right; a rule that is run again would take the new one."""
    w = leaf([1.0, 2.0])
    y = (w * w).sum()
    w.data = np.array([100.0, 200.0])
    assert zk.gradients(y, [w], retain_graph=True)[0].tolist() == [2, 4]
    with pytest.raises(RuntimeError, match="was replaced"):
        zk.gradients(y, [w], create_graph=True)
    y = (w * w).sum()
    w.data = np.ones(3)
    y.backward()
    assert w.grad is not None
    assert w.grad.tolist() == [200, 400]


def test_another_shape_in_place() -> None:
    a = np.arange(6.0).reshape(2, 3)
    w = zk.Tensor(a, requires_grad=True)
    y = (w[1] * 2).sum()
    w._data = np.lib.stride_tricks.as_strided(a, (3, 2))  # as a.shape = (3, 2), which NumPy no longer likes
    y.node.inputs[0].node.inputs[0].node.guards.arrays[0] = w._data  # type: ignore[union-attr]
    with pytest.raises(RuntimeError, match=r"had the shape \(2, 3\) in the forward pass"):
        y.backward()


def test_requires_grad_switched_between_the_passes() -> None:
    x, w = zk.tensor(np.array([1.0, 2.0])), leaf([3.0, 4.0])
    y = (x * w).sum()
    x.requires_grad = True
    with pytest.raises(RuntimeError, match="did not require a gradient when multiply used it"):
        zk.gradients(y, [x], retain_graph=True)
    y.backward(retain_graph=True)  # in PyTorch, too, x was a constant
    assert x.grad is None
    w.requires_grad = False
    w.grad = None
    y.backward()
    assert w.grad is None


def test_what_a_pullback_remembers_of_the_last_pass_does_not_count(family: str) -> None:
    """Batch norm computes its three gradients at once and keeps them: not for another pass with the same array g."""
    x, scale, shift = leaf(np.arange(8.0).reshape(4, 2) ** 2), leaf([1.0, 2.0]), leaf([0.0, 1.0])
    y = F.batch_norm(x, None, None, scale, shift, True)
    g = np.arange(8.0).reshape(4, 2)
    y.backward(g, retain_graph=True)
    first = scale.grad.copy()
    scale.grad[...] = 0  # the usual way to forget a gradient, in place
    y.backward(g, retain_graph=True)
    np.testing.assert_allclose(scale.grad, first)
    scale.zero_grad()
    g *= 2
    y.backward(g)
    np.testing.assert_allclose(scale.grad, 2 * first)


# ── recorded steps ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_step_that_is_recorded_is_refused_like_the_written_one() -> None:
    w, v = nn.Parameter(np.ones(3, np.float32)), nn.Parameter(np.ones(3, np.float32))
    optimizer = optim.SGD([w], lr=0.1)

    def gan(x: Array) -> Tensor:
        y = (w * v * x).sum()
        y.backward(retain_graph=True)
        optimizer.step()
        y.backward()
        return y

    def transposed(x: Array) -> Tensor:
        y = (w.reshape(3, 1).T * v * x).sum()
        y.backward(retain_graph=True)
        optimizer.step()
        y.backward()
        return y

    def in_place(x: Array) -> Tensor:
        y = (w * v * x).sum()
        w.data *= 2
        y.backward()
        return y

    def fine(x: Array) -> Tensor:
        w.grad = v.grad = None
        y = (w * v * x).sum()
        y.backward()
        optimizer.step()
        z = (w * v * x).sum()
        w.grad = v.grad = None
        z.backward()
        return z

    for step in (gan, transposed, in_place):
        for recorded in (step, zk.capture(step)):
            w.grad = v.grad = None
            with pytest.raises(RuntimeError, match=CHANGED):
                recorded(np.ones(3, np.float32))
    w.data[...], w.grad, v.grad = 1, None, None
    expected = fine(np.ones(3, np.float32)).item()
    w.data[...], w.grad, v.grad = 1, None, None
    assert zk.capture(fine)(np.ones(3, np.float32)).item() == pytest.approx(expected)


def test_a_replay_is_a_change_too() -> None:
    """A recording writes to the parameters by machine code; a loss computed before the replay notices."""
    net, x = nn.Linear(3, 2), np.ones((4, 3), np.float32)
    optimizer = optim.SGD(net, lr=0.1)

    def step(x: Array) -> Tensor:
        loss = (net(zk.Tensor(x)) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss

    recorded = zk.capture(step)
    for _ in range(3):
        given = zk.Tensor(x, requires_grad=True)
        loss = (net(given) ** 2).mean()
        recorded(x)
        with pytest.raises(RuntimeError, match="input w of linear"):
            loss.backward()


# ── rules of one's own ───────────────────────────────────────────────────────────────────────────────────────────────

FACTORS = np.array([1.0, 2.0, 3.0])


def global_array(x: Array) -> Ruled:
    return x * FACTORS, (lambda g: g * FACTORS,)


def default_argument(x: Array) -> Ruled:
    return x * FACTORS, (lambda g, factors=FACTORS: g * factors,)


class Scale:
    """A pullback that is a method: nobody knows what the object holds."""

    def __init__(self, x: Array) -> None:
        self.x = x

    def pull(self, g: Array) -> Array:
        return g * 2 * self.x


def method(x: Array) -> Ruled:
    return x * x, (Scale(x).pull,)


def private(x: Array) -> Ruled:
    twice = 2 * x
    HELD[:] = [x, twice]
    return x * x, (lambda g: g * twice,)


HELD: list[Array] = []


def test_rules_of_ones_own() -> None:
    """Their pullbacks are looked into as well, and what they were given they may have handed on."""
    for rule in (global_array, default_argument):
        x = leaf([1.0, 1.0, 1.0])
        y = apply(rule, x).sum()
        FACTORS[0] += 1
        with pytest.raises(RuntimeError, match=f"an array of shape \\(3,\\) that {rule.__name__} keeps"):
            y.backward()
    x = leaf([1.0, 1.0, 1.0])
    y = apply(method, x).sum()
    x.data[0] = 5
    with pytest.raises(RuntimeError, match="the input x of method"):
        y.backward()
    h = leaf([1.0, 2.0]) * 2
    before = (h * h).sum()
    y = apply(private, h).sum()
    HELD[0][0] = 100  # the rule has given away an array that is nobody else's
    with pytest.raises(RuntimeError, match="the input x of multiply"):
        before.backward()
    HELD[1][0] = 100
    with pytest.raises(RuntimeError, match="private keeps"):
        y.backward()


def test_guards_keep_no_memory() -> None:
    """Nothing is copied but small arrays, and a released graph keeps nothing."""
    w = zk.tensor(np.ones((300, 300)), requires_grad=True)
    x = zk.Tensor(np.ones((300, 300)))

    def step() -> None:
        w.zero_grad()
        ((w @ x).tanh() ** 2).sum().backward()

    step()
    gc.disable()
    tracemalloc.start()
    try:
        step()
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(10):
            step()
        assert tracemalloc.get_traced_memory()[0] - before < w.data.nbytes
    finally:
        tracemalloc.stop()
        gc.enable()
