"""The account of a unit on the page: its sums are the engine's, for the drawing that was read."""

from typing import Any

import numpy as np
import pytest

from tests.studio.drawing import canvas
from tests.studio.test_read_job import READER, ask, view_of
from zerokara import explain
from zerokara.autodiff import Tensor, no_grad
from zerokara.digits.strokes import Together
from zerokara.explain.layers import watch
from zerokara.kernels import use_kernels
from zerokara.studio.jobs.read import ReadJob
from zerokara.views.answers import ReaderAnswers
from zerokara.views.examples import examples_of

UNITS = [
    ("conv1a", (3, 5, 7)),
    ("relu2a", (7, 5, 5)),
    ("pool1", (2, 3, 3)),
    ("conv3b", (50, 2, 6)),
    ("fc1", (12,)),
    ("fc2", (7,)),
]


@pytest.fixture(scope="module")
def job() -> ReadJob:
    return ReadJob(quick=True)


@pytest.mark.parametrize(("layer", "index"), UNITS)
def test_the_sum_is_the_engines(job: ReadJob, layer: str, index: tuple[int, ...]) -> None:
    view = view_of(canvas(7))
    ((told, arrays),) = ask(job, "unit", {"view": view}, layer=layer, index=list(index), target=7)
    model = Together(READER)
    with use_kernels("reference"), explain.evaluation(model), no_grad():
        _, outputs = watch(model, Tensor(view[None, None]))
    engine = next(o.value.data[(0, *index)] for o in outputs if o.name == f"networks.0.{layer}")
    assert told["engine"] == float(engine)
    assert abs(told["value"] - engine) <= 1e-6 * max(told["size"], abs(float(engine)))
    products = sum(t["product"] for t in told["terms"]) + told["rest"] + told["bias"]
    assert abs(products - told["sum"]) <= 1e-9 * max(1, told["size"])
    assert all(t["product"] == pytest.approx(t["w"] * t["x"]) for t in told["terms"])
    sizes = [abs(t["product"]) for t in told["terms"]]
    assert sizes == sorted(sizes, reverse=True)
    assert not any("networks." in t["source"] + t["weight"] for t in told["terms"])  # names as the page knows them
    assert told["layer"] == layer
    field = arrays["field"]
    assert field.shape == (28, 28)
    if told["box"] is not None:
        top, left, bottom, right = told["box"]
        assert field.any(axis=1).nonzero()[0][[0, -1]].tolist() == [top, bottom - 1]
        assert field.any(axis=0).nonzero()[0][[0, -1]].tolist() == [left, right - 1]
    assert arrays["weights"].ndim == 3


def test_the_gradient_is_that_of_the_class_that_is_looked_at(job: ReadJob) -> None:
    view = view_of(canvas(7))
    gradients = [
        ask(job, "unit", {"view": view}, layer="relu2b", index=[4, 6, 6], target=target)[0][0]["gradient"]
        for target in (7, 1)
    ]
    expected = [
        explain.unit(Together(READER), view[None, None], "networks.0.relu2b", (4, 6, 6), target).gradient
        for target in (7, 1)
    ]
    assert gradients == pytest.approx(expected, rel=1e-4, abs=1e-9)
    assert gradients[0] != gradients[1]


def test_the_pictures_that_excite_it_most_get_better_and_better(job: ReadJob) -> None:
    found = ask(job, "top", {}, layer="relu1b", index=[5, 0, 0])
    network = ReaderAnswers(READER)
    examples = examples_of(network)
    assert examples is not None
    looked = found[-1][0]["looked"]
    x = np.concatenate([network.x(examples.view(i)) for i in range(looked)])
    with use_kernels("reference"):
        best = explain.top_images(network.about.model, x, "networks.0.relu1b", 5, 9)
    assert found[-1][0]["values"] == pytest.approx([s.value for s in best.seen], rel=1e-5)
    assert found[-1][1]["pictures"].shape == (9, 28, 28)
    assert found[-1][0]["boxes"] == [list(s.box) for s in best.seen]


@pytest.mark.parametrize(
    ("head", "says"),
    [
        ({}, "a unit is"),
        ({"layer": "relu2a"}, "a unit is"),
        ({"layer": 3, "index": [1]}, "a unit is"),
        ({"layer": "relu2a", "index": ["1"]}, "a unit is"),
        ({"layer": "relu2a", "index": [True]}, "a unit is"),
        ({"layer": "relu2a", "index": [1, 2]}, "there is no unit"),
        ({"layer": "relu2a", "index": [999, 0, 0]}, "there is no unit"),
        ({"layer": "relu2q", "index": [0, 0, 0]}, "relu2"),
    ],
)
def test_what_is_no_unit_is_said(job: ReadJob, head: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        ask(job, "unit", {"view": view_of(canvas(1))}, target=1, **head)
