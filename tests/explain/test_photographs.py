"""The heat on the dog is on the dog: a real network on real photographs, where they are at hand.

ZEROKARA_MODELS and ZEROKARA_PHOTOS name the folders that they lie in.
"""

import numpy as np
import pytest

from tests.explain.test_imported import real
from zerokara import explain, io
from zerokara.cli.preparing import Preparation, View, views
from zerokara.cli.subject import Subject, class_names

DOG, CAT = 243, 282


@pytest.fixture(scope="module")
def squeezenet() -> Subject:
    folder = real("ZEROKARA_MODELS")
    net = io.load_onnx(folder / "squeezenet1.0_deepcompression_fp32.onnx")
    return Subject("squeezenet", net, (3, 227, 227), class_names(folder / "imagenet_classes.txt"))


def view(name: str, about: Subject) -> View:
    caffe = Preparation("photo", (104.0, 117.0, 123.0), (1.0,), 255.0, bgr=True, resize=256)
    return views(real("ZEROKARA_PHOTOS") / name, about, caffe)[0]


@pytest.mark.parametrize("name", ["jacobgil__both.png", "kazuto1011__cat_dog.png"])
def test_dog_and_cat_are_each_found_where_they_are(name: str, squeezenet: Subject) -> None:
    """The dog's head is above, to the left of the middle; the cat lies below, its head to the right."""
    x = np.repeat(view(name, squeezenet).x[None], 2, axis=0)
    dog, cat = explain.grad_cam(squeezenet.model, x, [DOG, CAT]).map
    row, column = np.unravel_index(dog.argmax(), dog.shape)
    assert row < 80
    assert 70 < column < 150
    assert np.unravel_index(cat.argmax(), cat.shape)[0] > 120
    assert dog[:115].sum() > 0.8 * dog.sum()
    assert cat[115:].sum() > 0.6 * cat.sum()


def test_the_mashed_potato_is_on_its_place_on_the_plate(squeezenet: Subject) -> None:
    heat = explain.grad_cam(squeezenet.model, view("n07711569_mashed_potato.JPEG", squeezenet).x[None], 935).map[0]
    assert heat[:114, 90:].sum() > 0.6 * heat.sum()
