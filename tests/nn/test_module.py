import copy
import re

import numpy as np
import pytest

from zerokara import nn
from zerokara.autodiff import Tensor
from zerokara.nn.norm import BatchNorm


class Block(nn.Module):
    """Fields of every kind, in an order of their own."""

    def __init__(self):
        self.scale = nn.Parameter([2.0])
        self.first = nn.Linear(3, 4)
        self.rest = [nn.Linear(4, 4), nn.BatchNorm1d(4)]
        self.heads = {"a": nn.Linear(4, 1), "b": (nn.Linear(4, 2), nn.Parameter(np.zeros(2)))}
        self.size = 7
        self.plain = Tensor(np.zeros(3))
        self.register_buffer("seen", np.array(0))

    def forward(self, x):
        return self.rest[0](self.first(x)) * self.scale


NAMES = [
    "scale",
    "first.weight",
    "first.bias",
    "rest.0.weight",
    "rest.0.bias",
    "rest.1.weight",
    "rest.1.bias",
    "heads.a.weight",
    "heads.a.bias",
    "heads.b.0.weight",
    "heads.b.0.bias",
    "heads.b.1",
]


def test_parameters_are_found_in_the_order_of_the_fields():
    """Also in lists, tuples and dictionaries: a forgotten registration must not leave a layer untrained in silence."""
    assert [name for name, _ in Block().named_parameters()] == NAMES


def test_buffers_are_kept_but_not_learned():
    names = ["rest.1.running_mean", "rest.1.running_var", "rest.1.num_batches_tracked", "seen"]
    block = Block()
    assert [name for name, _ in block.named_buffers()] == names
    assert set(block.state_dict()) == {*NAMES, *names}


def test_a_buffer_stays_an_array_whatever_is_assigned():
    block = Block()
    block.seen = block.seen + 1
    block.load_state_dict({**block.state_dict(), "seen": 5})
    assert block.seen == 5


def test_a_shared_parameter_is_found_once_and_saved_under_both_names():
    net = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))
    net[1].weight = net[0].weight
    assert [name for name, _ in net.named_parameters()] == ["0.weight", "0.bias", "1.bias"]
    assert set(net.state_dict()) == {"0.weight", "0.bias", "1.weight", "1.bias"}


def test_a_shared_module_is_visited_once():
    layer = nn.Linear(2, 2)
    net = nn.Sequential(layer, nn.ReLU(), layer)
    assert len(list(net.modules())) == 3
    assert net(Tensor(np.ones((1, 2), np.float32))).shape == (1, 2)


def test_state_dict_is_a_snapshot():
    """A best state that goes on training with the model would be no best state."""
    layer = nn.Linear(2, 2)
    state = layer.state_dict()
    layer.weight.data += 1
    assert np.all(state["weight"] + 1 == layer.weight.data)


def test_loading_names_everything_that_does_not_fit_in_one_error_and_changes_nothing():
    net = nn.Sequential(fc1=nn.Linear(3, 4), fc2=nn.Linear(4, 2))
    before = net.state_dict()
    state = {"fc1.weight": np.ones((4, 3)), "fc1.bias": np.ones(5), "fc2.weight": np.ones((2, 4)), "extra": np.ones(1)}
    complaint = (
        "this state does not fit Sequential: missing fc2.bias; unexpected extra; "
        "of another shape fc1.bias (model (4,), state (5,))"
    )
    with pytest.raises(ValueError, match=f"^{re.escape(complaint)}$"):
        net.load_state_dict(state)
    for name, array in net.state_dict().items():
        np.testing.assert_array_equal(array, before[name])


def test_loading_without_strict_takes_what_fits_and_tells_the_rest():
    net = nn.Sequential(fc1=nn.Linear(3, 4), fc2=nn.Linear(4, 2))
    differences = net.load_state_dict({"fc1.bias": np.ones(4), "extra": np.ones(1)}, strict=False)
    assert differences.missing == ("fc1.weight", "fc2.weight", "fc2.bias")
    assert differences.unexpected == ("extra",)
    assert np.all(net.fc1.bias.data == 1)


def test_another_shape_is_refused_even_without_strict():
    with pytest.raises(ValueError, match="of another shape bias"):
        nn.Linear(3, 4).load_state_dict({"bias": np.ones(5)}, strict=False)


def test_loading_keeps_the_dtype_and_the_arrays():
    layer = nn.Linear(2, 2)
    array = layer.weight.data
    layer.load_state_dict({"weight": np.full((2, 2), 0.1), "bias": Tensor(np.zeros(2))})
    assert layer.weight.data is array
    assert array.dtype == np.float32


@pytest.mark.parametrize("bad", [None, "weights", [object()]])
def test_what_is_no_array_of_numbers_is_refused_and_nothing_is_loaded(bad):
    layer = nn.BatchNorm1d(2)
    before = layer.state_dict()
    with pytest.raises(TypeError, match="arrays of numbers; num_batches_tracked"):
        layer.load_state_dict({**{name: array + 1 for name, array in before.items()}, "num_batches_tracked": bad})
    assert all(np.array_equal(before[name], array) for name, array in layer.state_dict().items())


def test_train_and_eval_reach_every_module():
    block = Block()
    assert all(module.training for module in block.modules())
    assert not any(module.training for module in block.eval().modules())
    assert all(module.training for module in block.train().modules())


def test_zero_grad_forgets_every_gradient():
    block = Block()
    block(Tensor(np.ones((2, 3), np.float32))).sum().backward()
    assert block.first.weight.grad is not None
    block.zero_grad()
    assert all(parameter.grad is None for parameter in block.parameters())


def test_frozen_parameters_get_no_gradient():
    net = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 1))
    net[0].requires_grad_(False)
    net(Tensor(np.ones((2, 3), np.float32))).sum().backward()
    assert net[0].weight.grad is None
    assert net[1].weight.grad is not None


def test_astype_converts_parameters_and_floating_buffers():
    block = Block().astype(np.float64)
    kinds = {name: array.dtype.name for name, array in block.state_dict().items()}
    assert {kind for name, kind in kinds.items() if name not in ("seen", "rest.1.num_batches_tracked")} == {"float64"}
    assert kinds["seen"] == kinds["rest.1.num_batches_tracked"] == "int64"


def test_astype_refuses_integers():
    with pytest.raises(TypeError, match="float32 or float64"):
        nn.Linear(2, 2).astype(np.int64)


def test_a_copy_is_independent():
    net = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))
    other = copy.deepcopy(net)
    other[0].weight.data[...] = 0
    other(Tensor(np.ones((3, 2), np.float32)))
    assert np.all(net[0].weight.data != 0)
    assert net[1].num_batches_tracked == 0


def test_repr_shows_the_tree():
    net = nn.Sequential(nn.Linear(2, 3), nn.Sequential(act=nn.ReLU(), fc=nn.Linear(3, 1, bias=False)))
    assert repr(net) == (
        "Sequential(\n"
        "  (0): Linear(in_features=2, out_features=3, bias=True)\n"
        "  (1): Sequential(\n"
        "    (act): ReLU()\n"
        "    (fc): Linear(in_features=3, out_features=1, bias=False)\n"
        "  )\n"
        ")"
    )


def test_observe_sees_every_output_children_first():
    net = nn.Sequential(fc=nn.Linear(2, 3), act=nn.ReLU())
    seen = []
    with nn.observe(lambda module, y: seen.append((type(module).__name__, y.shape))):
        net(Tensor(np.ones((1, 2), np.float32)))
    net(Tensor(np.ones((1, 2), np.float32)))
    assert seen == [("Linear", (1, 3)), ("ReLU", (1, 3)), ("Sequential", (1, 3))]


@pytest.mark.parametrize("unfinished", [nn.Module(), BatchNorm(2)])
def test_a_module_that_is_not_finished_says_what_is_missing(unfinished):
    with pytest.raises(NotImplementedError, match=type(unfinished).__name__):
        unfinished(Tensor(np.ones((2, 2), np.float32)))


class TestParameter:
    def test_it_owns_its_memory(self):
        values = np.zeros((2, 3), np.float32).T
        parameter = nn.Parameter(values)
        parameter.data += 1
        assert not values.any()
        assert parameter.data.flags.c_contiguous

    def test_numbers_become_float32_and_arrays_keep_their_dtype(self):
        assert nn.Parameter([1, 2]).dtype == np.float32
        assert nn.Parameter(np.zeros(2)).dtype == np.float64
        assert nn.Parameter(Tensor(np.zeros(2))).dtype == np.float64

    def test_integers_are_refused(self):
        with pytest.raises(TypeError, match="floating-point"):
            nn.Parameter(np.arange(3))

    def test_it_learns_unless_told_otherwise(self):
        assert nn.Parameter([1.0]).requires_grad
        assert not nn.Parameter([1.0], requires_grad=False).requires_grad

    def test_repr_is_short(self):
        assert repr(nn.Parameter(np.zeros((3, 4)))) == "Parameter(shape=(3, 4), dtype=float64)"
