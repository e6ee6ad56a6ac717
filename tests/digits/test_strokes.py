"""Which strokes decided a digit."""

import numpy as np
import pytest

from zerokara import digits
from zerokara.arrays import Array, generator
from zerokara.autodiff import Tensor, no_grad
from zerokara.digits.strokes import Decided, Together, decided, places
from zerokara.models import Reader, ReaderNet


@pytest.fixture(scope="module")
def seven() -> Array:
    """A seven of two strokes, in grey pixels."""
    view = np.zeros((28, 28), np.float32)
    view[6:8, 8:20] = 1
    for k in range(14):
        view[8 + k, 18 - k // 2 : 20 - k // 2] = 1
    return view


@pytest.fixture(scope="module")
def found(seven: Array) -> Decided:
    return decided(seven, 7, digits.load_reader())


def test_only_ink_has_a_part_in_it(found: Decided, seven: Array) -> None:
    assert np.all(found.map[seven == 0] == 0)
    assert np.any(found.map > 0)


def test_all_strokes_together_are_the_lead_that_the_ink_gave(found: Decided, seven: Array) -> None:
    together = Together(digits.load_reader())
    with no_grad():
        drawn, blank = (together(Tensor(x[None, None].astype(np.float32))).data[0, 7] for x in (seven, 0 * seven))
    assert found.map.sum() == pytest.approx(drawn - blank, rel=0.1)


def test_erasing_what_decided_costs_more_than_erasing_what_did_not(found: Decided, seven: Array) -> None:
    ink = np.argwhere(seven > 0)
    order = ink[np.argsort([-found.map[i, j] for i, j in ink])]
    reader = digits.load_reader()

    def without(pixels: Array) -> float:
        view = seven.copy()
        view[tuple(pixels.T)] = 0
        with no_grad():
            return float(Together(reader)(Tensor(view[None, None])).data[0, 7])

    assert without(order[:12]) < without(order[-12:])


def test_a_sentence_names_the_parts_that_said_most(found: Decided) -> None:
    assert found.sentence.startswith("decided by the strokes at the ")
    assert next(iter(found.places)) in found.sentence
    assert sum(found.places.values()) == pytest.approx(1)
    assert list(found.places.values()) == sorted(found.places.values(), reverse=True)


def test_parts_are_those_of_the_ink_and_not_of_the_paper() -> None:
    view, heat = np.zeros((2, 28, 28))
    view[2:11, 2:5] = 1
    heat[2, 2] = 1
    heat[10, 4] = 3
    assert places(heat, view) == {"bottom right": 0.75, "top left": 0.25}
    assert places(0 * heat, view) == {}
    assert places(heat, 0 * view) == {}


def test_several_networks_answer_as_one() -> None:
    networks = tuple(ReaderNet(rng=generator(k, "weights")).eval() for k in range(2))
    x = Tensor(generator(0, "view").random((3, 1, 28, 28)).astype(np.float32))
    with no_grad():
        leads = Together(Reader(networks, 1.0, {}))(x).data
        scores = np.mean([n(x).data for n in networks], axis=0)
    np.testing.assert_allclose(leads, scores - scores.mean(axis=1, keepdims=True), atol=1e-4)
