import numpy as np
import pytest

from tests.explain.conftest import averaging_net, images
from zerokara import nn
from zerokara.arrays import Array
from zerokara.explain.top import top_images
from zerokara.nn import Module


def finder() -> nn.Sequential:
    """A unit that looks for a bright square of 2×2."""
    net = nn.Sequential(conv=nn.Conv2d(1, 1, 2, bias=False), pool=nn.GlobalAvgPool2d(), fc=nn.Linear(1, 2))
    net.conv.weight.data[...] = 1
    return net


def test_the_images_with_what_the_unit_looks_for_come_first_and_the_patch_is_that() -> None:
    x = np.zeros((20, 1, 9, 9), np.float32)
    x[7, 0, 3:5, 5:7] = 1
    x[12, 0, 0:2, 0:2] = 0.5
    found = top_images(finder(), x, "conv", 0, count=3)
    assert [(s.image, s.value, s.box) for s in found.seen[:2]] == [(7, 4, (3, 5, 5, 7)), (12, 2, (0, 0, 2, 2))]
    np.testing.assert_array_equal(found.patches(x)[0], np.ones((1, 2, 2)))


def test_portions_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    from collections.abc import Iterator

    net, x = averaging_net(), images((11, 1, 9, 9))

    def small(count: int, size: int) -> Iterator[slice]:
        return (slice(i, min(i + 3, count)) for i in range(0, count, 3))

    whole = top_images(net, x, "act2", 4, count=5)
    monkeypatch.setattr("zerokara.explain.top.portions", small)
    parts = top_images(net, x, "act2", 4, count=5)
    assert [(s.image, s.box) for s in parts.seen] == [(s.image, s.box) for s in whole.seen]


def test_the_top_images_of_a_score_are_of_its_class(trained: Module, digits: tuple[Array, Array]) -> None:
    x, labels = digits
    found = top_images(trained, x, "fc", 3, count=5)
    assert [int(labels[s.image]) for s in found.seen] == [3] * 5
    assert found.seen[0].box == (0, 0, 8, 8)
    assert [s.value for s in found.seen] == sorted((s.value for s in found.seen), reverse=True)


def test_errors_speak() -> None:
    x = images((2, 1, 9, 9))
    for says, arguments in [
        ("no layer 'con': did you mean conv", ("con", 0)),
        ("no unit 5: the layer 'conv' has 1", ("conv", 5)),
        ("count of at least 1", ("conv", 0, 0)),
    ]:
        with pytest.raises(ValueError, match=says):
            top_images(finder(), x, *arguments)
