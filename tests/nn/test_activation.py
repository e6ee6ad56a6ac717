import numpy as np
import pytest

from zerokara import nn
from zerokara.autodiff import Tensor

X = np.concatenate([np.linspace(-30, 30, 41), [-1e-3, 0.0, 1e-3]]).reshape(4, 11)
PEERS = ["ReLU", "LeakyReLU", "Sigmoid", "Tanh", "GELU", "Softplus"]


@pytest.mark.parametrize("name", PEERS)
def test_activations_agree_with_pytorch(same_as_torch, name):
    import torch

    same_as_torch(getattr(nn, name)(), getattr(torch.nn, name)(), X)


def test_settings_mean_what_they_mean_in_pytorch(same_as_torch):
    import torch

    same_as_torch(nn.LeakyReLU(0.2), torch.nn.LeakyReLU(0.2), X)
    same_as_torch(nn.Softplus(2.0, 5.0), torch.nn.Softplus(2.0, 5.0), X)
    same_as_torch(nn.Softmax(0), torch.nn.Softmax(0), X)


def test_the_gradient_of_relu_at_zero_is_zero():
    """One definition in function and layer alike."""
    x = Tensor(np.array([-1.0, 0.0, 1.0]), requires_grad=True)
    nn.ReLU()(x).sum().backward()
    assert x.grad.tolist() == [0, 0, 1]


@pytest.mark.parametrize("name", nn.ACTIVATIONS)
def test_every_name_of_the_table_makes_a_new_layer(name):
    assert isinstance(nn.activation_by_name(name), nn.Module)
    assert nn.activation_by_name(name) is not nn.activation_by_name(name)


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(ValueError, match="unknown activation 'tanhh': choose one of relu, leaky_relu, sigmoid, tanh"):
        nn.activation_by_name("tanhh")
