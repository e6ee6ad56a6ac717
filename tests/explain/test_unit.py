"""The account of a unit: its sum is the engine's value, its gradients back-propagation's, its field what it can see."""

from collections.abc import Iterator

import numpy as np
import pytest

from tests.explain.conftest import images
from zerokara import explain, nn
from zerokara import functional as F
from zerokara.arrays import Array, generator
from zerokara.autodiff import Tensor, gradients
from zerokara.explain.seen import seen_by
from zerokara.nn import Module

RNG = generator(5, "units")


class Residual(Module):
    def __init__(self) -> None:
        self.conv = nn.Conv2d(3, 3, 3, padding=1, rng=RNG)
        self.norm = nn.BatchNorm2d(3)
        self.norm.running_mean[...] = [0.1, -0.2, 0.3]
        self.norm.running_var[...] = [0.5, 2, 1]

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.norm(self.conv(x)) + x)


class Attention(Module):
    """softmax(q·kᵀ)·v of three rows of numbers."""

    def __init__(self) -> None:
        self.q, self.k, self.v = (nn.Linear(4, 4, rng=RNG) for _ in range(3))

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = (f(x.reshape(-1, 4)).reshape(x.shape) for f in (self.q, self.k, self.v))
        return F.softmax(q @ k.transpose(0, 2, 1), axis=-1) @ v


def normed(layer: Module) -> Module:
    """With a scale and a shift that are not 1 and 0."""
    for parameter in layer.parameters():
        parameter.data[...] = RNG.uniform(0.5, 1.5, parameter.shape)
    return layer


def fed(layer: Module, shape: tuple[int, ...]) -> tuple[nn.Sequential, Array]:
    """A network of the layer, a bend and scores, and two examples for it."""
    x = images((2, *shape), seed=3)
    count = int(np.prod(layer.eval()(Tensor(x)).shape[1:]))
    last = nn.Linear(count, 3, rng=generator(1, "last"))
    return nn.Sequential(layer=layer, bend=nn.Tanh(), flat=nn.Flatten(), last=last), x


PICTURE = (3, 6, 6)
LAYERS: dict[str, tuple[Module, tuple[int, ...]]] = {
    "conv": (nn.Conv2d(3, 4, 3, rng=RNG), PICTURE),
    "strided, padded, dilated": (nn.Conv2d(3, 4, (3, 2), stride=(2, 1), padding=(2, 1), dilation=2, rng=RNG), PICTURE),
    "grouped": (nn.Conv2d(4, 6, 3, groups=2, padding=1, rng=RNG), (4, 5, 5)),
    "depthwise": (nn.Conv2d(3, 6, 3, groups=3, padding=1, rng=RNG), PICTURE),
    "same": (nn.Conv2d(3, 2, 4, padding="same", rng=RNG), PICTURE),
    "rows": (nn.Conv1d(3, 4, 3, stride=2, padding=1, dilation=2, rng=RNG), (3, 11)),
    "transposed": (nn.ConvTranspose2d(3, 4, 3, stride=2, padding=1, output_padding=1, rng=RNG), PICTURE),
    "transposed, grouped": (nn.ConvTranspose2d(4, 6, 3, stride=2, groups=2, dilation=2, rng=RNG), (4, 4, 4)),
    "no bias": (nn.Conv2d(3, 4, 3, bias=False, rng=RNG), PICTURE),
    "max pool": (nn.MaxPool2d(3, 2, padding=1), PICTURE),
    "dilated max pool": (nn.MaxPool2d(2, 1, dilation=3), PICTURE),
    "mean pool": (nn.AvgPool2d(3, 2, padding=1), PICTURE),
    "twice as large": (nn.Upsample(scale_factor=(2, 3)), PICTURE),
    "rows as long again": (nn.Sequential(nn.SiLU(), nn.Upsample(scale_factor=2)), (3, 8)),
    "mean of all": (nn.GlobalAvgPool2d(), PICTURE),
    "max pool of rows": (nn.MaxPool1d(2), (3, 8)),
    "mean pool of rows": (nn.AvgPool1d(3, padding=1), (3, 8)),
    "adaptive": (nn.AdaptiveAvgPool2d((4, 3)), PICTURE),
    "batch norm": (normed(nn.BatchNorm2d(3)), PICTURE),
    "layer norm": (normed(nn.LayerNorm((6, 6))), PICTURE),
    "group norm": (normed(nn.GroupNorm(2, 4)), (4, 5, 5)),
    "instance norm": (normed(nn.InstanceNorm2d(3, affine=True)), PICTURE),
    "response norm": (nn.LocalResponseNorm(3), PICTURE),
    "prelu": (nn.PReLU(3), PICTURE),
    "glu": (nn.GLU(1), (4, 5, 5)),
    "softmax": (nn.Softmax(1), (5,)),
    "log-softmax": (nn.LogSoftmax(1), (5,)),
    "linear": (nn.Linear(7, 5, rng=RNG), (7,)),
    "linear on rows": (nn.Linear(4, 5, rng=RNG), (3, 4)),
    "upsample": (nn.Upsample(scale_factor=2), PICTURE),
    "padding": (nn.ZeroPad2d(2), PICTURE),
    "dropout": (nn.Dropout(0.5), PICTURE),
    "identity": (nn.Identity(), PICTURE),
    "residual": (Residual(), PICTURE),
    "attention": (Attention(), (3, 4)),
    **{
        f"{name.lower()} behind conv": (nn.Sequential(nn.Conv2d(3, 2, 3, rng=RNG), getattr(nn, name)()), PICTURE)
        for name in (
            "ELU", "GELU", "Hardsigmoid", "Hardswish", "Hardtanh", "LeakyReLU", "LogSigmoid", "Mish", "ReLU", "ReLU6",
            "SiLU", "Sigmoid", "Softplus", "Tanh",
        )
    },
}  # fmt: skip


def places(shape: tuple[int, ...], count: int = 6) -> Iterator[tuple[int, ...]]:
    """The first unit, the last, and some between."""
    for flat in sorted({0, int(np.prod(shape)) - 1, *generator(2, "places").integers(0, np.prod(shape), count)}):
        yield tuple(int(i) for i in np.unravel_index(flat, shape))


@pytest.mark.parametrize("name", LAYERS)
def test_the_numbers_add_up_to_what_the_engine_gives(name: str) -> None:
    net, x = fed(*LAYERS[name])
    given = net.layer.eval()(Tensor(x[1:])).data[0]
    for place in places(given.shape):
        u = explain.unit(net, x, "layer", place, example=1)
        assert u.engine == given[place]
        assert abs(u.value - u.engine) <= 1e-6 * max(u.size, abs(u.engine)), u
        z = sum(t.w * t.x for t in u.terms) + u.bias
        assert abs(z - u.sum) <= 1e-12 * max(u.size, 1)
        sizes = [abs(t.product) for t in u.terms]
        assert sizes == sorted(sizes, reverse=True)
        assert abs(sum(t.product for t in u.terms[:2]) + u.rest(2) + u.bias - u.sum) <= 1e-12 * max(u.size, 1)


def _can_change(layer: Module, x: Array, place: tuple[int, ...], pixel: tuple[int, ...]) -> bool:
    """Whether the pixel matters somewhere: from one picture a function may be flat, or another pixel be the largest."""
    for start in (x, *images((12, *x.shape), seed=9)):
        for change in (-3.0, 0.5, 9.0):
            other = start.copy()
            other[pixel] += np.float32(change)
            if layer(Tensor(other)).data[0][place] != layer(Tensor(start)).data[0][place]:
                return True
    return False


@pytest.mark.parametrize("name", ["avg_pool2d", "max_pool2d", "interpolate", "conv2d"])
def test_a_network_of_gradients_sees_what_they_are_made_of(name: str) -> None:
    """∂Σy³/∂x of a pool depends on the window of the pixel, of repeated pixels on the pixel alone."""
    x = Tensor(images((1, 1, 4, 4), seed=3), requires_grad=True)
    way = {"interpolate": {"scale_factor": 2}, "conv2d": {"weight": np.ones((1, 1, 2, 2), np.float32)}}
    y = getattr(F, name)(x, **way.get(name, {"kernel_size": 2}))
    (g,) = gradients((y * y * y).sum(), [x], create_graph=True)
    reach = {"interpolate": 1}.get(name, 2)
    expected = np.zeros((1, 1, 4, 4), bool)
    expected[..., :reach, :reach] = True
    np.testing.assert_array_equal(seen_by(g, (0, 0, 0, 0), x), expected)


@pytest.mark.parametrize("name", LAYERS)
def test_the_receptive_field_is_what_a_change_of_the_input_can_reach(name: str) -> None:
    layer, shape = LAYERS[name]
    x = images((1, *shape), seed=3)
    net, _ = fed(layer, shape)
    before = layer.eval()(Tensor(x)).data[0]
    for place in places(before.shape, count=3):
        field = explain.unit(net, x, "layer", place).field
        assert field.shape == shape
        outside = np.where(field, x[0], x[0] + RNG.standard_normal(shape).astype(np.float32))
        assert layer(Tensor(outside[None])).data[0][place] == before[place]
        seen = np.argwhere(field)
        for pixel in seen[generator(0, "pixels").permutation(len(seen))[:5]]:
            assert _can_change(layer, x, place, (0, *map(int, pixel))), (name, place, pixel)


@pytest.mark.parametrize(
    "name", ["conv", "strided, padded, dilated", "grouped", "transposed, grouped", "rows", "linear"]
)
def test_gradients_are_those_of_back_propagation(name: str) -> None:
    net, x = fed(*LAYERS[name])
    t = Tensor(x[:1], requires_grad=True)
    net.eval()
    net.zero_grad()
    scores = net(t)
    scores[0, 1].backward()
    given = net.layer(t).data[0]
    terms = 0
    for place in places(given.shape, count=5):
        u = explain.unit(net, x, "layer", place, target=1)
        assert u.score == scores.data[0, 1]
        assert {t.source for t in u.terms} <= {"input"}
        assert {t.weight for t in u.terms} <= {"layer.weight"}
        terms += len(u.terms)  # a transposed convolution leaves places that nothing falls on
        weight = net.layer.weight
        for term in u.terms:
            at = term.at if x.ndim != 3 else (term.at[0], term.at[-1])  # rows are seen as pictures of one row
            w_at = term.weight_at if x.ndim != 3 else (*term.weight_at[:2], term.weight_at[-1])
            assert term.x == x[(0, *at)]
            assert term.w == weight.data[w_at]
            assert t.grad is not None
            assert term.gradient_x == pytest.approx(float(t.grad[(0, *at)]), rel=1e-5, abs=1e-7)
            assert weight.grad is not None
            assert term.gradient_w == pytest.approx(float(weight.grad[w_at]), rel=1e-5, abs=1e-7)
    assert terms >= 4


def test_the_shares_of_all_units_are_the_gradient_of_what_they_look_at() -> None:
    """The chain rule, written out: ∂S/∂x = Σ over units of ∂S/∂y·∂y/∂x."""
    net, x = fed(nn.Sequential(nn.Linear(4, 6, rng=RNG), nn.GELU()), (4,))
    total: dict[tuple[int, ...], float] = {}
    found = [explain.unit(net, x, "layer.1", k, target=2) for k in range(6)]
    for u in found:
        for term in u.terms:
            total[term.at] = total.get(term.at, 0) + term.share
    for term in found[0].terms:
        assert total[term.at] == pytest.approx(term.gradient_x, rel=1e-5)


def test_gradients_agree_with_differences_of_the_score() -> None:
    net, x = fed(nn.Sequential(nn.Conv2d(3, 2, 3, rng=RNG), nn.SiLU()), PICTURE)
    net.astype(np.float64)
    x = x.astype(np.float64)
    u = explain.unit(net, x, "layer.1", (1, 2, 0), target=0)
    term, eps = u.terms[0], 1e-6
    weight = net.layer[0].weight
    found = []
    for sign in (1, -1):
        weight.data[term.weight_at] += sign * eps
        found.append(float(net(Tensor(x[:1])).data[0, 0]))
        weight.data[term.weight_at] -= sign * eps
    assert term.gradient_w == pytest.approx((found[0] - found[1]) / (2 * eps), rel=1e-6)
    found = []
    for sign in (1, -1):
        moved = x[:1].copy()
        moved[(0, *term.at)] += sign * eps
        found.append(float(net(Tensor(moved)).data[0, 0]))
    assert term.gradient_x == pytest.approx((found[0] - found[1]) / (2 * eps), rel=1e-6)


def test_a_relu_is_told_with_the_sum_before_it() -> None:
    net = nn.Sequential(fc=nn.Linear(2, 1), relu=nn.ReLU(), out=nn.Linear(1, 2))
    net.fc.weight.data[...] = [[2, -3]]
    net.fc.bias.data[...] = [0.5]
    u = explain.unit(net, np.array([[1, 4]], np.float32), "relu", 0, target=0)
    assert [(t.w, t.x, t.source, t.weight) for t in u.terms] == [
        (-3, 4, "input", "fc.weight"),
        (2, 1, "input", "fc.weight"),
    ]
    assert (u.sum, u.bias, u.value, u.kind) == (-9.5, 0.5, 0, "sum")
    assert [(s.name, s.before, s.after, s.slope) for s in u.stages] == [("relu", -9.5, 0, 0)]
    assert u.formula() == "0 = relu(−3·4 + 2·1 + 0.5)"
    assert u.formula(1) == "0 = relu(−3·4 + 2 [1 more] + 0.5)"
    assert [t.share for t in u.terms] == [0, 0]  # the slope of the relu is 0 there
    np.testing.assert_array_equal(u.picture, [2, -3])


def test_a_chosen_maximum_and_the_branches_of_a_residual_sum() -> None:
    pool, x = fed(nn.MaxPool2d(2), (1, 4, 4))
    u = explain.unit(pool, x, "layer", (0, 1, 0))
    window = x[0, 0, 2:4, :2]
    assert u.kind == "choice"
    assert sorted(t.x for t in u.terms) == sorted(map(float, window.ravel()))
    assert [t.x for t in u.terms if t.w == 1] == [window.max()]
    net, x = fed(Residual(), PICTURE)
    u = explain.unit(net, x, "layer", (1, 2, 3))
    assert {t.source for t in u.terms} == {"input", "layer.norm"}
    assert [s.name for s in u.stages] == ["relu"]


def test_the_weights_of_a_unit_are_a_picture() -> None:
    net, x = fed(nn.Conv2d(3, 4, 3, padding=1, rng=RNG), PICTURE)
    u = explain.unit(net, x, "layer", (2, 3, 3))
    np.testing.assert_array_equal(u.picture, net.layer.weight.data[2])
    assert u.box == (2, 2, 5, 5)
    u = explain.unit(net, x, "last", 1)
    np.testing.assert_array_equal(u.picture, net.last.weight.data[1].reshape(4, 6, 6))


def test_the_pictures_that_excite_it_most() -> None:
    net, _ = fed(nn.Conv2d(3, 4, 3, rng=RNG), PICTURE)
    x = images((12, *PICTURE))
    u = explain.unit(net, x, "layer", (2, 0, 0), data=x, count=4)
    assert u.top is not None
    assert [s.image for s in u.top.seen] == [s.image for s in explain.top_images(net, x, "layer", 2, count=4).seen]


def test_points_and_a_frozen_weight() -> None:
    net = nn.Sequential(fc=nn.Linear(2, 3, rng=RNG), act=nn.Tanh(), out=nn.Linear(3, 1, rng=RNG))
    net.fc.requires_grad_(False)
    u = explain.unit(net, images((5, 2)), "act", 1, example=4)
    assert all(np.isnan(t.gradient_w) for t in u.terms)
    assert all(np.isfinite(t.gradient_x) for t in u.terms)
    assert u.box is None
    assert u.field.tolist() == [True, True]


def test_the_model_stays_as_it_was() -> None:
    net, x = fed(nn.Sequential(nn.Conv2d(3, 4, 3, rng=RNG), nn.BatchNorm2d(4), nn.Dropout(0.5)), PICTURE)
    net.train()
    net.layer[2].eval()
    before = net.state_dict()
    explain.unit(net, x, "layer", (0, 0, 0))
    assert [m.training for m in net.layer] == [True, True, False]
    assert all(p.grad is None for p in net.parameters())
    assert all(np.array_equal(before[key], value) for key, value in net.state_dict().items())


@pytest.mark.parametrize(
    ("says", "change"),
    [
        ("no layer 'laye': did you mean layer", {"layer": "laye"}),
        (r"no unit 400: the layer 'last' gives \(3,\), so up to \(2\)", {"layer": "last", "index": 400}),
        (r"no unit 1: the layer 'layer' gives \(4, 4, 4\)", {"index": 1}),
        (r"no unit \(0, 0, 9\)", {"index": (0, 0, 9)}),
        ("a whole number, or one for each axis", {"index": "three"}),
        ("no example 2: there are 2", {"example": 2}),
        ("there is no class 7", {"target": 7}),
        ("finite numbers", {"x": np.full((1, *PICTURE), np.nan, np.float32)}),
        ("one alone is", {"x": np.zeros(3, np.float32)}),
        ("model is a Module", {"model": 3}),
        ("example is a whole number", {"example": 0.5}),
    ],
)
def test_errors_speak(says: str, change: dict[str, object]) -> None:
    net, x = fed(nn.Conv2d(3, 4, 3, rng=RNG), PICTURE)
    arguments = {"model": net, "x": x, "layer": "layer", "index": (0, 0, 0), **change}
    with pytest.raises((ValueError, TypeError), match=says) as raised:
        explain.unit(**arguments)  # type: ignore[arg-type]
    assert "\n" not in str(raised.value)
