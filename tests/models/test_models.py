"""The book's networks: sizes, parameter counts, initial values, gradients, and that they learn.

The networks that made history have laws of their own, in test_zoo.py.
"""

import math

import numpy as np
import pytest

from tests.sweeps import sweep
from zerokara import functional as F
from zerokara import models, nn, optim
from zerokara.arrays import generator
from zerokara.autodiff import Tensor, check_gradients, no_grad

NAMES = [entry.name for entry in models.BOOK]
every_model = pytest.mark.parametrize("name", NAMES)
every_model_learns = pytest.mark.parametrize("name", sweep(NAMES, ["multi-layer", "simple-convnet", "deep-convnet"]))


def batch(shape, n=4, dtype=np.float32):
    return Tensor(np.random.default_rng(0).random((n, *shape)).astype(dtype))


@every_model
def test_every_model_has_the_published_number_of_parameters(name):
    entry = models.MODELS[name]
    assert models.count_parameters(models.build_model(name)) == entry.parameters
    assert entry.name == name
    assert entry.description


@pytest.mark.parametrize("name", [entry.name for entry in models.BOOK if entry.least > 1])
def test_the_least_size_is_the_least(name):
    least = models.MODELS[name].least
    with no_grad():
        assert models.build_model(name, (1, least, least)).eval()(batch((1, least, least))).shape == (4, 10)
    with pytest.raises(ValueError, match="needs"):
        models.build_model(name, (1, least - 1, least - 1))


@every_model
@pytest.mark.parametrize(("shape", "classes"), [((1, 28, 28), 10), ((3, 32, 32), 7), ((1, 8, 8), 10), ((2, 13, 10), 3)])
def test_every_model_takes_other_images_and_classes(name, shape, classes):
    model = models.build_model(name, shape, classes)
    with no_grad():
        assert model(batch(shape)).shape == (4, classes)


@every_model
def test_the_generator_decides_all_initial_values(name):
    a, b, c = (models.build_model(name, rng=generator(seed, "weights")).state_dict() for seed in (1, 1, 2))
    assert all(np.array_equal(a[key], b[key]) for key in a)
    assert not all(np.array_equal(a[key], c[key]) for key in a)


@every_model
def test_evaluation_changes_nothing_and_repeats(name):
    model = models.build_model(name, (1, 12, 12)).eval()
    before = model.state_dict()
    x = batch((1, 12, 12))
    with no_grad():
        np.testing.assert_array_equal(model(x).data, model(x).data)
    assert all(np.array_equal(before[key], array) for key, array in model.state_dict().items())


@every_model
def test_a_batch_of_one_and_of_none_passes(name):
    model = models.build_model(name, (1, 12, 12)).eval()
    with no_grad():
        assert model(batch((1, 12, 12), n=1)).shape == (1, 10)
        assert model(batch((1, 12, 12), n=0)).shape == (0, 10)


@every_model_learns
def test_every_parameter_gets_the_gradient_of_finite_differences(name):
    """At weights large enough to keep away from the kinks of ReLU."""
    rng = np.random.default_rng(3)
    model = models.build_model(name, (1, 8, 8), 3).astype(np.float64).eval()
    x = batch((1, 8, 8), n=3, dtype=np.float64)
    owners = dict(model.named_modules())
    places = [key.rpartition(".") for key, _ in model.named_parameters()]

    def loss(*weights):
        for (owner, _, field), weight in zip(places, weights, strict=True):
            setattr(owners[owner], field, weight)
        return F.cross_entropy(model(x), np.array([0, 2, 1]))

    check_gradients(loss, *[0.3 * rng.standard_normal(p.shape) for p in model.parameters()])


@every_model
def test_a_float64_model_computes_in_float64(name):
    model = models.build_model(name, (1, 8, 8)).astype(np.float64)
    seen = []
    with nn.observe(lambda layer, y: seen.append(y.dtype)):
        F.cross_entropy(model(batch((1, 8, 8), dtype=np.float64)), np.arange(4)).backward()
    assert {*seen, *(p.grad.dtype for p in model.parameters())} == {np.dtype(np.float64)}


@every_model_learns
def test_every_model_can_learn_a_handful_of_images_by_heart(name):
    shape = (1, 8, 8)
    model = models.build_model(name, shape, rng=np.random.default_rng(1))
    optimizer = optim.Adam(model, lr=0.01)
    x, t = batch(shape, n=10), np.arange(10)
    for _ in range(120):
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), t)
        loss.backward()
        optimizer.step()
    with no_grad():
        assert (np.argmax(model.eval()(x).data, axis=1) == t).mean() >= 0.9


def test_an_unknown_model_lists_the_known_ones():
    with pytest.raises(
        ValueError, match=r"unknown model 'lenet': did you mean lenet5 .*two-layer, multi-layer, simple-convnet.*lenet5"
    ):
        models.build_model("lenet")


def test_all_names_what_exists():
    assert all(hasattr(models, name) for name in models.__all__)


class TestTwoLayerNet:
    def test_the_books_initial_values(self):
        net = models.TwoLayerNet(784, 50, 10)
        assert abs(net.fc1.weight.data.std() - 0.01) < 3e-4
        assert not net.fc1.bias.data.any()

    def test_images_and_rows_of_pixels_give_the_same(self):
        net = models.TwoLayerNet(rng=np.random.default_rng(0))
        x = batch((1, 28, 28))
        np.testing.assert_array_equal(net(x).data, net(Tensor(x.data.reshape(4, 784))).data)


class TestMultiLayerNet:
    def test_the_order_of_a_hidden_layer(self):
        net = models.MultiLayerNet(6, [5, 4], 3, activation="tanh", init="xavier", batch_norm=True, dropout=0.2)
        hidden = ["Linear", "BatchNorm1d", "Tanh", "Dropout"]
        assert [type(layer).__name__ for layer in net] == ["Flatten", *hidden, *hidden, "Linear"]

    def test_without_hidden_layers_it_is_linear(self):
        assert [name for name, _ in models.MultiLayerNet(6, [], 3).named_parameters()] == ["fc1.weight", "fc1.bias"]

    def test_he_keeps_the_spread_of_activations_through_many_layers(self):
        net = models.MultiLayerNet(100, [100] * 8, 10, rng=np.random.default_rng(0))
        spread = []
        with nn.observe(lambda layer, y: spread.append(y.data.std()) if isinstance(layer, nn.ReLU) else None):
            net(Tensor(np.random.default_rng(1).standard_normal((500, 100)).astype(np.float32)))
        assert all(0.5 < s < 1.5 for s in spread)

    @pytest.mark.parametrize(
        ("settings", "named"), [({"activation": "tanhh"}, "activation"), ({"init": "lecun"}, "init")]
    )
    def test_unknown_names_list_the_known_ones(self, settings, named):
        with pytest.raises(ValueError, match=f"unknown {named} .*: choose one of "):
            models.MultiLayerNet(6, [5], 3, **settings)


class TestSimpleConvNet:
    def test_all_sizes_can_be_chosen(self):
        net = models.SimpleConvNet((3, 20, 17), 4, filters=6, filter_size=3, stride=2, padding=1, hidden_size=9)
        assert net(batch((3, 20, 17))).shape == (4, 4)
        assert net.fc1.in_features == 6 * 5 * 4

    def test_images_of_which_nothing_is_left_are_refused(self):
        with pytest.raises(ValueError, match="SimpleConvNet needs larger images"):
            models.SimpleConvNet((1, 5, 5))

    def test_an_image_without_channels_is_refused(self):
        with pytest.raises(
            ValueError, match=r"simple-convnet sees images \(channels, height, width\); got .* \(784,\)"
        ):
            models.build_model("simple-convnet", (784,))


class TestDeepConvNet:
    def test_what_grows_while_the_picture_shrinks(self):
        rows = models.summarize(models.DeepConvNet(), (1, 28, 28))
        shapes = [row.output_shape for row in rows if row.kind in ("Conv2d", "MaxPool2d")]
        assert [s[0] for s in shapes] == [16, 16, 16, 32, 32, 32, 64, 64, 64]
        assert [s[1] for s in shapes] == [28, 28, 14, 14, 16, 8, 8, 8, 4]
        counts = [row.parameters for row in rows if row.parameters]
        assert counts == [160, 2_320, 4_640, 9_248, 18_496, 36_928, 51_250, 510]

    def test_hes_initial_values(self):
        for layer in models.DeepConvNet(rng=np.random.default_rng(0)):
            if isinstance(layer, nn.Conv2d):
                n_in = math.prod(layer.weight.shape[1:])
                assert abs(layer.weight.data.std() / math.sqrt(2 / n_in) - 1) < 0.2

    def test_the_output_is_never_dropped(self):
        """The book drops half of the scores while training, so that its loss stays about 1 at 98 % accuracy."""
        net = models.DeepConvNet(rng=np.random.default_rng(0))
        assert isinstance(net[-1], nn.Linear)
        assert (net(batch((1, 28, 28))).data != 0).all()

    def test_images_that_are_too_small_are_refused(self):
        with pytest.raises(ValueError, match="DeepConvNet needs images of at least 4×4 pixels"):
            models.DeepConvNet((1, 3, 3))
        assert models.DeepConvNet((1, 4, 4))(batch((1, 4, 4))).shape == (4, 10)


def test_the_fast_network_shrinks_without_padding_where_there_is_room():
    """28 → 12 → 6 → 4 → 2; a picture too small for that is padded, one smaller still is refused."""
    net = models.FastConvNet()
    assert net.fc.weight.shape == (10, 32 * 2 * 2)
    assert net.conv1.padding == net.conv3.padding == (0, 0)
    assert models.FastConvNet(stride=1).fc.weight.shape == net.fc.weight.shape
    assert models.FastConvNet((1, 8, 8)).fc.weight.shape == (10, 32)
    with pytest.raises(ValueError, match="at least 8×8"):
        models.FastConvNet((1, 7, 28))
