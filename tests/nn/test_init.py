import math
import tracemalloc

import numpy as np
import pytest

from zerokara import nn
from zerokara.arrays import generator, manual_seed
from zerokara.autodiff import Tensor
from zerokara.nn import init

LINEAR, FILTERS = (400, 300), (64, 32, 3, 5)
STD = {
    "he": lambda n_in, n_out: math.sqrt(2 / n_in),
    "xavier": lambda n_in, n_out: math.sqrt(1 / n_in),
    "he-out": lambda n_in, n_out: math.sqrt(2 / n_out),
    "he-uniform": lambda n_in, n_out: math.sqrt(2 / n_in),
    "glorot": lambda n_in, n_out: math.sqrt(2 / (n_in + n_out)),
    "default": lambda n_in, n_out: math.sqrt(1 / (3 * n_in)),
}


def draw(spec, shape, seed=0):
    return init.initializer(spec)(shape, np.random.default_rng(seed), np.float64)


def test_every_initializer_of_the_table_is_judged_here():
    assert init.INITIALIZERS.keys() == {*STD, "identity"}


@pytest.mark.parametrize(("shape", "n_in", "n_out"), [(LINEAR, 300, 400), (FILTERS, 32 * 15, 64 * 15)])
@pytest.mark.parametrize("name", STD)
def test_the_spread_is_the_formulas(name, shape, n_in, n_out):
    values = draw(name, shape)
    assert abs(values.std() / STD[name](n_in, n_out) - 1) < 0.01
    assert abs(values.mean()) < 5 * values.std() / math.sqrt(values.size)


def test_normal_values_are_normal_and_default_ones_uniform():
    scipy_stats = pytest.importorskip("scipy.stats")
    assert scipy_stats.kstest(draw("he", LINEAR).ravel(), scipy_stats.norm(0, STD["he"](300, 400)).cdf).pvalue > 0.01
    bound = 1 / math.sqrt(300)
    assert scipy_stats.kstest(draw(None, LINEAR).ravel(), scipy_stats.uniform(-bound, 2 * bound).cdf).pvalue > 0.01


def test_a_number_is_the_std_of_a_normal_distribution():
    np.testing.assert_array_equal(draw(0.01, LINEAR), draw(init.Normal(0.01), LINEAR))


def test_normal_values_are_drawn_in_pieces_as_if_at_once():
    """A layer of a hundred million weights needs no second copy of them in double precision."""
    at_once = 0.5 * np.random.default_rng(0).standard_normal((3, 500_000))
    np.testing.assert_array_equal(draw(0.5, (3, 500_000)), at_once)


def test_cut_values_are_normal_without_the_far_ones():
    scipy_stats = pytest.importorskip("scipy.stats")
    values = draw(init.Cut(0.01), LINEAR)
    assert np.abs(values).max() <= 0.02
    assert scipy_stats.kstest(values.ravel() / 0.01, scipy_stats.truncnorm(-2, 2).cdf).pvalue > 0.01


def test_within_unset_nothing_is_drawn():
    rng = np.random.default_rng(0)
    before = rng.bit_generator.state
    with init.unset():
        layers = nn.Linear(3, 4, rng=rng), nn.Conv2d(2, 4, 3, groups=2, init="he", rng=rng)
        with pytest.raises(ValueError, match="unknown init"):
            nn.Linear(3, 4, init="lecun")
    assert not any(parameter.data.any() for layer in layers for parameter in layer.parameters())
    assert rng.bit_generator.state == before
    assert nn.Linear(3, 4, rng=rng).weight.data.all()


def test_a_constant_is_the_same_everywhere():
    assert np.all(draw(init.Constant(0.5), (2, 3)) == 0.5)


def test_identity_passes_the_input_on():
    x = Tensor(np.random.default_rng(0).standard_normal((2, 4, 5, 5)).astype(np.float32))
    for groups in (1, 2, 4):
        conv = nn.Conv2d(4, 4, 3, padding=1, groups=groups, init="identity")
        np.testing.assert_allclose(conv(x).data, x.data, atol=1e-6)
    vectors = Tensor(x.data[:, :, 0, 0])
    np.testing.assert_allclose(nn.Linear(4, 4, init="identity")(vectors).data, vectors.data, atol=1e-6)


def test_float32_and_float64_draw_the_same_numbers():
    a = init.He()(LINEAR, np.random.default_rng(0), np.float32)
    assert a.dtype == np.float32
    np.testing.assert_array_equal(a, draw("he", LINEAR).astype(np.float32))


@pytest.mark.parametrize("make", [lambda **k: nn.Linear(30, 40, **k), lambda **k: nn.Conv2d(3, 40, 5, **k)])
class TestLayers:
    def test_default_values_have_pytorchs_distribution(self, make):
        layer = make(rng=np.random.default_rng(0))
        bound = 1 / math.sqrt(init.fan_in(layer.weight.shape))
        for values in (layer.weight.data, layer.bias.data):
            assert np.abs(values).max() <= bound
            assert np.abs(values).max() > 0.9 * bound

    def test_biases_start_at_zero_where_init_is_given(self, make):
        """As in the book."""
        assert not make(init="he").bias.data.any()

    def test_the_same_generator_gives_the_same_values(self, make):
        a, b = make(rng=generator(3, "weights")), make(rng=generator(3, "weights"))
        np.testing.assert_array_equal(a.weight.data, b.weight.data)

    def test_manual_seed_repeats_the_default_generator(self, make):
        manual_seed(5)
        a = make()
        manual_seed(5)
        np.testing.assert_array_equal(a.weight.data, make().weight.data)

    def test_an_unknown_name_lists_the_known_ones(self, make):
        with pytest.raises(ValueError, match=r"unknown init 'lecun': choose one of default, he, xavier"):
            make(init="lecun")

    @pytest.mark.parametrize("bad", [-0.1, math.nan, math.inf])
    def test_an_impossible_std_is_refused(self, make, bad):
        with pytest.raises(ValueError, match="standard deviation"):
            make(init=bad)

    @pytest.mark.parametrize("bad", [True, [1], b"he"])
    def test_what_is_no_init_is_refused(self, make, bad):
        with pytest.raises(TypeError, match="init is a name"):
            make(init=bad)


def test_pytorch_draws_from_the_same_distributions():
    torch = pytest.importorskip("torch")
    for shape in (LINEAR, FILTERS):
        w = torch.empty(shape)
        for name, fill in {
            "default": lambda w: torch.nn.init.kaiming_uniform_(w, a=math.sqrt(5)),
            "he": lambda w: torch.nn.init.kaiming_normal_(w),
            "he-out": lambda w: torch.nn.init.kaiming_normal_(w, mode="fan_out", nonlinearity="relu"),
            "he-uniform": lambda w: torch.nn.init.kaiming_uniform_(w),
            "glorot": lambda w: torch.nn.init.xavier_normal_(w),
        }.items():
            fill(w)
            assert abs(draw(name, shape).std() / w.numpy().std() - 1) < 0.02


def test_identity_is_pytorchs_dirac():
    torch = pytest.importorskip("torch")
    for shape in [(4, 6, 3, 3), (6, 4, 2, 5)]:
        np.testing.assert_array_equal(draw("identity", shape), torch.nn.init.dirac_(torch.empty(shape)).numpy())


@pytest.mark.parametrize("init", [nn.init.Normal(0.5), nn.init.Uniform(0.5)])
def test_large_arrays_are_drawn_in_pieces_with_the_same_numbers(init: nn.init.Initializer) -> None:
    """In double precision, so that a dtype does not change what comes next; but never as a whole."""
    shape = (16, 1 << 20)
    rng = np.random.default_rng(1)
    whole = (
        0.5 * rng.standard_normal(shape) if isinstance(init, nn.init.Normal) else rng.uniform(-0.5, 0.5, shape)
    ).astype(np.float32)
    tracemalloc.start()
    try:
        found = init(shape, np.random.default_rng(1), np.float32)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    np.testing.assert_array_equal(found, whole)
    assert most < 1.5 * whole.nbytes
