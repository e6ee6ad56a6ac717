import numpy as np

from zerokara import nn
from zerokara.autodiff import Tensor


def test_flatten_keeps_the_batch():
    x = Tensor(np.arange(24.0).reshape(2, 3, 2, 2))
    np.testing.assert_array_equal(nn.Flatten()(x).data, x.data.reshape(2, 12))


def test_flatten_may_start_later():
    assert nn.Flatten(2)(Tensor(np.zeros((2, 3, 4, 5)))).shape == (2, 3, 20)


def test_identity_returns_its_input():
    x = Tensor(np.zeros(3))
    assert nn.Identity()(x) is x
