"""The networks that made history: published sizes and names, and that every one of them learns.

No initial values are drawn unless a test is about them: a hundred million random numbers take longer than the rest.
"""

import hashlib
import math
import re
from itertools import pairwise

import numpy as np
import pytest

from tests.sweeps import sweep
from zerokara import functional as F
from zerokara import models, nn, optim
from zerokara.arrays import generator
from zerokara.autodiff import Tensor, check_gradients, no_grad
from zerokara.data import Loader, Split, load
from zerokara.nn.init import unset
from zerokara.training import evaluate, fit

NAMES = [entry.name for entry in models.ZOO]
LARGE = [name for name in NAMES if models.MODELS[name].parameters > 50e6]
A_FAMILY_EACH = ("lenet5", "googlenet", "resnet18", "cifar-resnet20", "squeezenet1.1", "mobilenet-v1")
every_model = pytest.mark.parametrize("name", NAMES)
every_model_computes = pytest.mark.parametrize("name", sweep(NAMES, A_FAMILY_EACH))
"""Where numbers go through the networks, one of a family is tried every day."""

TORCHVISION: dict[str, tuple[str, str]] = {
    "alexnet": ("alexnet", "9c198ebdae1863e4"),
    "vgg11": ("vgg11", "cb3dc23f2a13e182"),
    "vgg11-bn": ("vgg11_bn", "8b6717e727c0ecf9"),
    "vgg13": ("vgg13", "67c1dc8b57fde74b"),
    "vgg13-bn": ("vgg13_bn", "f6b0597d18a7e4d2"),
    "vgg16": ("vgg16", "35c4623e0cd4a39d"),
    "vgg16-bn": ("vgg16_bn", "347371586a8ea365"),
    "vgg19": ("vgg19", "4723255af8f6c485"),
    "vgg19-bn": ("vgg19_bn", "fc3ff6fab2b5cc09"),
    "googlenet": ("googlenet", "7f541ca29410efb1"),
    "resnet18": ("resnet18", "84fb10d9c6905a1c"),
    "resnet34": ("resnet34", "28f9096d51307499"),
    "resnet50": ("resnet50", "d7e4f8bb0a536344"),
    "squeezenet1.0": ("squeezenet1_0", "4654d26ad581241f"),
    "squeezenet1.1": ("squeezenet1_1", "1d365589393f9c1e"),
}
"""torchvision's name, and the beginning of the SHA-256 of all names and shapes in torchvision's state_dict."""

MULTIPLY_ADDS = {
    "alexnet": 0.714, "vgg11": 7.609, "vgg13": 11.308, "vgg16": 15.47, "vgg19": 19.632, "googlenet": 1.498,
    "resnet18": 1.814, "resnet34": 3.664, "resnet50": 4.089, "squeezenet1.0": 0.819, "squeezenet1.1": 0.349,
    "mobilenet-v1": 0.569, "cifar-resnet20": 0.041, "cifar-resnet56": 0.125,
}  # fmt: skip
"""Thousand millions for one picture: torchvision's tables; the papers of MobileNet and, for CIFAR, of ResNet."""


def blank(name, shape=None, classes=None):
    """The model with zeros for weights, which take no memory."""
    with unset():
        return models.build_model(name, shape, classes)


AT_FULL_WIDTH = ("alexnet", "vgg16", "vgg16-bn")
"""Of the large models these are trained as they are. The other VGGs differ from them in their convolutions alone: their
classifiers, which have the same hundred million weights, have 64 hidden units there."""


def trainable(name, shape, classes):
    """The blank model, or one of a width that is trained soon."""
    model = blank(name, shape, classes)
    if name in LARGE and name not in AT_FULL_WIDTH:
        first, _, last = linear = [layer for layer in model.classifier if isinstance(layer, nn.Linear)]
        sizes = [first.in_features, 64, 64, last.out_features]
        with unset():
            narrow = iter([nn.Linear(a, b) for a, b in pairwise(sizes)])
        model.classifier = nn.Sequential(*(next(narrow) if layer in linear else layer for layer in model.classifier))
    return model


def filled(model, seed=0):
    """The model with He's spread in every weight: the same million random numbers again and again."""
    numbers = generator(seed, "weights").standard_normal(1_000_003, dtype=np.float32)
    for parameter in model.parameters():
        if parameter.ndim > 1:
            spread = numbers * np.float32(math.sqrt(2 / math.prod(parameter.shape[1:])))
            values = parameter.data.reshape(-1)
            for start in range(0, len(values), len(spread)):
                piece = values[start : start + len(spread)]
                piece[...] = spread[: len(piece)]
    return model


def smallest(name):
    """The smallest shape that shows something: pictures of 32 pixels where the model would take less."""
    entry = models.MODELS[name]
    return (entry.input_shape[0], *(max(entry.least, 32),) * 2)


def pictures(shape, n=2, dtype=np.float32):
    return Tensor(generator(1, "pictures").random((n, *shape)).astype(dtype))


@every_model
def test_the_published_number_of_parameters(name):
    entry = models.MODELS[name]
    assert models.count_parameters(blank(name)) == entry.parameters
    assert entry.description


def test_the_heads_of_googlenet_are_extra():
    with unset():
        assert models.count_parameters(models.GoogLeNet(auxiliary=False)) == 6_624_904


@pytest.mark.parametrize("name", MULTIPLY_ADDS)
def test_the_published_amount_of_work(name):
    found = models.totals(models.summarize(blank(name), models.MODELS[name].input_shape)).multiply_adds
    assert found / 1e9 == pytest.approx(MULTIPLY_ADDS[name], abs=6e-4)


def test_torchvisions_models_are_all_in_the_table():
    ours_alone = {"lenet5", "mobilenet-v1", *(name for name in NAMES if name.startswith("cifar-"))}
    assert {*TORCHVISION, *ours_alone} == set(NAMES)


@pytest.mark.parametrize("name", TORCHVISION)
def test_names_and_layouts_are_torchvisions(name):
    """So that published weights load by name."""
    lines = [f"{key} {array.shape}" for key, array in named_arrays(blank(name))]
    assert hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16] == TORCHVISION[name][1]


def named_arrays(model):
    """The entries of state_dict in order, without copying them."""
    parts = {key: parameter.data for key, parameter in model.named_parameters()} | dict(model.named_buffers())
    owners = [key for key, _ in model.named_modules()]
    order = {key: i for i, key in enumerate(owners)}
    return sorted(parts.items(), key=lambda item: order[item[0].rpartition(".")[0]])


@pytest.mark.parametrize("name", TORCHVISION)
def test_with_torchvisions_weights_ours_gives_its_scores(name):
    torch, torchvision = pytest.importorskip("torch"), pytest.importorskip("torchvision")
    settings = {"weights": None, "aux_logits": True, "init_weights": False} if name == "googlenet" else {}
    theirs = getattr(torchvision.models, TORCHVISION[name][0])(**settings).eval()
    ours = blank(name).eval()
    ours.load_state_dict(theirs.state_dict())
    x = pictures((3, 100, 91))
    with torch.no_grad(), no_grad():
        y, z = theirs(torch.tensor(x.data)).numpy(), ours(x).data
    np.testing.assert_allclose(z, y, atol=1e-5 * np.abs(y).max())


@every_model_computes
def test_pictures_of_the_least_size_pass_and_smaller_ones_are_refused_in_words(name):
    entry = models.MODELS[name]
    channels, least = entry.input_shape[0], entry.least
    shape = (channels, least, least)
    with no_grad():
        assert blank(name, shape).eval()(pictures(shape)).shape == (2, entry.classes)
    if least > 1:
        says = f"needs pictures of at least {least}×{least} pixels; got {least + 9}×{least - 1}"
        with pytest.raises(ValueError, match=says):
            blank(name, (channels, least + 9, least - 1))


@every_model
def test_other_classes_channels_and_sizes(name):
    height, width = models.MODELS[name].least + 9, models.MODELS[name].least + 2
    model = blank(name, (2, height, width), 7)
    rows = models.summarize(model, (2, height, width))
    assert next(row for row in reversed(rows) if row.output_shape).output_shape == (7,)
    with pytest.raises(ValueError, match=r"expects|in_features"):
        model(pictures((3, height, width)))


@pytest.mark.parametrize("name", [name for name in NAMES if name != "lenet5" and models.MODELS[name].least > 1])
def test_a_picture_that_is_too_small_is_refused_by_the_model_itself(name):
    least = models.MODELS[name].least
    with pytest.raises(ValueError, match=f"needs pictures of at least {least}×{least} pixels; got {least - 1}×{least}"):
        blank(name)(pictures((3, least - 1, least)))


@pytest.mark.parametrize("name", sweep([name for name in NAMES if not name.startswith("vgg")], A_FAMILY_EACH))
def test_evaluation_repeats_and_changes_nothing_and_knows_empty_batches(name):
    model = filled(blank(name, smallest(name), 5)).eval()
    x = pictures(smallest(name))
    before = {key: array.copy() for key, array in model.named_buffers()}
    with no_grad():
        y = model(x).data
        np.testing.assert_array_equal(model(x).data, y)
        assert model(Tensor(x.data[:0])).shape == (0, 5)
    assert np.isfinite(y).all()
    assert y.std() > 0
    assert all(np.array_equal(before[key], array) for key, array in model.named_buffers())


@pytest.mark.parametrize("name", sweep([name for name in NAMES if name not in LARGE], A_FAMILY_EACH))
def test_the_gradient_reaches_every_parameter(name):
    """A path that was forgotten, or a layer behind one that is never used, would have none."""
    model = filled(blank(name, smallest(name), 3))
    without_dropout(model)
    models.MODELS[name].loss(model(pictures(smallest(name), n=4)), np.array([0, 2, 1, 1])).backward()
    assert [key for key, p in model.named_parameters() if p.grad is None or not p.grad.any()] == []


def without_dropout(model):
    for layer in model.modules():
        if isinstance(layer, nn.Dropout):
            layer.p = 0.0


@pytest.mark.parametrize("name", A_FAMILY_EACH)
def test_the_gradient_is_that_of_finite_differences_along_a_direction(name):
    """In float64, in evaluation mode: L(w + εv) − L(w − εv) = 2ε·⟨∇L, v⟩, v a random direction of all parameters."""
    model = filled(blank(name, smallest(name), 3)).astype(np.float64).eval()
    x, labels, rng = pictures(smallest(name), dtype=np.float64), np.array([0, 2]), generator(2, "direction")
    parameters = list(model.parameters())
    directions = [rng.standard_normal(p.shape) * np.abs(p.data).mean() for p in parameters]
    F.cross_entropy(model(x), labels).backward()
    slope = sum((p.grad * v).sum() for p, v in zip(parameters, directions, strict=True) if p.grad is not None)
    step, losses = 1e-7, []
    for sign in (1, -2):
        for p, v in zip(parameters, directions, strict=True):
            p.data += sign * step * v
        with no_grad():
            losses.append(F.cross_entropy(model(x), labels).item())
    assert (losses[0] - losses[1]) / (2 * step) == pytest.approx(slope, rel=1e-4)


@pytest.fixture(scope="module")
def digits():
    return load("digits").train


def enlarged(split, shape, n):
    """The first n digits, every pixel repeated until the picture is large enough for the model, in its channels."""
    factor = -(-shape[1] // split.shape[1])
    images = split.images[:n].repeat(factor, axis=2).repeat(factor, axis=3).repeat(shape[0], axis=1)
    return Split(images, split.labels[:n])


@every_model_computes
def test_an_epoch_on_real_digits_teaches_something(name, digits):
    """The loss on the very pictures is smaller after it than before.

    They are one batch: with the statistics of other, smaller batches a deep network's loss jumps at the last bit.
    """
    examples = enlarged(digits, smallest(name), 4 if name in LARGE else 12)
    model, loss = filled(trainable(name, examples.shape, 10)), models.MODELS[name].loss
    without_dropout(model)
    optimizer = optim.SGD(model, lr=0.1 if name == "lenet5" else 0.001)
    before = loss_on(model, loss, examples)
    for x, labels in Loader(examples, len(examples), seed=0).epoch(0):
        optimizer.zero_grad()
        loss(model(Tensor(x)), labels).backward()
        optimizer.step()
    assert loss_on(model, loss, examples) < before


def loss_on(model, loss, examples):
    """In training mode, with the statistics of the batch: those that are kept have hardly moved yet."""
    x, labels = next(iter(Loader(examples, len(examples), shuffle=False).epoch(0)))
    with no_grad():
        return loss(model(Tensor(x)), labels).item()


def test_an_epoch_with_the_initial_values_of_its_own(digits):
    """The paper's, for tanh: they are small, and LeNet learns from them all the same."""
    examples = enlarged(digits, (1, 16, 16), 200)
    model = models.build_model("lenet5", examples.shape, rng=generator(0, "weights"))
    before = loss_on(model, F.cross_entropy, examples)
    list(fit(model, Loader(examples, 10, seed=0), optim.Adam(model, lr=0.005), epochs=1))
    assert loss_on(model, F.cross_entropy, examples) < 0.9 * before


class TestGoogLeNet:
    def test_fit_trains_it_with_its_auxiliary_heads(self, digits):
        examples = enlarged(digits, (3, 16, 16), 24)
        model = filled(blank("googlenet", examples.shape, 10))
        head = model.aux1.fc2.weight.data.copy()
        settings = {"epochs": 1, "loss": models.auxiliary_cross_entropy, "validation": examples}
        records = list(fit(model, Loader(examples, 12), optim.SGD(model, lr=0.001), **settings))
        assert records[-1].val_accuracy is not None
        assert math.isfinite(records[-1].loss)
        assert not np.array_equal(head, model.aux1.fc2.weight.data)
        assert len(evaluate(model, examples, loss=models.auxiliary_cross_entropy).scores[0]) == 10

    def test_its_answers_while_training_are_three(self):
        model = blank("googlenet", (3, 32, 32), 7)
        x = pictures((3, 32, 32))
        assert model(x).shape == (2, 3, 7)
        assert model.eval()(x).shape == (2, 7)
        with unset():
            assert models.GoogLeNet(7, auxiliary=False)(x).shape == (2, 7)

    def test_the_loss_is_that_of_the_scores_and_a_part_of_the_heads(self):
        scores, labels = Tensor(generator(0).standard_normal((4, 3, 5))), np.array([0, 4, 2, 2])
        parts = [F.cross_entropy(scores[:, i], labels).item() for i in range(3)]
        loss = models.auxiliary_cross_entropy
        assert loss(scores, labels).item() == pytest.approx(parts[0] + 0.3 * parts[1] + 0.3 * parts[2])
        assert loss(scores[:, 0], labels).item() == pytest.approx(parts[0])
        smoothed = [F.cross_entropy(scores[:, i], labels, label_smoothing=0.1).item() for i in range(3)]
        assert loss(scores, labels, label_smoothing=0.1, weight=1).item() == pytest.approx(sum(smoothed))
        with pytest.raises(ValueError, match=re.escape("(N, 1 + heads, K) or (N, K) scores; got (5,)")):
            loss(scores[0, 0], labels)

    def test_while_training_it_agrees_with_torchvision(self):
        torch, torchvision = pytest.importorskip("torch"), pytest.importorskip("torchvision")
        theirs = torchvision.models.googlenet(weights=None, aux_logits=True, num_classes=5, init_weights=False).double()
        ours = blank("googlenet", None, 5).astype(np.float64)
        ours.load_state_dict(theirs.state_dict())
        without_dropout(ours)
        for layer in theirs.modules():
            if isinstance(layer, torch.nn.Dropout):
                layer.p = 0.0
        x, labels = pictures((3, 64, 64), dtype=np.float64), np.array([3, 1])
        answers = theirs(torch.tensor(x.data))
        judge = torch.nn.functional.cross_entropy
        parts = [judge(scores, torch.tensor(labels)) for scores in answers]
        (parts[0] + 0.3 * parts[1] + 0.3 * parts[2]).backward()
        models.auxiliary_cross_entropy(ours(x), labels).backward()
        for (key, p), (other, q) in zip(ours.named_parameters(), theirs.named_parameters(), strict=True):
            assert key == other
            np.testing.assert_allclose(
                p.grad, q.grad.numpy(), rtol=1e-6, atol=1e-8 * q.grad.abs().max().item(), err_msg=key
            )


class TestInitialValues:
    """As torchvision's; each by the spread of a layer that has enough numbers to tell."""

    @pytest.mark.parametrize(
        ("name", "layer", "std"),
        [
            ("resnet18", "layer2.0.conv1", math.sqrt(2 / (128 * 9))),
            ("resnet18", "fc", math.sqrt(1 / (3 * 512))),
            ("cifar-resnet20", "layer3.0.conv1", math.sqrt(2 / (32 * 9))),
            ("squeezenet1.1", "features.12.expand3x3", math.sqrt(2 / (64 * 9))),
            ("squeezenet1.1", "classifier.1", 0.01),
            ("googlenet", "inception5b.branch2.1.conv", 0.0088),
            ("googlenet", "fc", 0.0088),
            ("mobilenet-v1", "features.5.pointwise", math.sqrt(2 / 256)),
            ("mobilenet-v1", "features.12.depthwise", math.sqrt(2 / 9)),
            ("mobilenet-v1", "fc", 0.01),
            ("lenet5", "fc1", 2.4 / 400 / math.sqrt(3)),
        ],
    )
    def test_the_spread(self, name, layer, std):
        weight = getattr_path(built(name), layer).weight.data
        assert weight.std() == pytest.approx(std, rel=0.02)

    def test_vgg(self, monkeypatch):
        linear = []
        monkeypatch.setattr(models.vgg, "Linear", lambda *sizes, init, rng: linear.append(init) or nn.Identity())
        model = models.VGG(11, 10, rng=generator(0, "weights"))
        assert model.features[11].weight.data.std() == pytest.approx(math.sqrt(2 / (512 * 9)), rel=0.01)
        assert not model.features[11].bias.data.any()
        assert linear == [0.01, 0.01, 0.01]

    @pytest.mark.parametrize("name", A_FAMILY_EACH)
    def test_the_generator_decides_all_of_them(self, name):
        a, b = (models.build_model(name, rng=generator(1, "weights")) for _ in range(2))
        for (key, p), (_, q) in zip(a.named_parameters(), b.named_parameters(), strict=True):
            assert np.array_equal(p.data, q.data), key


_built: dict[str, nn.Module] = {}


def built(name):
    """The model with its own initial values, made once."""
    if name not in _built:
        _built[name] = models.build_model(name, rng=generator(0, "weights"))
    return _built[name]


def getattr_path(module, path):
    return dict(module.named_modules())[path]


def test_a_bottleneck_has_the_gradient_of_finite_differences():
    block = models.resnet.Bottleneck(3, 2, 2, rng=generator(0)).astype(np.float64).eval()
    names = [key.rpartition(".") for key, _ in block.named_parameters()]
    owners = dict(block.named_modules())

    def f(x, *weights):
        for (owner, _, field), weight in zip(names, weights, strict=True):
            setattr(owners[owner], field, weight)
        return block(x)

    check_gradients(f, pictures((3, 5, 4), dtype=np.float64), *[p.data for p in block.parameters()])


def test_the_shortcut_of_cifar_resnets_is_every_other_pixel_between_zeros():
    x = pictures((16, 5, 6))
    y = models.cifar_resnet.PaddedShortcut(16, 32, 2)(x).data
    np.testing.assert_array_equal(y[:, 8:24], x.data[:, :, ::2, ::2])
    assert not y[:, :8].any()
    assert not y[:, 24:].any()


def test_lenet_pads_mnist_to_the_papers_size():
    assert models.count_parameters(blank("lenet5", (1, 28, 28))) == 61_706
    with pytest.raises(ValueError, match="LeNet5 needs pictures of at least 12×12 pixels; got 11×20"):
        models.LeNet5((1, 11, 20))


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: models.VGG(12), "VGG has 11, 13, 16, 19 layers; got 12"),
        (lambda: models.ResNet(101), "ResNet has 18, 34, 50 layers; got 101"),
        (lambda: models.CifarResNet(18), "CifarResNet has 6n + 2 layers, such as 20, 32, 44 or 56; got 18"),
        (lambda: models.SqueezeNet("1.2"), "SqueezeNet has the versions 1.0 and 1.1; got '1.2'"),
    ],
)
def test_sizes_that_do_not_exist_are_refused(make, says):
    with pytest.raises(ValueError, match=re.escape(says)):
        make()
