"""What the tests of layers share: the plain kernels, a gradient check of a layer, a comparison with PyTorch's layer."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from zerokara import kernels
from zerokara.arrays import Array
from zerokara.autodiff import Tensor, check_gradients
from zerokara.nn import Module


@pytest.fixture(autouse=True, scope="module")
def _plain_kernels() -> Iterator[None]:
    """The families agree by their own tests; here nothing needs to be compiled."""
    with kernels.use_kernels("reference"):
        yield


@pytest.fixture(scope="session")
def check_layer() -> Callable[[Module, Array], None]:
    """Gradients of a layer in its input and in every parameter, against finite differences in float64."""

    def check(layer: Module, x: Array) -> None:
        layer.astype(np.float64)
        owners = dict(layer.named_modules())
        places = [name.rpartition(".") for name, _ in layer.named_parameters()]

        def f(x: Tensor, *weights: Tensor) -> Tensor:
            for (owner, _, field), weight in zip(places, weights, strict=True):
                setattr(owners[owner], field, weight)
            return layer(x)

        check_gradients(f, x, *[parameter.data for parameter in layer.parameters()])

    return check


@pytest.fixture(scope="session")
def same_as_torch() -> Callable[..., None]:
    """With the state of PyTorch's layer, ours gives the same values, gradients and buffers; states fit both ways."""
    torch = pytest.importorskip("torch")

    def check(ours: Module, theirs: Any, x: Array, *, training: bool = True) -> None:
        ours.astype(np.float64).train(training)
        theirs.double().train(training)
        theirs.zero_grad()
        ours.load_state_dict(theirs.state_dict())
        a, b = Tensor(x.copy(), requires_grad=True), torch.tensor(x, requires_grad=True)
        y, z = ours(a), theirs(b)
        g = np.random.default_rng(1).standard_normal(y.shape)
        y.backward(g)
        z.backward(torch.tensor(g))
        close(y.data, z.detach().numpy())
        close(a.grad, b.grad.numpy())
        for (name, p), (other, q) in zip(ours.named_parameters(), theirs.named_parameters(), strict=True):
            assert name == other
            close(p.grad, q.grad.numpy())
        for name, array in ours.state_dict().items():
            close(array, theirs.state_dict()[name].numpy())
        theirs.load_state_dict({name: torch.tensor(array) for name, array in ours.state_dict().items()})

    return check


def close(ours: Array | None, theirs: Array) -> None:
    assert ours is not None
    assert ours.shape == theirs.shape
    np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-10)
