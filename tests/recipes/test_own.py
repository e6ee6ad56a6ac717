"""Model and settings that the data choose."""

import numpy as np

from zerokara.data import Dataset, Split
from zerokara.models import build_model
from zerokara.recipes import AUGMENTATIONS
from zerokara.recipes.own import recipe_for, variation
from zerokara.training import evaluate


def test_a_default_model_fits_from_tiny_to_large_pictures() -> None:
    """Every size that a folder may have gets a model that can be built, and an augmentation that can be applied."""
    rng = np.random.default_rng(0)
    for shape in ((1, 2, 2), (1, 4, 30), (3, 8, 8), (1, 16, 16), (3, 20, 64), (3, 224, 224)):
        images = rng.integers(0, 256, (8, *shape), dtype=np.uint8)
        part = Split(images, np.arange(8) % 2)
        recipe = recipe_for(Dataset("folder:own@9x9", part, part, ("a", "b"), ""))
        model = build_model(recipe.model, shape, 2, rng)
        x = images.astype(np.float32) / 255
        transform = AUGMENTATIONS[recipe.augmentation](shape[-1])
        assert transform is None or transform(x, rng).shape == x.shape
        assert len(evaluate(model, part)) == 8


def test_borders_tell_paper_from_photographs() -> None:
    rng = np.random.default_rng(0)
    drawn = np.full((5, 3, 20, 20), 255, np.uint8)
    drawn[:, :, 6:14, 6:14] = 0
    assert variation(drawn) == "paper"
    assert variation(255 - drawn[:, :1]) == "light"
    assert variation(rng.integers(0, 256, (5, 3, 20, 20), dtype=np.uint8)) == "photo"
