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


def test_module_dict_holds_modules_by_name():
    layers = nn.ModuleDict({"left": nn.Linear(1, 2), "right": nn.ReLU()})
    layers["last"] = nn.Linear(2, 3)
    assert list(layers) == layers.keys() == ["left", "right", "last"]
    assert [type(layer).__name__ for layer in layers.values()] == ["Linear", "ReLU", "Linear"]
    assert "right" in layers
    del layers["right"]
    assert "right" not in layers
    assert len(layers) == 2
    assert list(layers.state_dict()) == ["left.weight", "left.bias", "last.weight", "last.bias"]
    with pytest.raises(KeyError, match="ModuleDict has no 'middle'; it has left, last"):
        layers["middle"]
    with pytest.raises(TypeError, match="holds modules"):
        layers["x"] = nn.ReLU
    for name in ("a.b", "", "keys"):
        with pytest.raises(ValueError, match=r"words without a dot|of its own"):
            layers[name] = nn.ReLU()


def test_parameter_list_and_dict_are_learned():
    lists = nn.ParameterList([np.ones(2, np.float32), nn.Parameter(np.zeros(3))])
    lists.append(np.zeros((1, 1), np.float32))
    lists[1] = np.full(3, 2.0)
    assert [name for name, _ in lists.named_parameters()] == ["0", "1", "2"]
    assert lists[-1].shape == (1, 1)
    assert [p.data.tolist() for p in lists][1] == [2, 2, 2]
    named = nn.ParameterDict({"w": np.ones(2, np.float32)})
    named["b"] = nn.Parameter(np.zeros(1))
    assert [(name, p.shape) for name, p in named.items()] == [("w", (2,)), ("b", (1,))]
    del named["w"]
    assert list(named) == ["b"]
    assert len(named) == 1
    with pytest.raises(KeyError, match="ParameterDict has no 'w'; it has b"):
        named["w"]
    with pytest.raises(TypeError, match="floating-point"):
        named["k"] = np.zeros(2, int)


def test_containers_travel_to_pytorch():
    torch = pytest.importorskip("torch")
    theirs = torch.nn.ModuleDict({"a": torch.nn.Linear(2, 3), "p": torch.nn.ParameterList([torch.zeros(2)])})
    ours = nn.ModuleDict({"a": nn.Linear(2, 3), "p": nn.ParameterList([np.ones(2)])})
    ours.load_state_dict(theirs.state_dict())
    assert list(ours.state_dict()) == list(theirs.state_dict())
