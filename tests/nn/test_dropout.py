import numpy as np
import pytest

from zerokara import nn
from zerokara.arrays import manual_seed
from zerokara.autodiff import Tensor

ONES = Tensor(np.ones((200, 500), np.float32))


def dropout(p=0.3):
    return nn.Dropout(p, rng=np.random.default_rng(0))


def test_the_expected_value_stays():
    """Inverted dropout: what is kept is scaled up by 1/(1 − p), so that evaluation needs no factor."""
    y = dropout()(ONES).data
    np.testing.assert_allclose(np.unique(y), [0, 1 / 0.7], rtol=1e-6)
    assert abs(y.mean() - 1) < 0.01
    assert abs((y == 0).mean() - 0.3) < 0.01


def test_evaluation_is_the_identity():
    """The mode comes from the model, not from a flag of the call."""
    net = nn.Sequential(dropout())
    np.testing.assert_array_equal(net.eval()(ONES).data, ONES.data)
    assert (net.train()(ONES).data == 0).any()


def test_the_books_form_scales_in_evaluation_instead():
    """Training and evaluation are both the inverted form times 1 − p, so that nothing else changes."""
    book = nn.Dropout(0.3, inverted=False, rng=np.random.default_rng(0))
    np.testing.assert_allclose(book(ONES).data, dropout()(ONES).data * 0.7, rtol=1e-6)
    assert set(np.unique(np.round(book(ONES).data, 5))) == {0.0, 1.0}
    np.testing.assert_allclose(book.eval()(ONES).data, 0.7, rtol=1e-6)


def test_the_gradient_goes_through_the_same_mask():
    x = Tensor(ONES.data.copy(), requires_grad=True)
    y = dropout()(x)
    y.sum().backward()
    np.testing.assert_array_equal(x.grad, y.data)


def test_every_call_draws_anew_and_the_seed_repeats_it():
    layer = nn.Dropout()
    manual_seed(1)
    a, b = layer(ONES).data, layer(ONES).data
    manual_seed(1)
    assert (a != b).any()
    np.testing.assert_array_equal(a, layer(ONES).data)


@pytest.mark.parametrize("bad", [-0.1, 1.0, 1.5, float("nan")])
def test_what_is_no_probability_is_refused(bad):
    with pytest.raises(ValueError, match="Dropout expects p"):
        nn.Dropout(bad)
