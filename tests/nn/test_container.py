import numpy as np
import pytest

from zerokara import nn
from zerokara.autodiff import Tensor


def test_sequential_is_composition():
    a, b = nn.Linear(3, 4), nn.Linear(4, 2)
    x = Tensor(np.ones((5, 3), np.float32))
    np.testing.assert_array_equal(nn.Sequential(a, nn.Tanh(), b)(x).data, b(nn.Tanh()(a(x))).data)


def test_sequential_without_layers_is_the_identity():
    x = Tensor(np.ones((5, 3), np.float32))
    assert nn.Sequential()(x) is x


def test_layers_are_reached_by_position_name_and_in_order():
    net = nn.Sequential(fc=nn.Linear(3, 4), act=nn.ReLU())
    assert (net[0], net[-1], len(net)) == (net.fc, net.act, 2)
    assert list(net) == [net.fc, net.act]


def test_names_are_pytorchs():
    assert list(nn.Sequential(nn.ReLU(), nn.Linear(1, 1)).state_dict()) == ["1.weight", "1.bias"]


@pytest.mark.parametrize("name", ["forward", "train", "state_dict", "training"])
def test_a_layer_may_not_take_the_name_of_a_method(name):
    with pytest.raises(ValueError, match=name):
        nn.Sequential(**{name: nn.ReLU()})


def test_what_is_no_module_is_refused():
    with pytest.raises(TypeError, match="holds modules"):
        nn.Sequential(nn.ReLU)
    with pytest.raises(TypeError, match="not mixed"):
        nn.Sequential(nn.ReLU(), act=nn.ReLU())


def test_module_list_holds_modules_in_order():
    layers = nn.ModuleList([nn.Linear(1, 2)])
    layers.append(nn.ReLU())
    layers.extend([nn.Linear(2, 3)])
    assert [type(layer).__name__ for layer in layers] == ["Linear", "ReLU", "Linear"]
    assert layers[-1].out_features == len(layers) == 3
    assert list(layers.state_dict()) == ["0.weight", "0.bias", "2.weight", "2.bias"]


def test_states_travel_to_pytorch_and_back():
    torch = pytest.importorskip("torch")
    theirs = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.BatchNorm2d(2), torch.nn.Flatten())
    ours = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Flatten())
    ours.load_state_dict(theirs.state_dict())
    assert list(ours.state_dict()) == list(theirs.state_dict())
    theirs.load_state_dict({name: torch.tensor(array) for name, array in ours.state_dict().items()})
