"""Whose arrays are changed, what the penalties act on, and to whom state belongs."""

import numpy as np
import pytest

from zerokara import nn, optim
from zerokara.autodiff import Tensor, numerical_gradient


def net():
    return nn.Sequential(
        fc1=nn.Linear(3, 4, dtype=np.float64),
        bn=nn.BatchNorm1d(4, dtype=np.float64),
        fc2=nn.Linear(4, 2, dtype=np.float64),
    )


X = np.random.default_rng(0).standard_normal((6, 3))


def learn(model, optimizer, steps=3):
    for _ in range(steps):
        optimizer.zero_grad()
        y = model(Tensor(X.astype(next(model.parameters()).dtype)))
        (y * y).mean().backward()
        optimizer.step()


@pytest.mark.parametrize("form", [lambda m: m, lambda m: m.parameters(), lambda m: list(m.named_parameters())])
def test_a_module_its_parameters_and_its_named_parameters_do_the_same(form):
    a, b = net(), net()
    b.load_state_dict(a.state_dict())
    learn(a, optim.Adam(a))
    learn(b, optim.Adam(form(b)))
    for name, array in a.state_dict().items():
        np.testing.assert_array_equal(array, b.state_dict()[name])


@pytest.mark.parametrize("name", optim.OPTIMIZERS)
def test_every_parameter_learns(name):
    """The last layer too."""
    model = net()
    before = model.state_dict()
    learn(model, optim.OPTIMIZERS[name](model, weight_decay=0.01, l1=0.01))
    assert all((p.data != before[key]).any() for key, p in model.named_parameters() if key != "fc1.bias")


def test_parameters_without_a_gradient_are_left_alone():
    model = net()
    model.fc1.requires_grad_(False)
    before = model.state_dict()
    optimizer = optim.Adam(model, weight_decay=0.1)
    learn(model, optimizer)
    np.testing.assert_array_equal(model.fc1.weight.data, before["fc1.weight"])
    assert "fc1.weight" not in optimizer.state


def test_a_layer_that_comes_later_starts_fresh():
    model = net()
    optimizer = optim.Adam(model)
    learn(model, optimizer)
    model.head = nn.Linear(2, 1, dtype=np.float64)
    before = model.head.weight.data.copy()
    learn(model, optimizer, steps=1)
    assert optimizer.state["head.weight"]["step"] == 1
    assert optimizer.state["fc1.weight"]["step"] == 4
    assert (model.head.weight.data != before).all()


def test_a_parameter_of_another_shape_or_dtype_starts_fresh():
    model = net()
    optimizer = optim.Momentum(model)
    learn(model, optimizer)
    model.fc2 = nn.Linear(4, 5, dtype=np.float64)
    learn(model, optimizer, steps=1)
    assert optimizer.state["fc2.weight"]["v"].shape == (5, 4)
    model.astype(np.float32)
    learn(model, optimizer, steps=1)
    assert optimizer.state["fc1.weight"]["v"].dtype == np.float32


def test_a_shared_parameter_takes_one_step():
    model = nn.Sequential(nn.Linear(3, 3, bias=False), nn.Linear(3, 3, bias=False))
    model[1].weight = model[0].weight
    before = model[0].weight.data.copy()
    model[0].weight.grad = np.ones((3, 3), np.float32)
    optim.SGD(model, lr=1.0).step()
    np.testing.assert_allclose(model[0].weight.data, before - 1)


@pytest.mark.parametrize("decay", optim.DECAYS)
def test_the_gradient_is_that_of_the_penalised_loss(decay):
    """L + ½·weight_decay·Σw² + l1·Σ|w|, the number that `penalty()` gives and not its root."""
    model = nn.Linear(3, 2, dtype=np.float64)
    optimizer = optim.SGD(model, weight_decay=0.3, l1=0.2, decay=decay)

    def penalised(values):
        field.data = values
        y = model(Tensor(X))
        return (y * y).sum().item() + optimizer.penalty()

    (model(Tensor(X)) ** 2).sum().backward()
    for field in model.parameters():
        at = field.data.copy()
        numerical = numerical_gradient(penalised, at)
        field.data = at
        np.testing.assert_allclose(optimizer.gradient(field), numerical, rtol=1e-6)


def test_biases_and_scales_can_be_spared():
    model = net()
    for parameter in model.parameters():
        parameter.data[...] = 1
        parameter.grad = np.zeros(parameter.shape)
    optim.SGD(model, lr=1.0, weight_decay=0.5, decay="weights").step()
    ends = {name: parameter.data.flat[0] for name, parameter in model.named_parameters()}
    assert {name for name, value in ends.items() if value == 0.5} == {"fc1.weight", "fc2.weight"}


def test_adamw_decays_outside_the_gradient():
    w = Tensor(np.full(3, 2.0), requires_grad=True)
    w.grad = np.zeros(3)
    optimizer = optim.AdamW([w], lr=0.1, weight_decay=0.5)
    assert optimizer.penalty() == 0
    optimizer.step()
    np.testing.assert_allclose(w.data, 2.0 * (1 - 0.1 * 0.5), rtol=1e-12)
    assert not optimizer.state["0"]["m"].any()


def test_an_unknown_decay_lists_the_known_ones():
    with pytest.raises(ValueError, match="unknown decay 'biases': choose one of all, weights"):
        optim.SGD(net(), decay="biases")


@pytest.mark.parametrize("bad", [3, None, Tensor(np.zeros(2))])
def test_what_is_no_list_of_parameters_is_refused(bad):
    with pytest.raises(TypeError, match="a module or a list of its parameters"):
        optim.SGD(bad)


def test_what_is_no_tensor_is_refused():
    with pytest.raises(TypeError, match="number 1 is a ndarray"):
        optim.SGD([Tensor(np.zeros(2)), np.zeros(2)])


def test_an_iterator_that_is_used_up_is_noticed():
    parameters = net().parameters()
    list(parameters)
    with pytest.raises(ValueError, match="can be used once"):
        optim.SGD(parameters)


def test_asking_for_a_gradient_that_is_not_there_says_so():
    w = Tensor(np.zeros(2), requires_grad=True)
    with pytest.raises(ValueError, match="call backward"):
        optim.SGD([w]).gradient(w)


class TestState:
    @pytest.mark.parametrize("name", optim.OPTIMIZERS)
    def test_resuming_equals_not_having_stopped(self, name):
        a, b = net(), net()
        optimizer = optim.OPTIMIZERS[name](a)
        learn(a, optimizer)
        b.load_state_dict(a.state_dict())
        resumed = optim.OPTIMIZERS[name](b)
        resumed.load_state_dict(optimizer.state_dict())
        learn(a, optimizer)
        learn(b, resumed)
        for key, array in a.state_dict().items():
            np.testing.assert_array_equal(array, b.state_dict()[key])

    def test_it_is_flat_named_and_made_of_arrays(self):
        model = nn.Linear(3, 2)
        optimizer = optim.Adam(model, lr=0.5)
        (model(Tensor(X.astype(np.float32))) ** 2).sum().backward()
        optimizer.step()
        state = optimizer.state_dict()
        parts = ("m", "v", "step")
        assert list(state) == ["lr", *(f"weight:{part}" for part in parts), *(f"bias:{part}" for part in parts)]
        assert all(isinstance(value, np.ndarray) for value in state.values())
        assert state["lr"] == 0.5
        assert state["weight:step"] == 1

    def test_it_is_a_snapshot(self):
        model = net()
        optimizer = optim.Adam(model)
        learn(model, optimizer)
        state = optimizer.state_dict()
        learn(model, optimizer)
        assert state["fc1.weight:step"] == 3

    def test_the_learning_rate_comes_back(self):
        optimizer = optim.SGD(net(), lr=0.1)
        optimizer.load_state_dict({"lr": 0.025})
        assert optimizer.lr == 0.025

    @pytest.mark.parametrize(
        ("state", "complaint"),
        [
            ({"other:v": np.zeros(2), "other:step": 1}, "has other, which is not among the parameters"),
            ({"fc1.bias:m": np.zeros(4)}, "Momentum keeps v, step of a parameter; the saved state of fc1.bias has m"),
            ({"fc1.bias:v": np.zeros(3), "fc1.bias:step": 1}, r"v of fc1.bias has shape \(3,\); expected \(4,\)"),
            ({"fc1.bias": np.zeros(4)}, "'fc1.bias' is not a name in an optimizer state"),
            ({"lr": -1.0}, "lr is a number"),
        ],
    )
    def test_what_does_not_fit_is_refused_and_changes_nothing(self, state, complaint):
        optimizer = optim.Momentum(net(), lr=0.1)
        with pytest.raises(ValueError, match=complaint):
            optimizer.load_state_dict(state)
        assert optimizer.lr == 0.1
        assert not optimizer.state
