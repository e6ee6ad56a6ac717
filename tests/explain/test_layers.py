"""Which layer is looked at when none is named."""

import pytest

from tests.explain.conftest import images
from zerokara import explain, models, nn
from zerokara.arrays import generator
from zerokara.autodiff import Tensor
from zerokara.nn import Module

CHOSEN: dict[str, tuple[Module, str]] = {
    "the last convolution, not the pool": (
        nn.Sequential(a=nn.Conv2d(3, 4, 3), b=nn.ReLU(), c=nn.MaxPool2d(2), d=nn.Flatten(), e=nn.Linear(196, 5)),
        "b",
    ),
    "nor an averaging pool of some size": (
        nn.Sequential(a=nn.Conv2d(3, 4, 3), b=nn.AdaptiveAvgPool2d(5), c=nn.Flatten(), d=nn.Linear(100, 5)),
        "a",
    ),
    "a pool that changes nothing hides nothing": (
        nn.Sequential(a=nn.Conv2d(3, 4, 3), b=nn.AdaptiveAvgPool2d(14), c=nn.Flatten(), d=nn.Linear(784, 5)),
        "a",
    ),
    "dropout hides nothing": (
        nn.Sequential(a=nn.Conv2d(3, 4, 3), b=nn.Dropout(), c=nn.GlobalAvgPool2d(), d=nn.Linear(4, 5)),
        "a",
    ),
    "the block by its name": (
        nn.Sequential(
            body=nn.Sequential(nn.Conv2d(3, 4, 3), nn.Sequential(nn.Conv2d(4, 4, 3), nn.ReLU())),
            pool=nn.GlobalAvgPool2d(),
            head=nn.Linear(4, 5),
        ),
        "body",
    ),
    "maps of the scores mix nothing": (
        nn.Sequential(a=nn.Conv2d(3, 4, 3), b=nn.ReLU(), c=nn.Conv2d(4, 5, 1), d=nn.ReLU(), e=nn.GlobalAvgPool2d()),
        "b",
    ),
    "unless there are no others": (nn.Sequential(a=nn.Conv2d(3, 5, 3), b=nn.GlobalAvgPool2d()), "a"),
    "a map of one pixel is no map": (
        nn.Sequential(a=nn.Conv2d(3, 4, 3), b=nn.Conv2d(4, 6, 14), c=nn.ReLU(), d=nn.Flatten(), e=nn.Linear(6, 5)),
        "a",
    ),
}


@pytest.mark.parametrize("what", CHOSEN)
def test_the_default_layer(what: str) -> None:
    net, name = CHOSEN[what]
    assert explain.grad_cam(net, images((1, 3, 16, 16)), 2).layer == name


def test_the_default_layer_of_the_book_s_network() -> None:
    net = models.SimpleConvNet((1, 12, 12), filters=3)
    assert explain.grad_cam(net, images((1, 1, 12, 12)), 2).layer == "relu1"


ZOO = {
    "lenet5": "act2",
    "googlenet": "inception5b",
    "resnet18": "layer4",
    "cifar-resnet20": "layer3",
    "squeezenet1.1": "features",
    "mobilenet-v1": "features",
}


@pytest.mark.parametrize("name", ZOO)
def test_the_default_layer_of_networks_of_the_zoo(name: str) -> None:
    entry = models.MODELS[name]
    shape = (3, 64, 64) if entry.input_shape[1] > 64 else entry.input_shape
    net = entry.build(shape, entry.classes, generator(0, "zoo"))
    assert explain.grad_cam(net, images((1, *shape)), 2).layer == ZOO[name]


def test_a_layer_that_runs_twice_is_seen_twice() -> None:
    shared = nn.ReLU()
    net = nn.Sequential(a=shared, b=nn.Conv2d(3, 4, 3), c=shared, d=nn.GlobalAvgPool2d())
    _, seen = explain.watch(net, Tensor(images((1, 3, 8, 8))))
    assert [(o.name, o.kind, o.is_map) for o in seen] == [
        ("a", "ReLU", True),
        ("b", "Conv2d", True),
        ("a", "ReLU", True),
        ("d", "GlobalAvgPool2d", False),
    ]
