"""The heat on the dog is on the dog: a real network on real photographs, where they are at hand.

ZEROKARA_MODELS and ZEROKARA_PHOTOS name the folders that they lie in.
"""

import numpy as np
import pytest

from tests.explain.test_imported import real
from zerokara import explain, io
from zerokara.arrays import Array
from zerokara.data.names import class_names
from zerokara.explain.top import Box
from zerokara.views.preparing import Preparation, View, views
from zerokara.views.subject import Subject

DOG, CAT = 243, 282


@pytest.fixture(scope="module")
def squeezenet() -> Subject:
    folder = real("ZEROKARA_MODELS")
    net = io.load_onnx(folder / "squeezenet1.0_deepcompression_fp32.onnx")
    return Subject("squeezenet", net, (3, 227, 227), class_names(folder / "imagenet_classes.txt"))


def view(name: str, about: Subject) -> View:
    caffe = Preparation("photo", (104.0, 117.0, 123.0), (1.0,), 255.0, bgr=True, resize=256)
    return views(real("ZEROKARA_PHOTOS") / name, about, caffe)[0]


def density(heat: Array, box: Box) -> float:
    """How hot a pixel in the box is, compared with one outside of it."""
    inside = np.zeros(heat.shape, bool)
    inside[box[0] : box[2], box[1] : box[3]] = True
    return float(heat[inside].mean() / heat[~inside].mean())


@pytest.mark.parametrize("name", ["jacobgil__both.png", "kazuto1011__cat_dog.png"])
def test_dog_and_cat_are_each_found_where_they_are(name: str, squeezenet: Subject) -> None:
    """The boxes are those of the animals, as a person drew them; they share the place where the dog's feet are.

    Some of the heat for the cat lies on the dog's chest and legs, so it is not asked for that nothing does.
    """
    x = np.repeat(view(name, squeezenet).x[None], 2, axis=0)
    dog, cat = explain.grad_cam(squeezenet.model, x, [DOG, CAT]).map
    dogs_box, cats_box = (0, 60, 150, 180), (120, 40, 227, 205)
    for heat, own, other in ((dog, dogs_box, cats_box), (cat, cats_box, dogs_box)):
        row, column = np.unravel_index(heat.argmax(), heat.shape)
        assert own[0] <= row < own[2]
        assert own[1] <= column < own[3]
        assert density(heat, own) > 2
        assert density(heat, own) > 1.5 * density(heat, other)


def test_the_mashed_potato_is_in_its_place_on_the_plate(squeezenet: Subject) -> None:
    heat = explain.grad_cam(squeezenet.model, view("n07711569_mashed_potato.JPEG", squeezenet).x[None], 935).map[0]
    assert density(heat, (0, 95, 90, 227)) > 2
