import numpy as np
import pytest

from zerokara import models, nn
from zerokara.nn.init import unset


class Shared(nn.Module):
    """A layer used twice, one that shares its weight, one never used, and a parameter of the model itself."""

    def __init__(self):
        self.scale = nn.Parameter(np.ones(1, np.float32))
        self.fc = nn.Linear(4, 4)
        self.tied = nn.Linear(4, 4)
        self.tied.weight = self.fc.weight
        self.spare = nn.Linear(4, 7)

    def forward(self, x):
        return self.tied(self.fc(self.fc(x))) * self.scale


@pytest.mark.parametrize("name", models.MODELS)
def test_the_rows_add_up_to_the_model(name):
    entry = models.MODELS[name]
    with unset():
        model = models.build_model(name)
    rows = models.summarize(model, entry.input_shape)
    assert sum(row.parameters for row in rows) == models.count_parameters(model) == entry.parameters
    assert next(row for row in reversed(rows) if row.output_shape).output_shape == (entry.classes,)


class Looking(nn.Module):
    """It decides by a number, so that its shape alone cannot be followed."""

    def __init__(self):
        self.fc = nn.Linear(4, 3)
        self.other = nn.Linear(4, 2)

    def forward(self, x):
        return self.fc(x) if x.data.max() < 1 and float(x.sum()) == 0 else self.other(x)


def test_a_model_that_looks_at_numbers_gets_zeros():
    rows = models.summarize(Looking(), (4,))
    assert [(row.name, row.output_shape) for row in rows] == [("fc", (3,)), ("other", ())]


@pytest.mark.parametrize("name", models.MODELS)
def test_shapes_without_numbers_are_those_with_numbers(name, monkeypatch):
    """The stand-ins of `models.outline` say of every layer what computing it would have said."""
    shape = (models.MODELS[name].input_shape[0], *(max(models.MODELS[name].least, 8),) * 2)
    with unset():
        model = models.build_model(name, shape, 3)
    outlined = models.summarize(model, shape)
    monkeypatch.setattr(models.summary, "Outline", np.zeros)
    assert models.summarize(model, shape) == outlined


def test_pictures_that_grow_have_shapes_without_numbers(monkeypatch):
    layers = nn.SiLU(), nn.Upsample(scale_factor=(2, 3)), nn.Upsample((9, 5)), nn.Upsample((9, 10), mode="bilinear")
    model = nn.Sequential(nn.Conv2d(1, 2, 3), *layers)
    outlined = models.summarize(model, (1, 5, 6))
    assert [row.output_shape for row in outlined][-3:] == [(2, 6, 12), (2, 9, 5), (2, 9, 10)]
    monkeypatch.setattr(models.summary, "Outline", np.zeros)
    assert models.summarize(model, (1, 5, 6)) == outlined


def test_a_summary_computes_nothing():
    """A picture with a side of a million: no machine could run it."""
    with unset():
        model = models.build_model("squeezenet1.0")
    rows = models.summarize(model, (3, 1_000_000, 1_000_000))
    assert rows[0].output_shape == (96, 499_997, 499_997)
    assert models.totals(rows).memory > 1e14


def test_memory_is_that_of_parameters_and_results():
    """100 → 50 → 10 in float32: 5,560 parameters and 50 + 50 + 10 results, four bytes each."""
    rows = models.summarize(nn.Sequential(nn.Linear(100, 50), nn.ReLU(), nn.Linear(50, 10)), (100,))
    assert [row.output_bytes for row in rows] == [200, 200, 40]
    assert models.totals(rows) == models.Totals(5_560, 5_500, 4 * 5_560, 440)
    assert models.totals(rows).memory == 4 * 5_560 + 440
    double = models.summarize(nn.Sequential(nn.Linear(100, 50)).astype(np.float64), (100,))
    assert (double[0].parameter_bytes, double[0].output_bytes) == (8 * 5_050, 400)


def test_shared_parameters_are_counted_once():
    rows = models.summarize(Shared(), (4,))
    assert [(row.name, row.kind, row.output_shape, row.parameters) for row in rows] == [
        ("fc", "Linear", (4,), 20),
        ("fc", "Linear", (4,), 0),
        ("tied", "Linear", (4,), 4),
        ("", "Shared", (4,), 1),
        ("spare", "Linear", (), 35),
    ]
    assert sum(row.parameters for row in rows) == models.count_parameters(Shared()) == 60


def test_multiply_adds_of_the_deep_network():
    """Per image: 16·28·28·9, 16·28·28·16·9, … multiplications for the convolutions and 51,700 for the linear layers."""
    rows = models.summarize(models.DeepConvNet(), (1, 28, 28))
    work = [row.multiply_adds for row in rows if row.multiply_adds]
    assert work == [112_896, 1_806_336, 903_168, 2_359_296, 1_179_648, 2_359_296, 51_200, 500]


def test_grouped_convolutions_cost_their_share():
    (row,) = models.summarize(nn.Sequential(nn.Conv2d(4, 8, 3, groups=4)), (4, 6, 6))
    assert row.multiply_adds == 8 * 4 * 4 * 9


def test_the_model_is_as_before():
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Dropout())
    model[2].eval()
    before = model.state_dict()
    models.summarize(model, (3,))
    assert [layer.training for layer in model] == [True, True, False]
    assert all(np.array_equal(before[key], array) for key, array in model.state_dict().items())


def test_the_model_is_as_before_also_after_an_error():
    model = nn.Sequential(nn.Linear(3, 4))
    with pytest.raises(ValueError, match="Linear expects"):
        models.summarize(model, (5,))
    assert model.training


def test_a_float64_model_is_asked_in_float64():
    assert models.summarize(nn.Sequential(nn.Linear(3, 4)).astype(np.float64), (3,))[0].output_shape == (4,)


@pytest.mark.parametrize(("stride", "padding", "more", "dilation"), [(1, 0, 0, 1), (2, 1, 1, 1), (3, 1, 2, 2)])
def test_a_transposed_convolution_costs_what_its_way_back_does(stride, padding, more, dilation):
    """Every pixel that comes in is multiplied with every weight of its channel; rows are pictures of one row."""
    layer = nn.ConvTranspose2d(4, 6, 3, stride, padding, more, 2, dilation=dilation)
    assert models.summarize(layer, (4, 5, 7))[0].multiply_adds == 5 * 7 * layer.weight.size
    assert models.summarize(nn.Conv1d(4, 6, 3, groups=2), (4, 9))[0].multiply_adds == 7 * 6 * 2 * 3


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_a_recurrent_layer_costs_its_weights_at_every_step(kind):
    """Its row shows the outputs of all steps, though it gives its state besides."""

    class Reads(nn.Module):
        def __init__(self):
            self.rnn = getattr(nn, kind)(3, 4, 2, batch_first=True, bidirectional=True)
            self.head = nn.Linear(8, 5)

        def forward(self, x):
            y, _ = self.rnn(x)
            return self.head(y[:, -1])

    model = Reads()
    rows = {row.name: row for row in models.summarize(model, (6, 3))}
    assert rows["rnn"].output_shape == (6, 8)
    assert rows["rnn"].multiply_adds == 6 * sum(p.size for p in model.rnn.parameters() if p.ndim == 2)
    assert rows["head"].output_shape == (5,)
