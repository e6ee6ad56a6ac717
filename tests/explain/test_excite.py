import numpy as np
import pytest

from tests.explain.conftest import averaging_net, images, restless_net
from zerokara.autodiff import Tensor, check_gradients
from zerokara.explain.excite import excite, total_variation
from zerokara.nn import Module


@pytest.mark.parametrize("unit", [0, 3, 7])
def test_the_score_rises_and_the_class_wins(unit: int, trained: Module) -> None:
    found = excite(trained, unit, shape=(1, 8, 8), steps=40, low=0, high=1)
    assert found.values.max() > found.values[0] + 3
    scores = trained(Tensor(found.image)).data
    assert int(np.argmax(scores)) == unit
    assert 0 <= found.image.min() <= found.image.max() <= 1


@pytest.mark.parametrize("layer", ["conv1", "act2", "fc"])
def test_a_unit_of_any_layer_rises(layer: str, trained: Module) -> None:
    found = excite(trained, 1, layer, shape=(1, 8, 8), steps=20)
    assert max(found.values) > found.values[0]
    assert found.layer == layer


def test_the_best_image_of_the_way_is_returned() -> None:
    net = averaging_net()
    found = excite(net, 2, shape=(1, 9, 9), steps=12)
    assert float(net(Tensor(found.image)).data[0, 2]) == pytest.approx(found.values.max(), rel=1e-4)


def test_more_regularisation_gives_a_smoother_image(trained: Module) -> None:
    def roughness(**settings: float) -> float:
        found = excite(trained, 3, shape=(1, 8, 8), steps=30, **settings)  # type: ignore[arg-type]
        return float(total_variation(Tensor(found.image)).data) / float(found.image.std())

    assert roughness(variation=0.5, soften=1.0) < roughness(variation=0, soften=0, jitter=0)


def test_the_same_seed_gives_the_same_image() -> None:
    one, two, other = (excite(averaging_net(), 0, shape=(1, 8, 8), steps=5, seed=s).image for s in (1, 1, 2))
    np.testing.assert_array_equal(one, two)
    assert np.any(one != other)


def test_an_image_of_ones_own_is_where_it_begins_and_stays_unchanged() -> None:
    start = images((1, 1, 8, 8))
    kept = start.copy()
    found = excite(averaging_net(), 0, start=start, steps=3)
    np.testing.assert_array_equal(start, kept)
    assert found.image.shape == start.shape


def test_a_model_is_left_as_it_was() -> None:
    net = restless_net()
    before = net.state_dict()
    excite(net, 0, shape=(3, 8, 8), steps=4)
    assert net.norm.training
    assert all(np.array_equal(before[k], v) for k, v in net.state_dict().items())
    assert all(p.grad is None for p in net.parameters())


def test_the_gradient_of_total_variation_is_right() -> None:
    check_gradients(total_variation, [images((2, 2, 4, 5), dtype="float64")])


def test_a_picture_is_between_black_and_white() -> None:
    picture = excite(averaging_net(), 0, shape=(1, 8, 8), steps=3).picture
    assert (picture.min(), picture.max()) == (0, 1)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"unit": 10}, "no unit 10: the model has 10, 0 to 9"),
        ({"unit": 8, "layer": "act2"}, "no unit 8: the layer 'act2' has 8"),
        ({"layer": "act3"}, "no layer 'act3': did you mean"),
        ({"shape": None}, "needs the shape"),
        ({"steps": 0}, "at least one step"),
        ({"decay": 1}, "0 ≤ decay < 1"),
        ({"low": 1, "high": 0}, "low < high"),
        ({"start": np.zeros((2, 1, 8, 8))}, "one image"),
    ],
)
def test_errors_speak(settings: dict[str, object], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        excite(averaging_net(), **{"unit": 0, "shape": (1, 8, 8), "steps": 2, **settings})  # type: ignore[arg-type]
