import dataclasses
from pathlib import Path

import numpy as np
import pytest

from zerokara.data import DATASETS, load
from zerokara.models import MODELS
from zerokara.recipes import AUGMENTATIONS, RECIPES, Recipe, new_model, override, run


@pytest.mark.parametrize("name", RECIPES)
def test_every_recipe_is_complete(name: str) -> None:
    """A recipe asks a question, promises a result and survives being written down."""
    recipe = RECIPES[name]
    assert recipe.name == name
    assert recipe.title
    assert recipe.question.rstrip(")").endswith(("?", "."))
    assert recipe.expected is not None
    assert 0.5 < recipe.expected <= 1
    assert 0 < recipe.tolerance < 0.05
    assert type(recipe)(**recipe.to_dict()) == recipe


@pytest.mark.parametrize("name", RECIPES)
def test_every_setting_has_a_help(name: str) -> None:
    fields = {field.name: field for field in dataclasses.fields(RECIPES[name])}
    assert all(fields[setting].metadata["help"] for setting in RECIPES[name].settings)


def test_settings_are_overridden_by_name() -> None:
    recipe = override(RECIPES["digits-small"], epochs=3, lr=0.5)
    assert (recipe.epochs, recipe.lr, recipe.batch_size) == (3, 0.5, RECIPES["digits-small"].batch_size)


def test_another_recipe_promises_nothing() -> None:
    """The expected accuracy belongs to the settings that reach it."""
    recipe = RECIPES["digits-small"]
    assert override(recipe, epochs=1).expected is None
    assert override(recipe, epochs=recipe.epochs).expected == recipe.expected


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"epoch": 3}, "no setting 'epoch': did you mean epochs"),
        ({"epochs": -1}, "epochs is at least 1; got -1"),
        ({"batch_size": 0}, "batch_size is at least 1; got 0"),
        ({"lr": float("nan")}, "lr is a number above 0; got nan"),
        ({"lr": float("inf")}, "lr is a number above 0; got inf"),
        ({"weight_decay": -0.1}, "weight_decay is a number of at least 0"),
        ({"label_smoothing": 1.0}, "label_smoothing is at least 0 and below 1"),
        ({"validation": float("nan")}, "validation is at least 0 and below 1; got nan"),
        ({"seed": -1}, "seed is a whole number"),
        ({"model": "simple"}, "no model 'simple': did you mean simple-convnet"),
        ({"data": "mnits"}, "no data set 'mnits': did you mean mnist"),
        ({"optimizer": "adm"}, "no optimizer 'adm': did you mean adam"),
        ({"schedule": "cosin"}, "no schedule 'cosin': did you mean cosine"),
        ({"augmentation": "qqqq"}, "no augmentation 'qqqq': known are none, shift, light, strong"),
    ],
)
def test_settings_that_cannot_be_are_refused_in_words(changes: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        override(RECIPES["digits-small"], **changes)


@pytest.mark.parametrize("name", AUGMENTATIONS)
@pytest.mark.parametrize("size", [8, 28])
def test_augmentation_keeps_shape_and_range(name: str, size: int) -> None:
    transform = AUGMENTATIONS[name](size)
    if transform is None:
        return
    batch = np.random.default_rng(0).random((5, 1, size, size)).astype(np.float32)
    varied = transform(batch, np.random.default_rng(1))
    assert varied.shape == batch.shape
    assert varied.dtype == np.float32
    assert -1e-5 <= varied.min() <= varied.max() <= 1 + 1e-5
    assert not np.array_equal(varied, batch)


def test_a_seed_gives_the_model_its_weights() -> None:
    recipe, digits = RECIPES["digits-small"], load("digits")
    one, same, other = (new_model(override(recipe, seed=seed), digits).state_dict() for seed in (3, 3, 4))
    assert np.array_equal(one["conv1.weight"], same["conv1.weight"])
    assert not np.array_equal(one["conv1.weight"], other["conv1.weight"])


def test_names_of_recipes_point_to_what_exists() -> None:
    for recipe in RECIPES.values():
        assert recipe.data in DATASETS or recipe.data.startswith("folder:")
        assert recipe.model in MODELS


def test_the_demo_keeps_its_promise() -> None:
    """The whole recipe: a few seconds of training, 99 % within half a per cent of the test digits."""
    result = run(RECIPES["digits-small"])
    assert result.as_expected
    assert result.accuracy >= 0.985
    assert result.parameters == 17_754
    assert len(result.history) == result.recipe.epochs
    assert result.history[-1]["val_accuracy"] > 0.95


def test_the_same_recipe_gives_the_same_network() -> None:
    recipe = override(RECIPES["digits-small"], epochs=2, average=0.9, label_smoothing=0.1, clip_norm=1.0)
    one, two = run(recipe), run(recipe)
    assert one.evaluation.loss == two.evaluation.loss
    for name, array in one.model.state_dict().items():
        assert np.array_equal(array, two.model.state_dict()[name])


def test_a_recipe_of_ones_own_promises_nothing() -> None:
    recipe = Recipe("mine", "Mine", "Does it work?", data="moons", model="two-layer", epochs=1)
    result = run(recipe)
    assert result.as_expected is None
    assert 0 <= result.accuracy <= 1


def test_patience_stops_a_training_that_gets_no_better() -> None:
    """With a learning rate of next to nothing the validation loss cannot improve for long."""
    recipe = override(RECIPES["digits-small"], epochs=30, patience=1, lr=1e-30, schedule="constant", validation=0.1)
    result = run(recipe)
    assert len(result.history) < 30
    assert "stopped early" in result.history[-1]["note"]


def test_patience_needs_something_to_watch() -> None:
    with pytest.raises(ValueError, match=r"validation=0\.1"):
        override(RECIPES["digits-small"], patience=3, validation=0.0)


def test_l1_pulls_weights_to_zero() -> None:
    """The penalty shrinks the weights: their sum of sizes is smaller than without it."""
    plain, pulled = (
        run(override(RECIPES["digits-small"], epochs=2, l1=l1, optimizer="sgd")).model for l1 in (0.0, 0.01)
    )
    sizes = [sum(float(abs(p.data).sum()) for p in model.parameters()) for model in (plain, pulled)]
    assert sizes[1] < sizes[0]


def test_a_resumed_run_tells_the_whole_training(tmp_path: Path) -> None:
    """A finished run, resumed, has nothing to do; its history and its time are those of the training."""
    recipe = override(RECIPES["digits-small"], epochs=2)
    first = run(recipe, run_dir=tmp_path / "run")
    again = run(recipe, run_dir=tmp_path / "run", resume=True)
    assert [row["epoch"] for row in again.history] == [1, 2]
    assert again.seconds == first.seconds > 0


@pytest.mark.parametrize(("name", "target"), [("mnist-speed", 0.99), ("mnist-speed-995", 0.995)])
def test_the_speed_recipes_promise_their_target(name: str, target: float) -> None:
    """What is promised at least, the tolerance taken off, is what the recipe is named for."""
    recipe = RECIPES[name]
    assert recipe.expected is not None
    assert recipe.expected - recipe.tolerance >= target - 1e-12


def test_the_speed_recipe_learns_in_one_pass() -> None:
    """The same settings on few and small pictures: in one pass far more than by chance."""
    result = run(override(RECIPES["mnist-speed"], data="digits", batch_size=16))
    assert len(result.history) == 1
    assert result.accuracy > 0.85
