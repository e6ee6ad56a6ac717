"""Every optimizer against PyTorch over 50 steps, against the book's numbers, and against its formula."""

import inspect

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerokara import optim
from zerokara.autodiff import Tensor

PEERS = {
    "sgd": "SGD",
    "momentum": "SGD",
    "nesterov": "SGD",
    "adagrad": "Adagrad",
    "rmsprop": "RMSprop",
    "adam": "Adam",
    "adamw": "AdamW",
}
OWN_SETTINGS = {
    "sgd": st.fixed_dictionaries({"momentum": st.sampled_from([0.0, 0.9]), "dampening": st.sampled_from([0.0, 0.3])}),
    "momentum": st.fixed_dictionaries({"momentum": st.floats(0.1, 0.95)}),
    "nesterov": st.fixed_dictionaries({"momentum": st.floats(0.1, 0.95)}),
    "adagrad": st.fixed_dictionaries({"eps": st.sampled_from([1e-10, 1e-3])}),
    "rmsprop": st.fixed_dictionaries({"alpha": st.floats(0.5, 0.999), "eps": st.sampled_from([1e-8, 1e-3])}),
    "adam": st.fixed_dictionaries({"betas": st.tuples(st.floats(0, 0.95), st.floats(0.5, 0.999))}),
    "adamw": st.fixed_dictionaries({"betas": st.tuples(st.floats(0, 0.95), st.floats(0.5, 0.999))}),
}
THEIR_EXTRA = {"nesterov": {"nesterov": True}}

every_optimizer = pytest.mark.parametrize("name", optim.OPTIMIZERS)


def parameter(*shape, seed=0, dtype=np.float64):
    return Tensor(np.random.default_rng(seed).standard_normal(shape).astype(dtype), requires_grad=True)


def test_every_optimizer_has_a_peer_here():
    assert optim.OPTIMIZERS.keys() == PEERS.keys() == OWN_SETTINGS.keys()


@every_optimizer
@given(data=st.data())
def test_fifty_steps_agree_with_pytorch(name, data):
    torch = pytest.importorskip("torch")
    shape = data.draw(st.sampled_from([(), (3,), (2, 3), (2, 1, 3, 3)]))
    lr = data.draw(st.sampled_from([1e-3, 0.1]))
    settings = {**data.draw(OWN_SETTINGS[name]), "weight_decay": data.draw(st.sampled_from([0.0, 0.1]))}
    w = parameter(*shape)
    v = torch.tensor(w.data, requires_grad=True)
    ours = optim.OPTIMIZERS[name]([w], lr=lr, **settings)
    theirs = getattr(torch.optim, PEERS[name])([v], lr=lr, **settings, **THEIR_EXTRA.get(name, {}))
    rng = np.random.default_rng(1)
    for step in range(50):
        ours.lr = theirs.param_groups[0]["lr"] = lr / (1 + step % 7)
        w.grad = rng.standard_normal(shape) + w.data
        v.grad = torch.tensor(w.grad)
        ours.step()
        theirs.step()
    np.testing.assert_allclose(w.data, v.detach().numpy(), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    ("name", "settings", "end"),
    [
        ("sgd", {"lr": 0.95}, (-0.3504, 0.0848)),
        ("momentum", {"lr": 0.1}, (0.8964, 0.0881)),
        ("adagrad", {"lr": 1.5}, (-0.1202, 0.0)),
        ("adam", {"lr": 0.3}, (0.1360, 0.3182)),
        ("nesterov", {"lr": 0.1}, (0.6896, -0.0007)),
        ("rmsprop", {"lr": 0.1}, (-0.6974, 0.0)),
    ],
)
def test_the_books_valley(name, settings, end):
    """f = x²/20 + y² from (−7, 2), 30 steps: where the book's own formulas arrive (chapter 6.1)."""
    w = Tensor(np.array([-7.0, 2.0]), requires_grad=True)
    optimizer = optim.OPTIMIZERS[name]([w], **settings)
    for _ in range(30):
        w.grad = w.data * [0.1, 2.0]
        optimizer.step()
    np.testing.assert_allclose(w.data, end, atol=1e-4)


@every_optimizer
def test_every_optimizer_goes_downhill(name):
    w = parameter(5)
    optimizer = optim.OPTIMIZERS[name]([w], lr=0.01)
    before = float(np.sum(w.data**2))
    for _ in range(100):
        optimizer.zero_grad()
        (w * w).sum().backward()
        optimizer.step()
    assert float(np.sum(w.data**2)) < before


@every_optimizer
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtypes_stay(name, dtype):
    w = parameter(3, 4, dtype=dtype)
    optimizer = optim.OPTIMIZERS[name]([w], weight_decay=0.1, l1=0.1)
    w.grad = np.ones((3, 4), dtype)
    optimizer.step()
    states = [a.dtype for key, a in optimizer.state_dict().items() if key not in ("lr", "0:step")]
    assert {w.dtype, *states} == {np.dtype(dtype)}


@every_optimizer
def test_a_step_works_in_place_and_leaves_the_gradient_alone(name):
    w = parameter(4)
    array = w.data
    w.grad = np.ones(4)
    optim.OPTIMIZERS[name]([w], weight_decay=0.1, l1=0.1).step()
    assert w.data is array
    assert np.all(w.grad == 1)


@every_optimizer
def test_the_rule_of_one_array_is_all_there_is(name):
    """`start` and `step_array` alone do what `step` does."""
    w = parameter(4)
    a = w.data.copy()
    optimizer = optim.OPTIMIZERS[name]([w], l1=0.0)
    optimizer.weight_decay = 0.0
    state = optimizer.start(a)
    for g in (np.ones(4), np.arange(4.0)):
        w.grad = g
        optimizer.step()
        optimizer.step_array(a, g, state)
    np.testing.assert_array_equal(w.data, a)


def test_adagrads_memory_after_one_step_is_the_squared_gradient():
    w = parameter(3)
    w.grad = np.array([1e-9, 0.5, 3.0])
    optimizer = optim.AdaGrad([w])
    optimizer.step()
    np.testing.assert_array_equal(optimizer.state["0"]["h"], w.grad**2)


def test_adams_first_step_is_right_for_tiny_gradients():
    """eps is added after the bias correction: lr·g/(|g| + eps), not 30 times less."""
    w = Tensor(np.zeros(1), requires_grad=True)
    w.grad = np.array([1e-9])
    optim.Adam([w], lr=1e-3, eps=1e-8).step()
    np.testing.assert_allclose(w.data, -1e-3 * 1e-9 / (1e-9 + 1e-8), rtol=1e-9)


def test_nesterov_is_the_textbooks():
    """v ← m·v − lr·∇f(w + m·v), w ← w + v, in Sutskever's coordinates; ours keeps the point w + m·v."""
    m, lr = 0.9, 0.1
    w, v = np.array([-7.0, 2.0]), np.zeros(2)
    ours = Tensor(w.copy(), requires_grad=True)
    optimizer = optim.Nesterov([ours], lr=lr, momentum=m)
    for _ in range(50):
        v = m * v - lr * (w + m * v) * [0.1, 2.0]
        w = w + v
        ours.grad = ours.data * [0.1, 2.0]
        optimizer.step()
    np.testing.assert_allclose(ours.data, w + m * v, rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize(
    ("name", "setting", "bad"),
    [
        ("sgd", "lr", -1),
        ("sgd", "lr", float("nan")),
        ("sgd", "momentum", -0.1),
        ("adam", "betas", (1.0, 0.9)),
        ("adam", "eps", -1e-8),
        ("adamw", "weight_decay", -1),
        ("rmsprop", "alpha", 1.0),
        ("adagrad", "l1", float("inf")),
    ],
)
def test_impossible_settings_are_named(name, setting, bad):
    with pytest.raises(ValueError, match=setting):
        optim.OPTIMIZERS[name]([parameter(2)], **{setting: bad})


def test_nesterov_without_momentum_is_refused():
    with pytest.raises(ValueError, match="nesterov needs a momentum"):
        optim.SGD([parameter(2)], nesterov=True)


def test_names_make_optimizers_and_unknown_ones_list_them():
    assert isinstance(optim.optimizer_by_name("adam", [parameter(2)], lr=0.1), optim.Adam)
    with pytest.raises(ValueError, match="unknown optimizer 'adm': choose one of sgd, momentum"):
        optim.optimizer_by_name("adm", [parameter(2)])


@every_optimizer
def test_everything_can_be_asked_for_before_the_first_step(name):
    """Adam corrects its means by 1/(1 − βᵗ), which is 1/0 at t = 0; nothing that is asked for computes it."""
    w = parameter(2)
    before = w.data.copy()
    made = optim.OPTIMIZERS[name]([w], lr=0.1)
    assert made.lr == 0.1
    made.lr = 0.2
    assert "lr=0.2" in repr(made)
    state = made.state_dict()
    assert all(np.isfinite(array).all() for array in state.values())
    made.load_state_dict(state)
    assert made.lr == 0.2
    assert made.penalty() >= 0
    made.step()  # nobody has a gradient yet
    np.testing.assert_array_equal(w.data, before)


def test_an_optimizer_without_a_rule_says_so():
    w = parameter(2)
    w.grad = np.ones(2)
    with pytest.raises(NotImplementedError, match="step_array"):
        optim.Optimizer([w], 0.1).step()


@every_optimizer
def test_repr_shows_the_settings(name):
    assert repr(optim.OPTIMIZERS[name]([parameter(2)], lr=0.25)).startswith(
        f"{optim.OPTIMIZERS[name].__name__}(lr=0.25"
    )


def test_all_names_what_exists_and_no_default_is_mutable():
    public = [getattr(optim, name) for name in optim.__all__]
    defaults = [p.default for c in public if inspect.isclass(c) for p in inspect.signature(c).parameters.values()]
    assert not [d for d in defaults if isinstance(d, list | dict | set | np.ndarray)]
