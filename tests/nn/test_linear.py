import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerokara import nn
from zerokara.autodiff import Tensor

small = st.integers(1, 5)


@given(n=st.integers(0, 4), inputs=small, outputs=small, bias=st.booleans())
def test_linear_agrees_with_pytorch(same_as_torch, n, inputs, outputs, bias):
    import torch

    x = np.random.default_rng(0).standard_normal((n, inputs))
    same_as_torch(nn.Linear(inputs, outputs, bias), torch.nn.Linear(inputs, outputs, bias), x)


def test_linear_is_the_books_affine():
    """y = x·W + b with the book's W (in, out) as our weightᵀ."""
    rng = np.random.default_rng(0)
    W, b, x = rng.standard_normal((3, 4)), rng.standard_normal(4), rng.standard_normal((5, 3))
    layer = nn.Linear(3, 4, dtype=np.float64)
    layer.load_state_dict({"weight": W.T, "bias": b})
    np.testing.assert_allclose(layer(Tensor(x)).data, x @ W + b, rtol=1e-12)


def test_linear_takes_any_number_of_leading_axes():
    layer = nn.Linear(3, 4)
    x = Tensor(np.ones((2, 5, 3), np.float32))
    assert layer(x).shape == (2, 5, 4)
    assert layer(Tensor(np.ones((2, 3), np.float32))).shape == (2, 4)


def test_a_wrong_size_is_refused_in_words():
    complaint = (
        "Linear expects (…, 784) inputs; got (5, 700): this layer has in_features=784; "
        "make it with in_features=700, or give it 784 numbers along the last axis"
    )
    with pytest.raises(ValueError, match=f"^{re.escape(complaint)}$"):
        nn.Linear(784, 10)(Tensor(np.zeros((5, 700), np.float32)))


def test_images_are_told_of_flatten():
    with pytest.raises(ValueError, match=r"in_features=784; put nn\.Flatten\(\) before it"):
        nn.Linear(784, 10)(Tensor(np.zeros((5, 1, 28, 28), np.float32)))


@pytest.mark.parametrize("bad", [0, -3])
def test_sizes_below_one_are_refused(bad):
    with pytest.raises(ValueError, match=f"Linear expects in_features of at least 1; got {bad}"):
        nn.Linear(bad, 10)


@pytest.mark.parametrize("bad", [2.5, "10", None])
def test_sizes_that_are_no_whole_numbers_are_refused(bad):
    with pytest.raises(TypeError, match="Linear expects a whole number for out_features"):
        nn.Linear(3, bad)
