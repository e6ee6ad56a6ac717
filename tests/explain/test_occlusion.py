"""Patches over the image."""

import numpy as np
import pytest

from tests.explain.conftest import averaging_net, images
from zerokara import explain, nn
from zerokara.autodiff import Tensor


def test_every_pixel_gets_the_mean_drop_of_the_patches_over_it() -> None:
    net, x = averaging_net().astype("float64"), images((1, 1, 7, 9), dtype="float64")
    drops: dict[tuple[int, int], list[float]] = {(i, j): [] for i in range(7) for j in range(9)}
    for i in (0, 2, 4):
        for j in (0, 2, 4, 6):
            covered = x.copy()
            covered[:, :, i : i + 3, j : j + 3] = 0.5
            drop = float(net(Tensor(x)).data[0, 2] - net(Tensor(covered)).data[0, 2])
            for place in ((i + a, j + b) for a in range(3) for b in range(3)):
                drops[place].append(drop)
    expected = np.array([[np.mean(drops[i, j]) for j in range(9)] for i in range(7)])
    found = explain.occlusion(net, x, 2, size=3, stride=2, fill=0.5).map[0]
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_patches_of_one_pixel_over_a_linear_network_find_its_terms() -> None:
    net, x = nn.Sequential(nn.Flatten(), nn.Linear(2 * 20, 4)).astype("float64"), images((2, 2, 4, 5), dtype="float64")
    terms = (net[1].weight.data[3] * x.reshape(2, -1)).reshape(x.shape).sum(axis=1)
    np.testing.assert_allclose(explain.occlusion(net, x, 3, size=1, fill=0).map, terms, atol=1e-12)


@pytest.mark.parametrize(("shape", "size", "stride"), [((10, 7), 4, 4), ((5, 11), 5, 3), ((6, 6), 6, 1)])
def test_every_pixel_is_covered(shape: tuple[int, int], size: int, stride: int) -> None:
    e = explain.occlusion(averaging_net(), images((1, 1, *shape)), size=size, stride=stride)
    assert np.isfinite(e.map).all()
    assert e.signed


@pytest.mark.parametrize(("size", "stride"), [(0, None), (9, None), (4, 5), (4, 0)])
def test_sizes_that_do_not_fit_are_refused(size: int, stride: int | None) -> None:
    with pytest.raises(ValueError, match="1 ≤ stride ≤ size ≤ 8"):
        explain.occlusion(averaging_net(), images((1, 1, 8, 10)), size=size, stride=stride)
