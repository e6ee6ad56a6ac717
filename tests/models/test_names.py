"""A model has several names: the catalogue's, torchvision's, with `_`, `-` and `.` alike."""

from typing import Any

import numpy as np
import pytest

from tests.cli.running import Captured, run_here
from zerokara import models, recipes
from zerokara.nn.init import unset


@pytest.mark.parametrize("name", models.MODELS)
def test_signs_and_case_do_not_matter(name: str) -> None:
    for sign in ("_", "-", ".", ""):
        other = name.replace("-", sign).replace(".", sign)
        assert models.model_name(other) == models.model_name(other.upper()) == name


@pytest.mark.parametrize("name", ["resnet18", "vgg16_bn", "squeezenet1_0", "alexnet", "googlenet"])
def test_torchvisions_names_are_functions(name: str) -> None:
    entry = models.MODELS[models.model_name(name)]
    with unset():
        model = getattr(models, name)(num_classes=7)
        assert models.count_parameters(getattr(models, name)()) == entry.parameters
    assert any(p.shape == (7,) for p in model.parameters())
    assert name in dir(models)
    assert getattr(models, name).__name__ == name


def test_create_takes_any_name() -> None:
    with unset():
        model = models.create("ResNet_18", num_classes=10, in_channels=1)
    first = next(model.parameters())
    assert first.shape[1] == 1
    a, b = (models.create("two_layer", rng=np.random.default_rng(0)).state_dict() for _ in range(2))
    assert all((a[key] == b[key]).all() for key in a)


@pytest.mark.parametrize(
    ("act", "error", "message"),
    [
        (lambda: models.create("resnet19"), ValueError, "unknown model 'resnet19': did you mean resnet1"),
        (lambda: models.build_model("x"), ValueError, "unknown model 'x': choose one of two-layer"),
        (lambda: models.resnet18(weights="DEFAULT"), ValueError, "io.load_weights"),
        (lambda: models.resnet18(pretrained=True), ValueError, "io.load_weights"),
        (lambda: models.resnet18(classes=3), TypeError, "expects num_classes, in_channels and rng; got classes"),
        (lambda: models.resnet99, AttributeError, "no 'resnet99'; networks are .*resnet18"),
    ],
)
def test_what_is_no_name_is_told_the_names(act: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        act()


def test_recipes_and_the_command_line_take_them_too(capsys: Captured) -> None:
    base = recipes.RECIPES["digits-small"]
    assert recipes.override(base, model="Two_Layer").model == "two-layer"
    assert run_here(capsys, "summary", "two_layer")[1] == run_here(capsys, "summary", "two-layer")[1]
