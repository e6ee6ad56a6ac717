import numpy as np
import pytest

from zerokara import models, nn


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
    model = models.build_model(name)
    rows = models.summarize(model, entry.input_shape)
    assert sum(row.parameters for row in rows) == models.count_parameters(model) == entry.parameters
    assert rows[-1].output_shape == (entry.classes,)


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
